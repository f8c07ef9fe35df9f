package io.headrace.worker.attempts;

import io.headrace.QueueName;
import io.headrace.RetryPolicy;
import io.headrace.broker.WorkerId;
import io.headrace.redaction.Redactor;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one worker, read and checked. Immutable.
 *
 * @param queues weights by queue, in the order of configuration
 */
public record WorkerConfig(WorkerId id, Map<QueueName, Integer> queues, boolean strict, int slots, Times times,
        Attempts attempts) {
    /** @param reclaimGrace how long after the start and after an outage nothing is reclaimed */
    public record Times(Duration lease, Duration grace, Duration reclaimGrace) {}

    /**
     * What holds for each attempt.
     *
     * @param timeout how long one may take when its job does not say; null for as long as it takes
     * @param httpTimeout the same for one by an HTTP target, where {@code timeout} is null
     * @param redactor what of payloads neither errors nor log lines repeat
     */
    public record Attempts(@Nullable Duration timeout, Duration httpTimeout, RetryPolicy retryPolicy,
            Redactor redactor) {}

    private static final Duration HEARTBEAT_MAX = Duration.ofSeconds(10);

    public WorkerConfig {
        queues = Collections.unmodifiableMap(new LinkedHashMap<>(queues));
    }

    public Set<QueueName> queueNames() {
        return queues.keySet();
    }

    public Duration lease() {
        return times.lease();
    }

    /** How often the worker makes itself known and looks for leases to renew: a third of the lease, at most 10 s. */
    public Duration heartbeat() {
        Duration third = lease().dividedBy(3);
        return third.compareTo(HEARTBEAT_MAX) < 0 ? third : HEARTBEAT_MAX;
    }
}
