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

    public void serve(HttpCall call) {
        QueueName queue = call.queue();
        EnqueueCall.refuseIdempotency(call);
        Splitter splitter = splitter(call);
        JobDefaults defaults = JobDefaults.of(call, queue, limits);
        if (call.body().declaredLength() > limits.maxBatch()) {
            throw Batch.tooLong(limits.maxBatch());
        }
        call.request().pause();
        known.admit(call.loop(), queue).onFailure(call::fail).onSuccess(ok -> call.guarded(() -> {
            call.body().permit();
            new Batch(call, broker, meters, splitter, defaults, limits).start();
        }));
    }

    private Splitter splitter(HttpCall call) {
        int max = limits.maxPayload() + JsonIn.ENVELOPE_BYTES;
        if (LINES.contains(call.body().type())) {
            call.body().requireUnpacked();
            return Splitter.lines(max);
        }
        call.body().requireJson();
        return Splitter.array(max);
    }
}
