package io.headrace.worker;

import io.prometheus.metrics.tracer.common.SpanContext;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells the registry which trace a figure belongs to, at the moment it is recorded. A trace counts only when its sender
 * sampled it: nobody could look up another. The trace of each thread is its own.
 */
final class Exemplars implements SpanContext {
    /** Version 00 of W3C's trace context, and what later versions keep of it. */
    private static final Pattern TRACEPARENT = Pattern
            .compile("[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2}).*");
    private static final int SAMPLED = 1;
    private static final ThreadLocal<@Nullable Trace> CURRENT = new ThreadLocal<>();

    private record Trace(String traceId, String spanId) {}

    /** Records a figure of a job that was sent with this trace context, if it was. */
    static void recorded(Optional<String> traceparent, Runnable recording) {
        Trace trace = traceparent.map(Exemplars::sampled).orElse(null);
        if (trace == null) {
            recording.run();
            return;
        }
        CURRENT.set(trace);
        try {
            recording.run();
        } finally {
            CURRENT.remove();
        }
    }

    private static @Nullable Trace sampled(String traceparent) {
        Matcher parts = TRACEPARENT.matcher(traceparent);
        return parts.matches() && (Integer.parseInt(parts.group(3), 16) & SAMPLED) != 0
                ? new Trace(parts.group(1), parts.group(2))
                : null;
    }

    @Override
    public @Nullable String getCurrentTraceId() {
        Trace trace = CURRENT.get();
        return trace == null ? null : trace.traceId();
    }

    /** The span of the sender, under which the job runs. */
    @Override
    public @Nullable String getCurrentSpanId() {
        Trace trace = CURRENT.get();
        return trace == null ? null : trace.spanId();
    }

    @Override
    public boolean isCurrentSpanSampled() {
        return CURRENT.get() != null;
    }

    /** Nothing to do: whoever sampled the trace keeps it. */
    @Override
    public void markCurrentSpanAsExemplar() {}
}
