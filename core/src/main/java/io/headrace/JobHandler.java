package io.headrace;

import org.jspecify.annotations.Nullable;

/**
 * Runs the jobs of one type. It may be called again for a job it has run before (a lost lease, a crash after the work and
 * before its record), so it should be idempotent. Called by many threads at once.
 *
 * @param <P> what the payload is deserialized to; {@link Json} for the bytes as they were sent
 */
public interface JobHandler<P> {
    /** The type of job it runs. */
    JobType type();

    /** The class of the payload. */
    Class<P> payloadType();

    /**
     * Does the work of one attempt. The thread is interrupted when the attempt should stop.
     *
     * @return the result, written as JSON and kept with the job, at most 256 KiB; null for none
     * @throws PermanentFailure when no retry can help
     * @throws RetryLater when the next attempt must wait
     * @throws Exception the attempt failed and is retried as the job's policy says
     */
    @Nullable
    Object run(P payload, JobContext context) throws Exception;

    /** A handler made of a function. */
    static <P> JobHandler<P> of(String type, Class<P> payloadType, Body<P> body) {
        JobType name = new JobType(type);
        return new JobHandler<>() {
            @Override
            public JobType type() {
                return name;
            }

            @Override
            public Class<P> payloadType() {
                return payloadType;
            }

            @Override
            public @Nullable Object run(P payload, JobContext context) throws Exception {
                return body.run(payload, context);
            }
        };
    }

    /** What {@link #of} takes. */
    @FunctionalInterface
    interface Body<P> {
        /** See {@link JobHandler#run}. */
        @Nullable
        Object run(P payload, JobContext context) throws Exception;
    }
}
