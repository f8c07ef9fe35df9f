package io.headrace.cli.system;

import io.headrace.JobContext;
import io.headrace.JobHandler;
import io.headrace.JobType;

/** Tells the trace context that its job was sent with; packed into a plugin by a test. */
public final class TracedHandler implements JobHandler<String> {
    @Override
    public JobType type() {
        return new JobType("java");
    }

    @Override
    public Class<String> payloadType() {
        return String.class;
    }

    @Override
    public Object run(String payload, JobContext context) {
        return context.traceparent().orElse("none");
    }
}
