package io.headrace.api.operate;

import io.headrace.broker.MinuteCounts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts the minutes of a queue's history together to longer spans. */
final class HistoryBuckets {
    private HistoryBuckets() {}

    /**
     * Sums of so many minutes each, which begin at multiples of them in UTC: a bucket that is over never changes again.
     * As many as the minutes make up; the last one is still growing, and minutes before the first one are left out.
     *
     * @param minutes oldest first, without gaps; as many as are divided by {@code size}
     */
    static List<MinuteCounts> of(List<MinuteCounts> minutes, int size) {
        if (size == 1) {
            return minutes;
        }
        long seconds = size * 60L;
        List<MinuteCounts> buckets = new ArrayList<>();
        for (MinuteCounts minute : minutes) {
            Instant start = Instant.ofEpochSecond(Math.floorDiv(minute.start().getEpochSecond(), seconds) * seconds);
            int last = buckets.size() - 1;
            if (last >= 0 && buckets.get(last).start().equals(start)) {
                buckets.set(last, sum(buckets.get(last), minute));
            } else {
                buckets.add(new MinuteCounts(start, minute.counts()));
            }
        }
        int most = minutes.size() / size;
        return buckets.subList(Math.max(0, buckets.size() - most), buckets.size());
    }

    private static MinuteCounts sum(MinuteCounts bucket, MinuteCounts minute) {
        Map<String, Long> counts = new HashMap<>(bucket.counts());
        minute.counts().forEach((name, count) -> counts.merge(name, count, Long::sum));
        return new MinuteCounts(bucket.start(), counts);
    }
}
