package io.headrace.cli.top;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** How fast things happen: the differences of what was counted, over the server's time between. Not thread-safe. */
final class TopRates {
    /** Into how many cells a picture of the last minute can be divided. */
    static final List<Integer> CELLS = List.of(10, 20, 30, 60);
    private static final long MINUTE_MS = 60_000;
    /** The last minute, and what is needed to know where its first cell began. */
    private static final Duration KEPT = Duration.ofSeconds(72);

    /** The last minute in cells of the same length. */
    interface Minute {
        /**
         * How many jobs were done a second in each.
         *
         * @param cells how many, one of {@link #CELLS}
         * @return the oldest first; NaN where nothing is known
         */
        double[] cells(int cells);
    }

    /**
     * What happens in a second.
     *
     * @param known whether there was anything to compare with
     */
    record Rate(boolean known, double done, double failed, double in, Minute minute) {}

    private record Sample(Instant time, long done, long failed, long in) {}

    private final Map<String, Deque<Sample>> samples = new HashMap<>();
    private Instant latest = Instant.EPOCH;

    /** Takes in what was told; an answer that is not newer than the one before tells nothing. */
    void add(TopSnapshot snapshot) {
        if (!snapshot.time().isAfter(latest)) {
            return;
        }
        latest = snapshot.time();
        samples.keySet().retainAll(snapshot.queues().stream().map(TopSnapshot.QueueRow::name).toList());
        for (TopSnapshot.QueueRow queue : snapshot.queues()) {
            Deque<Sample> of = samples.computeIfAbsent(queue.name(), name -> new ArrayDeque<>());
            Sample now = new Sample(latest, queue.done(), queue.failed(), queue.ended() + queue.active());
            if (!of.isEmpty() && of.getLast().done() > now.done()) {
                of.clear(); // the queue is a new one of the old name
            }
            of.addLast(now);
            while (of.getFirst().time().isBefore(latest.minus(KEPT))) {
                of.removeFirst();
            }
        }
    }

    /** Each queue's rates. */
    Map<String, Rate> all() {
        Map<String, Rate> rates = new HashMap<>();
        samples.forEach((queue, of) -> rates.put(queue, rate(of)));
        return rates;
    }

    private Rate rate(Deque<Sample> of) {
        Iterator<Sample> newest = of.descendingIterator();
        Sample last = newest.next();
        List<Sample> seen = List.copyOf(of);
        long nowMs = latest.toEpochMilli();
        Minute minute = cells -> minute(seen, cells, nowMs);
        if (!newest.hasNext()) {
            return new Rate(false, 0, 0, 0, minute);
        }
        Sample before = newest.next();
        double seconds = Duration.between(before.time(), last.time()).toNanos() / 1e9;
        return new Rate(true, (last.done() - before.done()) / seconds,
                Math.max(0, last.failed() - before.failed()) / seconds, Math.max(0, last.in() - before.in()) / seconds,
                minute);
    }

    /** Cells begin at whole multiples of their length, so that they keep their height while they move. */
    private static double[] minute(List<Sample> of, int cells, long nowMs) {
        double[] minute = new double[cells];
        long cellMs = MINUTE_MS / cells;
        long first = (nowMs - 1) / cellMs - cells + 1;
        for (int i = 0; i < cells; i++) {
            long start = (first + i) * cellMs;
            minute[i] = between(of, start, Math.min(start + cellMs, nowMs));
        }
        return minute;
    }

    /** Jobs done a second between two times; NaN when none of that time was seen. */
    private static double between(List<Sample> of, long startMs, long endMs) {
        long from = Math.max(startMs, of.get(0).time().toEpochMilli());
        return endMs <= from ? Double.NaN : (doneAt(of, endMs) - doneAt(of, from)) * 1000.0 / (endMs - from);
    }

    /** How many were done at a time, taking the rate between two samples as steady. */
    private static double doneAt(List<Sample> of, long ms) {
        Sample before = of.get(0);
        for (Sample sample : of) {
            long at = sample.time().toEpochMilli();
            if (at >= ms) {
                long since = at - before.time().toEpochMilli();
                double part = since == 0 ? 1 : (ms - before.time().toEpochMilli()) / (double) since;
                return before.done() + part * (sample.done() - before.done());
            }
            before = sample;
        }
        return before.done();
    }

    /** The sum over queues. */
    static Rate sum(Collection<Rate> rates) {
        boolean known = false;
        double done = 0;
        double failed = 0;
        double in = 0;
        for (Rate rate : rates) {
            known |= rate.known();
            done += rate.done();
            failed += rate.failed();
            in += rate.in();
        }
        List<Rate> each = List.copyOf(rates);
        return new Rate(known, done, failed, in, cells -> minute(each, cells));
    }

    private static double[] minute(List<Rate> rates, int cells) {
        double[] minute = new double[cells];
        Arrays.fill(minute, Double.NaN);
        for (Rate rate : rates) {
            double[] one = rate.minute().cells(cells);
            for (int i = 0; i < cells; i++) {
                minute[i] = Double.isNaN(minute[i]) ? one[i] : minute[i] + (Double.isNaN(one[i]) ? 0 : one[i]);
            }
        }
        return minute;
    }
}
