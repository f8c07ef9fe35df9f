package io.headrace.api.submit;

import io.headrace.Durability;
import io.headrace.QueueName;
import io.headrace.api.http.HttpCall;
import io.vertx.core.http.HttpHeaders;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the head of a request says of every job in its body.
 *
 * @param maxPayload of each, in bytes
 * @param traceparent null when none was sent that is valid
 */
record JobDefaults(QueueName queue, int maxPayload, Durability durability, @Nullable String traceparent) {
    private static final CharSequence HEADER = HttpHeaders.createOptimized("traceparent");
    private static final Pattern TRACEPARENT = Pattern
            .compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    /** Of this request. A trace context that is not valid is left out, as its specification asks. */
    static JobDefaults of(HttpCall call, QueueName queue, SubmitLimits limits) {
        String header = call.request().getHeader(HEADER);
        return new JobDefaults(queue, limits.maxPayload(),
                PreferHeader.durability(call.request()).orElse(limits.durability()),
                header != null && TRACEPARENT.matcher(header).matches() ? header : null);
    }
}
