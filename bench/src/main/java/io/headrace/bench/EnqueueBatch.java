package io.headrace.bench;

import io.headrace.JobClient;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.bench.load.RawRedis;
import io.headrace.bench.load.Share;
import io.headrace.bench.load.Together;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Measures Java programs that submit jobs a thousand at a time, beside bare XADD. */
final class EnqueueBatch implements Scenario {
    private static final int BATCH = 1_000;
    static final String RAW = "raw: pipelined XADD, 10 clients";

    @Override
    public String name() {
        return "enqueue-batch";
    }

    @Override
    public String title() {
        return "Enqueue from Java, 1,000 jobs a call (JobClient.enqueueAll)";
    }

    @Override
    public void run(BenchContext bench) throws Exception {
        JobClient client = new JobClient(bench.broker());
        new Rounds(bench)
                .add(RAW, "jobs/s", () -> raw(bench))
                .add("1 caller", "jobs/s", RAW, () -> enqueue(bench, client, 1))
                .add("10 callers at once", "jobs/s", RAW, () -> enqueue(bench, client, 10))
                .run();
    }

    /** Bare XADD in pipelines, as fast as one Redis takes it. */
    static double raw(BenchContext bench) throws Exception {
        QueueName queue = bench.newQueue();
        RawRedis raw = new RawRedis(bench.probe(), queue, bench.payload().bytes());
        long nanos = raw.add(bench.jobs(), RawRedis.CONNECTIONS);
        bench.remove(queue);
        return bench.jobs() * 1e9 / nanos;
    }

    private static double enqueue(BenchContext bench, JobClient client, int callers) throws Exception {
        QueueName queue = bench.newQueue();
        Json payload = bench.payload();
        Share share = new Share(bench.jobs(), BATCH);
        client.enqueue(bench.job(queue, payload)); // creates the queue
        long nanos = Together.run(Collections.nCopies(callers, () -> () -> {
            for (int many = share.take(); many > 0; many = share.take()) {
                List<NewJob> jobs = new ArrayList<>(many);
                for (int i = 0; i < many; i++) {
                    jobs.add(bench.job(queue, payload));
                }
                client.enqueueAll(jobs);
            }
        }));
        BenchContext.expect("jobs in line", bench.jobs() + 1L, bench.probe().unfinished(queue));
        bench.remove(queue);
        return bench.jobs() * 1e9 / nanos;
    }
}
