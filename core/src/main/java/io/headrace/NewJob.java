package io.headrace;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job that is about to be submitted.
 *
 * @param delay how long it waits before it is offered to workers, counted by the broker's clock; zero to 365 days
 * @param runAt when it is first offered to workers; excludes {@code delay}; the past means now
 * @param durability what must have happened before the submission is answered
 * @param awaited whether the sender waits for its end: see {@link JobStore#await}, which is promised from the first
 *             moment on
 */
public record NewJob(QueueName queue, Priority priority, JobSpec spec, @Nullable Duration delay,
        @Nullable Instant runAt,
        @Nullable Idempotency idempotency, Durability durability, boolean awaited) {
    /** The largest payload, in bytes, unless a sender's or a server's settings say otherwise. */
    public static final int MAX_PAYLOAD = 256 * 1024;

    /** The largest that any setting may allow, in bytes. */
    public static final int MAX_PAYLOAD_EVER = 16 * 1024 * 1024;

    /** The longest that a job rests for a time. */
    static final Duration MAX_DELAY = Duration.ofDays(365);

    /**
     * @throws InvalidInput when both delay and runAt are given, the delay is out of bounds, or the payload larger than
     * ever
     */
    public NewJob {
        spec.payload().within(MAX_PAYLOAD_EVER);
        if (delay != null && runAt != null) {
            throw new InvalidInput("runAt", "cannot be combined with delay");
        }
        if (delay != null && (delay.isNegative() || delay.compareTo(MAX_DELAY) > 0)) {
            throw new InvalidInput("delay", "must be 0s to 365d, was " + Durations.format(delay));
        }
    }

    /**
     * A job for a queue, with an object that Jackson can write as its payload; see {@link PayloadMapper#DEFAULT}.
     *
     * @throws InvalidInput when a name is not allowed or the payload cannot be written
     */
    public static Builder of(String queue, String type, Object payload) {
        return of(queue, type, payload, PayloadMapper.DEFAULT);
    }

    /** The same, with a payload that a mapper of the application's own writes. */
    public static Builder of(String queue, String type, Object payload, PayloadMapper mapper) {
        return new Builder(new QueueName(queue), new JobType(type),
                payload instanceof Json j ? j : Json.of(payload, mapper));
    }

    /** Collects what is optional. Not thread-safe. */
    public static final class Builder {
        private final QueueName queue;
        private final JobType type;
        private final Json payload;
        private int maxPayload = MAX_PAYLOAD;
        private Priority priority = Priority.NORMAL;
        private @Nullable Duration delay;
        private @Nullable Instant runAt;
        private @Nullable Duration timeout;
        private @Nullable Integer maxRetries;
        private @Nullable Backoff backoff;
        private @Nullable Duration expiresIn;
        private @Nullable String uniqueKey;
        private @Nullable Duration retention;
        private @Nullable String traceparent;
        private @Nullable Idempotency idempotency;
        private Durability durability = Durability.MEMORY;
        private boolean awaited;

        private Builder(QueueName queue, JobType type, Json payload) {
            this.queue = queue;
            this.type = type;
            this.payload = payload;
        }

        public Builder priority(Priority value) {
            priority = value;
            return this;
        }

        public Builder delay(@Nullable Duration value) {
            delay = value;
            return this;
        }

        public Builder runAt(@Nullable Instant value) {
            runAt = value;
            return this;
        }

        public Builder timeout(@Nullable Duration value) {
            timeout = value;
            return this;
        }

        public Builder maxRetries(@Nullable Integer value) {
            maxRetries = value;
            return this;
        }

        public Builder backoff(@Nullable Backoff value) {
            backoff = value;
            return this;
        }

        public Builder expiresIn(@Nullable Duration value) {
            expiresIn = value;
            return this;
        }

        public Builder uniqueKey(@Nullable String value) {
            uniqueKey = value;
            return this;
        }

        public Builder retention(@Nullable Duration value) {
            retention = value;
            return this;
        }

        public Builder traceparent(@Nullable String value) {
            traceparent = value;
            return this;
        }

        public Builder idempotency(@Nullable Idempotency value) {
            idempotency = value;
            return this;
        }

        /** {@link Durability#MEMORY} unless set. */
        public Builder durability(Durability value) {
            durability = value;
            return this;
        }

        /** To be waited for by {@link JobClient#await}, which then sees its end whatever its retention. */
        public Builder awaited() {
            awaited = true;
            return this;
        }

        /**
         * How large the payload may be, in bytes, {@value NewJob#MAX_PAYLOAD} unless set. What is larger than the
         * servers of a queue allow cannot be edited there.
         *
         * @throws InvalidInput when it is not 1 to {@value NewJob#MAX_PAYLOAD_EVER}
         */
        public Builder maxPayload(int bytes) {
            if (bytes < 1 || bytes > MAX_PAYLOAD_EVER) {
                throw new InvalidInput("maxPayload", "must be 1 to " + MAX_PAYLOAD_EVER + " bytes, was " + bytes);
            }
            maxPayload = bytes;
            return this;
        }

        /** @throws InvalidInput when a bound is passed, that of the payload included */
        public NewJob build() {
            payload.within(maxPayload);
            return new NewJob(queue, priority,
                    new JobSpec(type, payload, timeout, maxRetries, backoff, expiresIn, uniqueKey,
                            retention, traceparent),
                    delay, runAt, idempotency, durability, awaited);
        }
    }
}
