package io.headrace.redis.jobs;

import io.headrace.Attempt;
import io.headrace.Failure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Who holds an entry, as the hash {@code running} says: {@code worker,deliveries,startMs,leaseMs,fencingToken}, newest
 * first, separated by semicolons; an empty first place says that nobody holds it now.
 */
record LeaseRecord(String worker, int deliveries, Instant since) {
    private static final Pattern DELIVERIES = Pattern.compile("[0-9]{1,9}");
    private static final Pattern TIME = Pattern.compile("[0-9]{1,15}");

    /** All that ever held this entry, newest first; what is no holder is passed over. */
    static List<LeaseRecord> parse(String value) {
        List<LeaseRecord> all = new ArrayList<>();
        for (String part : value.split(";", -1)) {
            String[] words = part.split(",", -1);
            if (words.length >= 3 && DELIVERIES.matcher(words[1]).matches() && TIME.matcher(words[2]).matches()) {
                all.add(new LeaseRecord(words[0], Integer.parseInt(words[1]),
                        Instant.ofEpochMilli(Long.parseLong(words[2]))));
            }
        }
        return all;
    }

    /**
     * The attempts of those who fell silent, oldest first.
     *
     * @param before how many attempts the document counts already
     * @param noticed when the loss was noticed
     */
    static List<Attempt> lost(List<LeaseRecord> silent, int before, Instant noticed) {
        List<Attempt> attempts = new ArrayList<>();
        for (LeaseRecord holder : silent) {
            attempts.add(new Attempt(before + holder.deliveries(), holder.worker(), holder.since(), noticed,
                    Attempt.Outcome.LOST,
                    new Failure("worker_lost", "worker " + holder.worker() + " stayed silent longer than its lease",
                            null)));
        }
        Collections.reverse(attempts);
        return attempts;
    }
}
