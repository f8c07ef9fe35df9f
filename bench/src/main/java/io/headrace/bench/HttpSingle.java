package io.headrace.bench;

import io.headrace.QueueName;
import io.headrace.bench.load.HttpLoad;
import io.headrace.bench.process.Child;
import java.net.URI;

/** Submissions over HTTP, one a request, beside a server that only answers. */
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
    public void run(BenchContext ground) throws Exception {
        URI api = ground.api().uri();
        URI bare = ground.open(() -> Child.bare(ground.jdk(), ground.redis())).uri();
        new Rounds(ground)
                .add(BARE, "req/s", () -> {
                    QueueName queue = ground.newQueue();
                    byte[] request = HttpLoad.job(bare, queue, ground.payload());
                    return ground.jobs() * 1e9 / HttpLoad.run(bare, request, ground.jobs(), CONNECTIONS);
                })
                .add("POST /v1/queues/{queue}/jobs", "req/s", BARE, () -> submit(ground, api))
                .run();
        ground.note("The ceiling is a bare HTTP server with the options of the api, without Redis.");
    }

    private static double submit(BenchContext ground, URI api) throws Exception {
        QueueName queue = ground.newQueue();
        byte[] request = HttpLoad.job(api, queue, ground.payload());
        long nanos = HttpLoad.run(api, request, ground.jobs(), CONNECTIONS);
        BenchContext.expect("jobs in line", ground.jobs(), ground.probe().unfinished(queue));
        ground.remove(queue);
        return ground.jobs() * 1e9 / nanos;
    }
}
