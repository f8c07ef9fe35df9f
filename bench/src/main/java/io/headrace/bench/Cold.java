package io.headrace.bench;

import io.headrace.bench.process.Child;
import io.headrace.redis.RedisBroker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Measures how a worker gets going whose process has just been started, beside what is done bare with its jobs. */
final class Cold implements Scenario {
    private static final int SLOTS = 100;
    /** So many times the jobs of a run, or all of these: enough to be at its pace before they are done. */
    private static final int RUNS = 3;
    private static final int MOST_JOBS = 300_000;
    private static final int PACE = 50_000;
    private static final String PACE_LABEL = String.format(Locale.ROOT, "start to %,d jobs in 1 s", PACE);

    @Override
    public String name() {
        return "cold";
    }

    @Override
    public String title() {
        return "Cold: a worker with " + SLOTS + " slots, from its start, on a filled queue";
    }

    @Override
    public void run(BenchContext bench) throws Exception {
        int jobs = Math.min(MOST_JOBS, RUNS * bench.jobs());
        RedisBroker broker = bench.broker();
        Course[] last = new Course[1];
        for (Figure figure : new Rounds(bench)
                .add(Drain.RAW, "jobs/s", new Drain.RawDraining(bench, jobs)::run)
                .add("cold, first to last job", "jobs/s", Drain.RAW, () -> {
                    last[0] = start(bench, broker, jobs);
                    return last[0].jobsPerSecond();
                })
                .add("start to first job", "s", () -> last[0].firstJobS())
                .add(PACE_LABEL, "s", () -> last[0].paceS())
                .measure()) {
            if (Double.isNaN(figure.median())) {
                bench.note(String.format(Locale.ROOT, "It did not run %,d jobs within a second in most runs.", PACE));
            } else {
                bench.figure(figure);
            }
        }
        bench.note(String.format(Locale.ROOT,
                "%,d jobs a run, by a new worker process each. Start: of the process, until the first job is done, and"
                        + " to the end of the first second in which %,d were.",
                jobs, PACE));
    }

    private static Course start(BenchContext bench, RedisBroker broker, int jobs) throws Exception {
        FilledQueue queue = new FilledQueue(bench, broker, bench.newQueue());
        queue.fill(jobs);
        queue.resume();
        Course course = new Course(PACE, System.nanoTime());
        Child worker = bench.worker(queue.name(), SLOTS);
        queue.awaitEmpty(left -> course.at(System.nanoTime(), jobs - left));
        worker.close();
        bench.remove(queue.name());
        return course;
    }

    /** How a worker gets going, by looks at how many jobs are done. Used by one thread. */
    static final class Course {
        private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

        /** @param done since the start */
        private record Look(long atNanos, long done) {}

        private final int pace;
        private final long startNanos;
        /** Oldest first; none is older than a second before the newest. */
        private final Deque<Look> looks = new ArrayDeque<>();
        /** The last with nothing done. */
        private Look before;
        private double firstJobS = Double.NaN;
        private double paceS = Double.NaN;

        /** @param pace how many jobs in a second are looked for */
        Course(int pace, long startNanos) {
            this.pace = pace;
            this.startNanos = startNanos;
            this.before = new Look(startNanos, 0);
        }

        /** Takes a look, each later than the one before. */
        void at(long nanos, long done) {
            Look now = new Look(nanos, done);
            looks.add(now);
            while (nanos - looks.element().atNanos() > SECOND_NANOS) {
                looks.remove();
            }
            if (done == 0) {
                before = now;
            } else if (Double.isNaN(firstJobS)) {
                firstJobS = seconds(startNanos, nanos);
            }
            if (Double.isNaN(paceS) && done - looks.element().done() >= pace) {
                paceS = seconds(startNanos, nanos);
            }
        }

        private static double seconds(long from, long to) {
            return (to - from) / 1e9;
        }

        /** From the start until the first was done. */
        double firstJobS() {
            return firstJobS;
        }

        /** From the start until the end of the first second with that many; NaN while there was none. */
        double paceS() {
            return paceS;
        }

        /** From the first job until the last look. */
        double jobsPerSecond() {
            Look last = looks.getLast();
            return last.done() / seconds(before.atNanos(), last.atNanos());
        }
    }
}
