package io.headrace;

import java.time.Duration;
import java.util.Optional;

/** What a handler can learn and say about the attempt it is running. Used from the handler's threads only. */
public interface JobContext {
    /** The job. */
    JobId id();

    /** The job's type. */
    JobType type();

    /** The number of this attempt, from 1. The same again when a stopping worker handed the job back. */
    int attempt();

    /**
     * A number that is larger each time the job is handed to a worker. Pass it on with what you write elsewhere: who
     * refuses a smaller one than it has seen is safe from a worker that was frozen, lost its lease, and goes on.
     */
    long fencingToken();

    /** The payload as it was sent. */
    Json payload();

    /** The W3C trace context of the submission. */
    Optional<String> traceparent();

    /** How long this attempt may still take; empty when it has no timeout. */
    Optional<Duration> remaining();

    /**
     * Whether the attempt should stop: cancelled, timed out, lease lost, or the worker is stopping. The thread is
     * interrupted as well.
     */
    boolean stopping();

    /**
     * Says how far the work is. Cheap to call often: it is sent at most twice a second.
     *
     * @throws InvalidInput when the fraction is not 0 to 1 or the message longer than 500 characters
     */
    void progress(double fraction, String message);

    /** Adds a line to the job's log, which people read while it runs; cut at {@link JobLog#MAX_LINE} characters. */
    void log(String line);
}
