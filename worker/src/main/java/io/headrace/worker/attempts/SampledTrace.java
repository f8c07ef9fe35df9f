package io.headrace.worker.attempts;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The trace that the figure which a thread is recording belongs to. A trace counts only when its sender sampled it:
 * nobody could look up another. The trace of each thread is its own.
 *
 * @param spanId the span of the sender, under which the job runs
 */
public record SampledTrace(String traceId, String spanId) {
    /** Version 00 of W3C's trace context, and what later versions keep of it. */
    private static final Pattern TRACEPARENT = Pattern
            .compile("[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2}).*");
    private static final int SAMPLED = 1;
    private static final ThreadLocal<@Nullable SampledTrace> CURRENT = new ThreadLocal<>();

    /** Records a figure of a job that was sent with this trace context, if it was. */
    static void recorded(Optional<String> traceparent, Runnable recording) {
        SampledTrace trace = traceparent.map(SampledTrace::of).orElse(null);
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

    /** That of what this thread is recording, or null. */
    public static @Nullable SampledTrace current() {
        return CURRENT.get();
    }

    private static @Nullable SampledTrace of(String traceparent) {
        Matcher parts = TRACEPARENT.matcher(traceparent);
        return parts.matches() && (Integer.parseInt(parts.group(3), 16) & SAMPLED) != 0
                ? new SampledTrace(parts.group(1), parts.group(2))
                : null;
    }
}
