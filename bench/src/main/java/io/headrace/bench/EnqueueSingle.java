package io.headrace.bench;

import io.headrace.JobClient;
import io.headrace.Json;
import io.headrace.QueueName;
import io.headrace.bench.load.RawRedis;
import io.headrace.bench.load.Share;
import io.headrace.bench.load.Together;
import java.util.Collections;

/** Java programs that submit one job at a time and wait until it is stored, beside bare XADD that does the same. */
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
    public void run(BenchContext ground) throws Exception {
        JobClient client = new JobClient(ground.broker());
        int few = Math.max(100, ground.jobs() / FEWER);
        int more = Math.max(100, ground.jobs() / FEWER_THREADED);
        new Rounds(ground)
                .add(RAW_ONE, "jobs/s", () -> raw(ground, few, 1))
                .add("1 thread", "jobs/s", RAW_ONE, () -> enqueue(ground, client, few, 1))
                .add(RAW_MANY, "jobs/s", () -> raw(ground, more, THREADS))
                .add("10 threads, one JobClient", "jobs/s", RAW_MANY, () -> enqueue(ground, client, more, THREADS))
                .run();
        ground.note("Of " + few + " jobs with one thread or client, of " + more + " with ten.");
    }

    private static double raw(BenchContext ground, int jobs, int clients) throws Exception {
        QueueName queue = ground.newQueue();
        long nanos = new RawRedis(ground.probe(), queue, ground.payload().bytes()).addSingly(jobs, clients);
        ground.remove(queue);
        return jobs * 1e9 / nanos;
    }

    private static double enqueue(BenchContext ground, JobClient client, int jobs, int threads) throws Exception {
        QueueName queue = ground.newQueue();
        Json payload = ground.payload();
        Share share = new Share(jobs, 1);
        client.enqueue(ground.job(queue, payload)); // creates the queue
        long nanos = Together.run(Collections.nCopies(threads, () -> () -> {
            while (share.take() > 0) {
                client.enqueue(ground.job(queue, payload));
            }
        }));
        BenchContext.expect("jobs in line", jobs + 1L, ground.probe().unfinished(queue));
        ground.remove(queue);
        return jobs * 1e9 / nanos;
    }
}
