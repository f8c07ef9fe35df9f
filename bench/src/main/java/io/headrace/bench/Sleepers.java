package io.headrace.bench;

import io.headrace.JobClient;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.bench.process.BenchHandlers;
import io.headrace.bench.process.Child;
import io.headrace.bench.process.JvmFigures;
import io.headrace.bench.process.ProcessFigures;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.Queues;
import io.headrace.redis.RedisBroker;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Measures very many jobs that only wait, at once, in one worker process. */
final class Sleepers implements Scenario {
    private static final int MOST = 10_000;
    /** What a JDK without virtual threads is asked for. */
    private static final int MOST_ON_PLATFORM_THREADS = 500;
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;
    /** The leases are looked at when this many have passed. */
    private static final int LEASES = 2;
    /** How many jobs a worker begins in a second at the least. */
    private static final int BEGUN_PER_SECOND = 1_000;
    private static final Duration AWAIT = Duration.ofMinutes(2);

    @Override
    public String name() {
        return "sleepers";
    }

    @Override
    public String title() {
        return "Sleepers: jobs that wait, at once, in one worker process";
    }

    @Override
    public void run(BenchContext bench) throws Exception {
        boolean virtual = bench.jdk().feature() >= FIRST_WITH_VIRTUAL_THREADS;
        int jobs = Math.min(bench.jobs(), virtual ? MOST : MOST_ON_PLATFORM_THREADS);
        Duration lease = bench.limits().lease();
        QueueName queue = bench.newQueue();
        RedisBroker broker = bench.broker();
        Child worker = bench.open(() -> Child.worker(bench.jdk(), bench.redis(), queue, jobs,
                lease.toMillis() + "ms"));
        Json sleep = Json.of(lease.multipliedBy(LEASES + 1)
                .plus(Duration.ofSeconds(1 + jobs / BEGUN_PER_SECOND)).toMillis());
        NewJob job = NewJob.of(queue.value(), BenchHandlers.SLEEP, sleep).build();
        long start = System.nanoTime();
        new JobClient(broker).enqueueAll(Collections.nCopies(jobs, job));
        bench.progress(0.1, "until all sleep");
        await(worker, jobs);
        bench.figure(Figure.of("until all sleep", "s", (System.nanoTime() - start) / 1e9));
        watch(bench, worker, jobs, lease);
        finish(bench, broker.queues(), queue, worker, jobs);
        bench.note(String.format(Locale.ROOT, "%,d jobs in a worker on JDK %d, with a lease of %d ms. ", jobs,
                bench.jdk().feature(), lease.toMillis())
                + (virtual ? ""
                        : String.format(Locale.ROOT,
                                "That JDK has no virtual threads: for %,d jobs name one of %d or later with --jdk,"
                                        + " or set JAVA_HOME to it.",
                                MOST, FIRST_WITH_VIRTUAL_THREADS)));
    }

    private static BenchHandlers.Slept look(Child worker) throws IOException {
        return BenchHandlers.Slept.parse(worker.ask(BenchHandlers.SLEEPERS));
    }

    private static void await(Child worker, int jobs) throws Exception {
        long deadline = System.nanoTime() + AWAIT.toNanos();
        BenchHandlers.Slept seen = look(worker);
        while (seen.now() < jobs) {
            if (System.nanoTime() > deadline || seen.most() > seen.now()) {
                throw new IllegalStateException("at most " + seen.most() + " of " + jobs + " jobs slept at once");
            }
            TimeUnit.MILLISECONDS.sleep(20);
            seen = look(worker);
        }
    }

    /** Lets the leases run out twice, were they not renewed. */
    private static void watch(BenchContext bench, Child worker, int jobs, Duration lease) throws Exception {
        bench.progress(0.3, "sleeping");
        double before = ProcessFigures.of(worker.handle()).cpuSeconds();
        long nanos = lease.multipliedBy(LEASES).toNanos();
        TimeUnit.NANOSECONDS.sleep(nanos);
        ProcessFigures after = ProcessFigures.of(worker.handle());
        BenchHandlers.Slept seen = look(worker);
        JvmFigures jvm = worker.jvm();
        bench.figure(Figure.of("asleep after two leases", "jobs", seen.now()));
        bench.figure(Figure.of("worker CPU meanwhile, of a core", "%",
                (after.cpuSeconds() - before) / (nanos / 1e9) * 100));
        bench.figure(Figure.of("worker live heap", "MiB", jvm.heapBytes() / 1048576.0));
        bench.figure(Figure.of("worker resident", "MiB", after.residentBytes() / 1048576.0));
        bench.figure(Figure.of("worker platform threads", "n", jvm.threads()));
        BenchContext.expect("jobs asleep", jobs, seen.now());
    }

    private static void finish(BenchContext bench, Queues queues, QueueName queue, Child worker, int jobs)
            throws Exception {
        bench.progress(0.8, "waking up");
        long deadline = System.nanoTime() + AWAIT.toNanos();
        while (succeeded(queues, queue) < jobs && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        BenchHandlers.Slept seen = look(worker);
        bench.figure(Figure.of("delivered twice", "jobs", (double) (seen.starts() - seen.jobs())));
        bench.figure(Figure.of("succeeded", "jobs", (double) succeeded(queues, queue)));
        BenchContext.expect("jobs that began", jobs, seen.starts());
        BenchContext.expect("jobs that succeeded", jobs, succeeded(queues, queue));
    }

    private static long succeeded(Queues queues, QueueName queue) {
        QueueInfo info = queues.info(queue).orElseThrow();
        return info.totals().getOrDefault(JobState.SUCCEEDED, 0L);
    }
}
