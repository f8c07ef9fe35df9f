package io.headrace.api;

import io.headrace.Durability;
import io.headrace.QueueName;
import java.util.Set;

/** {@code POST /v1/queues/{queue}/jobs:batch}: a JSON array, or one job a line, read and stored while it arrives. */
final class BatchCall {
    private static final Set<String> LINES = Set.of("application/x-ndjson", "application/jsonl");

    private final Services services;

    BatchCall(Services services) {
        this.services = services;
    }

    void serve(Exchange exchange) {
        QueueName queue = exchange.queue();
        EnqueueCall.refuseIdempotency(exchange);
        Splitter splitter = splitter(exchange);
        Durability durability = Prefer.durability(exchange.request()).orElse(services.config().durability());
        long declared = exchange.header("Content-Length").map(Long::parseLong).orElse(0L);
        if (declared > services.config().maxBatch()) {
            throw Batch.tooLong(services.config().maxBatch());
        }
        exchange.request().pause();
        services.known().admit(exchange.loop(), queue)
                .onFailure(exchange::fail)
                .onSuccess(ok -> exchange.guarded(() -> {
                    exchange.permitBody();
                    new Batch(exchange, services, queue, splitter, durability).start();
                }));
    }

    private Splitter splitter(Exchange exchange) {
        int max = services.config().maxPayload() + JsonIn.ENVELOPE_BYTES;
        if (LINES.contains(exchange.bodyType())) {
            exchange.requireUnpacked();
            return Splitter.lines(max);
        }
        exchange.requireJson();
        return Splitter.array(max);
    }
}
