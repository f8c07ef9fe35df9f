package io.headrace.bench;

import io.headrace.QueueName;
import io.headrace.bench.load.HttpLoad;
import java.net.URI;

/** Measures submissions over HTTP, many a request, beside bare XADD. */
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
    public void run(BenchContext bench) throws Exception {
        URI api = bench.api().uri();
        new Rounds(bench)
                .add(EnqueueBatch.RAW, "jobs/s", () -> EnqueueBatch.raw(bench))
                .add("jobs:batch, 1 connection", "jobs/s", EnqueueBatch.RAW, () -> submit(bench, api, 1))
                .add("jobs:batch, 8 connections", "jobs/s", EnqueueBatch.RAW, () -> submit(bench, api, 8))
                .run();
    }

    private static double submit(BenchContext bench, URI api, int connections) throws Exception {
        QueueName queue = bench.newQueue();
        int lines = Math.min(LINES, bench.jobs());
        int requests = bench.jobs() / lines;
        byte[] request = HttpLoad.lines(api, queue, bench.payload(), lines);
        long nanos = HttpLoad.run(api, request, requests, connections);
        BenchContext.expect("jobs in line", (long) requests * lines, bench.probe().unfinished(queue));
        bench.remove(queue);
        return (double) requests * lines * 1e9 / nanos;
    }
}
