package io.headrace.bench;

import io.headrace.JobClient;
import io.headrace.JobDocument;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.bench.load.RawRedis;
import io.headrace.bench.process.BenchHandlers;
import io.headrace.bench.process.Child;
import io.headrace.bench.process.ServerFigures;
import io.headrace.broker.Claim;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Queues;
import io.headrace.broker.Renewal;
import io.headrace.broker.WorkerId;
import io.headrace.redis.RedisBroker;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Measures how much of Redis' memory a job takes in each state, beyond its own bytes. */
final class Memory implements Scenario {
    private static final String CEILING = "raw: entry of XADD";
    private static final String UNIT = "bytes";
    /** Fewer than finished jobs are kept. */
    private static final int MOST_JOBS = 50_000;
    private static final int SLOTS = 100;
    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final Duration DELAY = Duration.ofHours(1);
    private static final long AWAIT_S = 120;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String title() {
        return "Memory: what Redis needs for a job beyond the bytes of its document";
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
        bench.note(String.format(Locale.ROOT,
                "used_memory before and after %,d jobs, divided by them, less %d bytes of document (payload and type)"
                        + " each. Running: renewed once; a job that ends before its first renewal needs less.",
                jobs, body) + (bench.embedded() ? "" : " What others do on this Redis counts as well."));
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
                enqueue(bench.job(queue, bench.payload()));
                try (Child worker = Child.worker(bench.jdk(), bench.redis(), queue, SLOTS, "30s")) {
                    awaitSucceeded(queue);
                    BenchContext.expect("jobs in line", 0, bench.probe().unfinished(queue));
                }
            });
        }

        private void enqueue(NewJob job) {
            new JobClient(broker).enqueueAll(Collections.nCopies(jobs, job));
        }

        private void awaitSucceeded(QueueName queue) throws InterruptedException {
            Queues queues = broker.queues();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(AWAIT_S);
            while (queues.info(queue).orElseThrow().totals().getOrDefault(JobState.SUCCEEDED, 0L) < jobs) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("the worker did not finish " + jobs + " jobs in " + AWAIT_S + " s");
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
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
