package io.headrace.worker;

import io.headrace.worker.attempts.SampledTrace;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.jspecify.annotations.Nullable;

/** Tells a registry for Prometheus which trace a figure belongs to, at the moment it is recorded. Any thread. */
final class Exemplars implements SpanContext {
    @Override
    public @Nullable String getCurrentTraceId() {
        SampledTrace trace = SampledTrace.current();
        return trace == null ? null : trace.traceId();
    }

    @Override
    public @Nullable String getCurrentSpanId() {
        SampledTrace trace = SampledTrace.current();
        return trace == null ? null : trace.spanId();
    }

    @Override
    public boolean isCurrentSpanSampled() {
        return SampledTrace.current() != null;
    }

    /** Nothing to do: whoever sampled the trace keeps it. */
    @Override
    public void markCurrentSpanAsExemplar() {}
}
