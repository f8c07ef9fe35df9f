package io.headrace.bench;

import io.headrace.QueueName;
import io.headrace.bench.load.HttpLoad;
import java.net.URI;

/** Submissions over HTTP, many a request, beside bare XADD. */
final class HttpBatch implements Scenario {
    private static final int LINES = 1_000;

    @Override
    public String name() {
        return "http-batch";
    }

    @Override
    public String title() {
        return "Enqueue over HTTP, 1,000 jobs a request, as lines of JSON";
    }

    @Override
    public void run(BenchContext ground) throws Exception {
        URI api = ground.api().uri();
        new Rounds(ground)
                .add(EnqueueBatch.RAW, "jobs/s", () -> EnqueueBatch.raw(ground))
                .add("jobs:batch, 1 connection", "jobs/s", EnqueueBatch.RAW, () -> submit(ground, api, 1))
                .add("jobs:batch, 8 connections", "jobs/s", EnqueueBatch.RAW, () -> submit(ground, api, 8))
                .run();
    }

    private static double submit(BenchContext ground, URI api, int connections) throws Exception {
        QueueName queue = ground.newQueue();
        int lines = Math.min(LINES, ground.jobs());
        int requests = ground.jobs() / lines;
        byte[] request = HttpLoad.lines(api, queue, ground.payload(), lines);
        long nanos = HttpLoad.run(api, request, requests, connections);
        BenchContext.expect("jobs in line", (long) requests * lines, ground.probe().unfinished(queue));
        ground.remove(queue);
        return (double) requests * lines * 1e9 / nanos;
    }
}
