package io.headrace.bench;

import io.headrace.QueueName;
import io.headrace.bench.load.HttpLoad;
import io.headrace.bench.process.BenchHandlers;
import io.headrace.bench.process.Child;
import java.net.URI;

/** Measures submissions over HTTP, one a request, beside a server that only answers. */
final class HttpSingle implements Scenario {
    static final int CONNECTIONS = 64;
    private static final String BARE = "bare Vert.x answering 202";

    @Override
    public String name() {
        return "http-single";
    }

    @Override
    public String title() {
        return "Enqueue over HTTP, one job a request, 64 keep-alive connections";
    }

    @Override
    public void run(BenchContext bench) throws Exception {
        URI api = bench.api().uri();
        URI bare = bench.open(() -> Child.bare(bench.jdk(), bench.redis())).uri();
        new Rounds(bench)
                .add(BARE, "req/s", () -> {
                    QueueName queue = bench.newQueue();
                    byte[] request = HttpLoad.job(bare, queue, BenchHandlers.NOOP, bench.payload());
                    return bench.jobs() * 1e9 / HttpLoad.run(bare, request, bench.jobs(), CONNECTIONS);
                })
                .add("POST /v1/queues/{queue}/jobs", "req/s", BARE, () -> submit(bench, api))
                .run();
        bench.note("The ceiling is a bare HTTP server with the options of the api, without Redis.");
    }

    private static double submit(BenchContext bench, URI api) throws Exception {
        QueueName queue = bench.newQueue();
        byte[] request = HttpLoad.job(api, queue, BenchHandlers.NOOP, bench.payload());
        long nanos = HttpLoad.run(api, request, bench.jobs(), CONNECTIONS);
        BenchContext.expect("jobs in line", bench.jobs(), bench.probe().unfinished(queue));
        bench.remove(queue);
        return bench.jobs() * 1e9 / nanos;
    }
}
