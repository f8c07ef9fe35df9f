package io.headrace.bench;

import io.headrace.JobClient;
import io.headrace.JobDocument;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.bench.load.RawRedis;
import io.headrace.bench.process.BenchHandlers;
import io.headrace.bench.process.Child;
import io.headrace.bench.process.ProcessFigures;
import io.headrace.bench.process.ServerFigures;
import io.headrace.broker.Claim;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Renewal;
import io.headrace.broker.WorkerId;
import io.headrace.redis.RedisBroker;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Measures how much of Redis' memory a job takes in each state, beyond its own bytes, and how much memory a worker
 * takes.
 */
final class Memory implements Scenario {
    private static final String CEILING = "raw: entry of XADD";
    private static final String UNIT = "bytes";
    /** Fewer than finished jobs are kept. */
    private static final int MOST_JOBS = 50_000;
    private static final int SLOTS = 100;
    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final Duration DELAY = Duration.ofHours(1);
    private static final int WORKER_SLOTS = 10;
    /** How many jobs a worker runs before it is looked at again: so many times those of a run, or all of these. */
    private static final int WORKER_RUNS = 10;
    private static final int MOST_WORKER_JOBS = 1_000_000;
    /** It looks for jobs once more after its start. */
    private static final Duration SETTLING = Duration.ofSeconds(2);
    private static final double MIB = 1 << 20;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String title() {
        return "Memory: of Redis for a job beyond the bytes of its document, and of a worker";
    }

    @Override
    public void run(BenchContext bench) throws Exception {
        RedisBroker broker = bench.broker();
        int jobs = Math.min(MOST_JOBS, bench.jobs());
        int body = JobDocument.of(bench.job(new QueueName("any"), bench.payload()).spec()).bytes().length;
        Kinds kinds = new Kinds(bench, broker, jobs, body);
        new Rounds(bench)
                .add(CEILING, UNIT, kinds::raw)
                .add("queued", UNIT, CEILING, kinds::queued)
                .add("scheduled", UNIT, CEILING, kinds::scheduled)
                .add("running", UNIT, CEILING, kinds::running)
                .add("finished, kept", UNIT, CEILING, kinds::finished)
                .run();
        worker(bench, broker);
        bench.note(String.format(Locale.ROOT,
                "used_memory before and after %,d jobs, divided by them, less %d bytes of document (payload and type)"
                        + " each. Running: renewed once; a job that ends before its first renewal needs less.",
                jobs, body) + (bench.embedded() ? "" : " What others do on this Redis counts as well."));
    }

    /** The resident memory of one that has just started, and of the same after a long run. */
    private static void worker(BenchContext bench, RedisBroker broker) throws Exception {
        FilledQueue queue = new FilledQueue(bench, broker, bench.newQueue());
        int jobs = Math.min(MOST_WORKER_JOBS, WORKER_RUNS * bench.jobs());
        Child worker = bench.worker(queue.name(), WORKER_SLOTS);
        TimeUnit.NANOSECONDS.sleep(SETTLING.toNanos());
        bench.figure(Figure.of("worker, " + WORKER_SLOTS + " slots, idle", "MiB", resident(worker)));
        bench.progress(1, "a worker runs its jobs");
        queue.fill(jobs);
        queue.resume();
        queue.awaitEmpty();
        bench.figure(Figure.of(String.format(Locale.ROOT, "worker, after %,d jobs", jobs), "MiB", resident(worker)));
        bench.note("Worker: the resident memory of its process, once, with no option of the JVM.");
    }

    private static double resident(Child worker) {
        return ProcessFigures.of(worker.handle()).residentBytes() / MIB;
    }

    /** Measures one state at a time, each in a queue of its own. */
    private record Kinds(BenchContext bench, RedisBroker broker, int jobs, int body) {
        private interface Filling {
            void fill(QueueName queue) throws Exception;
        }

        double raw() throws Exception {
            byte[] entry = JobDocument.of(bench.job(new QueueName("any"), bench.payload()).spec()).bytes();
            return measure(queue -> new RawRedis(bench.probe(), queue, entry).add(jobs, 1));
        }

        double queued() throws Exception {
            return measure(queue -> enqueue(bench.job(queue, bench.payload())));
        }

        double scheduled() throws Exception {
            return measure(queue -> enqueue(
                    NewJob.of(queue.value(), BenchHandlers.NOOP, bench.payload()).delay(DELAY).build()));
        }

        double running() throws Exception {
            return measure(queue -> {
                enqueue(bench.job(queue, bench.payload()));
                WorkerId worker = WorkerId.random(new SecureRandom());
                for (int claimed = 0; claimed < jobs;) {
                    Claim claim = broker.claim(new ClaimRequest(queue, worker, ClaimRequest.MOST, LEASE,
                            List.of(Priority.NORMAL)));
                    if (claim.jobs().isEmpty()) {
                        throw new IllegalStateException("no more to claim after " + claimed + " of " + jobs);
                    }
                    // a first delivery writes nothing of who holds it; the first renewal does
                    Renewal renewal = broker.renew(claim.jobs().stream().map(ClaimedJob::lease).toList(), LEASE);
                    BenchContext.expect("leases lost", 0, renewal.lost().size());
                    claimed += claim.jobs().size();
                }
            });
        }

        double finished() throws Exception {
            return measure(queue -> {
                FilledQueue filled = new FilledQueue(bench, broker, queue);
                filled.fill(jobs);
                filled.resume();
                try (Child worker = bench.worker(queue, SLOTS)) {
                    filled.awaitEmpty();
                }
            });
        }

        private void enqueue(NewJob job) {
            new JobClient(broker).enqueueAll(Collections.nCopies(jobs, job));
        }

        private double measure(Filling filling) throws Exception {
            QueueName queue = bench.newQueue();
            double before = settled(queue);
            filling.fill(queue);
            double after = settled(queue);
            bench.remove(queue);
            return (after - before) / jobs - body;
        }

        /** Memory is freed by a thread of Redis, and buffers of connections shrink a moment after their use. */
        private double settled(QueueName queue) throws InterruptedException {
            double last = Double.NaN;
            for (int i = 0; i < 50; i++) {
                ServerFigures now = ServerFigures.of(bench.probe(), queue);
                if (now.beingFreed() == 0 && Math.abs(now.memoryBytes() - last) < jobs / 10.0) {
                    return now.memoryBytes();
                }
                last = now.memoryBytes();
                TimeUnit.MILLISECONDS.sleep(200);
            }
            return last;
        }
    }
}
