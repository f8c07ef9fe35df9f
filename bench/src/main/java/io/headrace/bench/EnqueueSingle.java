package io.headrace.bench;

import io.headrace.JobClient;
import io.headrace.Json;
import io.headrace.QueueName;
import io.headrace.bench.load.RawRedis;
import io.headrace.bench.load.Share;
import io.headrace.bench.load.Together;
import java.util.Collections;

/**
 * Measures Java programs that submit one job at a time and wait until it is stored, beside bare XADD that does the
 * same.
 */
final class EnqueueSingle implements Scenario {
    private static final int THREADS = 10;
    /** A submission that waits for its answer takes about as long as this many that do not. */
    private static final int FEWER = 10;
    private static final int FEWER_THREADED = 2;
    private static final String RAW_ONE = "raw: XADD, 1 client";
    private static final String RAW_MANY = "raw: XADD, 10 clients";

    @Override
    public String name() {
        return "enqueue-single";
    }

    @Override
    public String title() {
        return "Enqueue from Java, one job a call, each waited for (JobClient.enqueue)";
    }

    @Override
    public void run(BenchContext bench) throws Exception {
        JobClient client = new JobClient(bench.broker());
        int few = Math.max(100, bench.jobs() / FEWER);
        int more = Math.max(100, bench.jobs() / FEWER_THREADED);
        new Rounds(bench)
                .add(RAW_ONE, "jobs/s", () -> raw(bench, few, 1))
                .add("1 thread", "jobs/s", RAW_ONE, () -> enqueue(bench, client, few, 1))
                .add(RAW_MANY, "jobs/s", () -> raw(bench, more, THREADS))
                .add("10 threads, one JobClient", "jobs/s", RAW_MANY, () -> enqueue(bench, client, more, THREADS))
                .run();
        bench.note("Of " + few + " jobs with one thread or client, of " + more + " with ten.");
    }

    private static double raw(BenchContext bench, int jobs, int clients) throws Exception {
        QueueName queue = bench.newQueue();
        long nanos = new RawRedis(bench.probe(), queue, bench.payload().bytes()).addSingly(jobs, clients);
        bench.remove(queue);
        return jobs * 1e9 / nanos;
    }

    private static double enqueue(BenchContext bench, JobClient client, int jobs, int threads) throws Exception {
        QueueName queue = bench.newQueue();
        Json payload = bench.payload();
        Share share = new Share(jobs, 1);
        client.enqueue(bench.job(queue, payload)); // creates the queue
        long nanos = Together.run(Collections.nCopies(threads, () -> () -> {
            while (share.take() > 0) {
                client.enqueue(bench.job(queue, payload));
            }
        }));
        BenchContext.expect("jobs in line", jobs + 1L, bench.probe().unfinished(queue));
        bench.remove(queue);
        return jobs * 1e9 / nanos;
    }
}
