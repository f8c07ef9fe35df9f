package io.headrace;

import com.fasterxml.jackson.core.type.TypeReference;
import io.headrace.format.JsonFormat;
import org.jspecify.annotations.Nullable;

/**
 * Runs the jobs of one type. It may be called again for a job it has run before (a lost lease, a crash after the work
 * and before its record), so it should be idempotent. Called by many threads at once.
 *
 * @param <P> what the payload is deserialized to; {@link Json} for the bytes as they were sent
 */
public interface JobHandler<P> {
    /** The type of job it runs. */
    JobType type();

    /** The class of the payload. */
    Class<P> payloadType();

    /**
     * Makes the payload of what was sent: it is read into {@link #payloadType}.
     *
     * @param mapper the worker's; {@link PayloadMapper#DEFAULT} unless the application brings another
     * @throws InvalidInput when it does not fit; then the job fails for good, as {@code bad_payload}
     */
    default P read(Json payload, PayloadMapper mapper) {
        return payloadType() == Json.class ? payloadType().cast(payload) : payload.as(payloadType(), mapper);
    }

    /**
     * Does the work of one attempt. The thread is interrupted when the attempt should stop.
     *
     * @return the result, written as JSON and kept with the job, at most 256 KiB; null for none
     * @throws PermanentFailure when no retry can help
     * @throws RetryLater when the next attempt must wait; this one uses no retry
     * @throws Exception the attempt failed and is retried as the job's policy says
     */
    @Nullable
    Object run(P payload, JobContext context) throws Exception;

    /** A handler made of a function. */
    static <P> JobHandler<P> of(String type, Class<P> payloadType, Body<P> body) {
        return new FunctionHandler<>(new JobType(type), payloadType,
                (payload, mapper) -> payloadType == Json.class ? payloadType.cast(payload)
                        : payload.as(payloadType, mapper),
                body);
    }

    /**
     * A handler made of a function, whose payload has a type with parameters: {@code new TypeReference<List<Address>>()
     * {}}.
     */
    static <P> JobHandler<P> of(String type, TypeReference<P> payloadType, Body<P> body) {
        @SuppressWarnings("unchecked") // the class of a type with parameters is that of the type without
        Class<P> raw = (Class<P>) JsonFormat.objects().constructType(payloadType).getRawClass();
        return new FunctionHandler<>(new JobType(type), raw,
                (payload, mapper) -> payload.as(payloadType, mapper), body);
    }

    /** What {@link #of} takes. */
    @FunctionalInterface
    interface Body<P> {
        /** See {@link JobHandler#run}. */
        @Nullable
        Object run(P payload, JobContext context) throws Exception;
    }
}
