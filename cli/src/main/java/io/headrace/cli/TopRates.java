package io.headrace.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/** How fast things happen: the differences of what was counted, over the server's time between. Not thread-safe. */
final class TopRates {
    /** The cells of the picture of the last minute. */
    static final int CELLS = 10;
    private static final Duration CELL = Duration.ofSeconds(6);
    /** The last minute, and what is needed to know where its first cell began. */
    private static final Duration KEPT = CELL.multipliedBy(CELLS + 2);

    /**
     * What happens in a second, and how many jobs were done a second in each tenth of the last minute.
     *
     * @param known whether there was anything to compare with
     * @param minute the oldest first; NaN where nothing is known
     */
    record Rate(boolean known, double done, double failed, double in, double[] minute) {}

    /** A parked job joins the line every 4 to 6 s, until a worker has looked at it: so long it is counted on. */
    private static final Duration OFFERED_WITHIN = Duration.ofSeconds(15);

    private record Parked(Instant time, long jobs) {}

    private record Sample(Instant time, long done, long failed, long in) {}

    private final Map<String, Deque<Sample>> samples = new HashMap<>();
    private final Deque<Parked> parked = new ArrayDeque<>();
    private Instant latest = Instant.EPOCH;

    /** Takes in what was told; an answer that is not newer than the one before tells nothing. */
    void add(TopSnapshot snapshot) {
        if (!snapshot.time().isAfter(latest)) {
            return;
        }
        latest = snapshot.time();
        parked.addLast(new Parked(latest, snapshot.totals().getOrDefault("parked", 0L)));
        while (parked.getFirst().time().isBefore(latest.minus(OFFERED_WITHIN))) {
            parked.removeFirst();
        }
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

    /** How many jobs are parked: the most of the last seconds, as they leave the state for a moment whenever they are offered again. */
    long parked() {
        return parked.stream().mapToLong(Parked::jobs).max().orElse(0);
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
        double[] minute = minute(of);
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
    private double[] minute(Deque<Sample> of) {
        double[] minute = new double[CELLS];
        long cellMs = CELL.toMillis();
        long nowMs = latest.toEpochMilli();
        long first = (nowMs - 1) / cellMs - CELLS + 1;
        for (int i = 0; i < CELLS; i++) {
            long start = (first + i) * cellMs;
            minute[i] = between(of, start, Math.min(start + cellMs, nowMs));
        }
        return minute;
    }

    /** Jobs done a second between two times; NaN when none of that time was seen. */
    private static double between(Deque<Sample> of, long startMs, long endMs) {
        long from = Math.max(startMs, of.getFirst().time().toEpochMilli());
        return endMs <= from ? Double.NaN : (doneAt(of, endMs) - doneAt(of, from)) * 1000.0 / (endMs - from);
    }

    /** How many were done at a time, taking the rate between two samples as steady. */
    private static double doneAt(Deque<Sample> of, long ms) {
        Sample before = of.getFirst();
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
    static Rate sum(Iterable<Rate> rates) {
        boolean known = false;
        double done = 0;
        double failed = 0;
        double in = 0;
        double[] minute = new double[CELLS];
        java.util.Arrays.fill(minute, Double.NaN);
        for (Rate rate : rates) {
            known |= rate.known();
            done += rate.done();
            failed += rate.failed();
            in += rate.in();
            for (int i = 0; i < CELLS; i++) {
                double here = rate.minute()[i];
                minute[i] = Double.isNaN(minute[i]) ? here : minute[i] + (Double.isNaN(here) ? 0 : here);
            }
        }
        return new Rate(known, done, failed, in, minute);
    }
}
