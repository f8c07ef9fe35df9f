package io.headrace.api.submit;

import io.headrace.QueueName;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.JsonIn;
import io.headrace.api.metrics.ApiMeters;
import io.headrace.broker.Broker;
import java.util.Set;

/** {@code POST /v1/queues/{queue}/jobs:batch}: a JSON array, or one job a line, read and stored while it arrives. */
public record BatchCall(Broker broker, KnownQueues known, ApiMeters meters, SubmitLimits limits) {
    private static final Set<String> LINES = Set.of("application/x-ndjson", "application/jsonl");

    public void serve(HttpCall exchange) {
        QueueName queue = exchange.queue();
        EnqueueCall.refuseIdempotency(exchange);
        Splitter splitter = splitter(exchange);
        JobDefaults defaults = JobDefaults.of(exchange, limits);
        if (exchange.body().declaredLength() > limits.maxBatch()) {
            throw Batch.tooLong(limits.maxBatch());
        }
        exchange.request().pause();
        known.admit(exchange.loop(), queue)
                .onFailure(exchange::fail)
                .onSuccess(ok -> exchange.guarded(() -> {
                    exchange.body().permit();
                    new Batch(exchange, broker, meters, splitter, defaults, limits).start();
                }));
    }

    private Splitter splitter(HttpCall exchange) {
        int max = limits.maxPayload() + JsonIn.ENVELOPE_BYTES;
        if (LINES.contains(exchange.body().type())) {
            exchange.body().requireUnpacked();
            return Splitter.lines(max);
        }
        exchange.body().requireJson();
        return Splitter.array(max);
    }
}
