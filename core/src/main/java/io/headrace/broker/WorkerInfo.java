package io.headrace.broker;

import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.QueueName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker tells about itself with every heartbeat.
 *
 * @param host for people; it identifies nothing
 * @param startedAt by the worker's own clock, for display only
 * @param running what its slots are busy with, longest first, at most {@value #MAX_RUNNING}
 * @param state {@code running}, {@code quiet} or {@code stopping}
 * @param heartbeatAt when it told this, by the broker's clock; null until it has, and where that is not on record
 */
public record WorkerInfo(WorkerId id, String host, long pid, Instant startedAt, List<QueueName> queues,
        List<JobType> types,
        int slots, int busy, Duration lease, String state, String version, List<Running> running,
        @Nullable Instant heartbeatAt) {
    /** How many running jobs a heartbeat lists. */
    public static final int MAX_RUNNING = 100;

    /**
     * One busy slot.
     *
     * @param since by the broker's clock
     */
    public record Running(JobId job, JobType type, int attempt, Instant since) {}

    public WorkerInfo {
        queues = List.copyOf(queues);
        types = List.copyOf(types);
        running = List.copyOf(running);
    }

    /** What a worker is about to tell. */
    public WorkerInfo(WorkerId id, String host, long pid, Instant startedAt, List<QueueName> queues,
            List<JobType> types, int slots, int busy, Duration lease, String state, String version,
            List<Running> running) {
        this(id, host, pid, startedAt, queues, types, slots, busy, lease, state, version, running, null);
    }

    /** The same, told at that instant. */
    public WorkerInfo heardAt(Instant instant) {
        return new WorkerInfo(id, host, pid, startedAt, queues, types, slots, busy, lease, state, version, running,
                instant);
    }
}
