package io.headrace;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A job as it is seen from outside: its document, and what its place says.
 *
 * @param state derived from where the job is
 * @param runAt when it falls due, for a scheduled, retrying or parked job, else null
 * @param startedAt when the running attempt started, or the newest one of a job that is at rest or ended, else null
 * @param worker who runs it, or ran its newest attempt, else null
 * @param attempt the number of the running attempt, or how many were started; 0 before the first
 * @param progress the last that its handler reported, else null
 * @param cancelling whether it still runs although its cancellation was asked for
 */
public record Job(JobId id, JobState state, JobDocument document, @Nullable Instant runAt, @Nullable Instant startedAt,
        @Nullable String worker, int attempt, @Nullable Progress progress, boolean cancelling) {

    /** A job at rest, ended, or waiting in line: everything but its state and due time is in its document. */
    public static Job of(JobId id, JobState state, JobDocument document, @Nullable Instant runAt) {
        History history = document.history();
        Attempt newest = history.attempts().isEmpty() ? null : history.attempts().get(history.attempts().size() - 1);
        return new Job(id, state, document, runAt, newest == null ? null : newest.startedAt(),
                newest == null ? null : newest.worker(), history.attempt(), history.progress(), false);
    }

    /** When it was accepted, by the broker's clock. */
    public Instant createdAt() {
        return document.acceptedAt(id);
    }

    /** When nothing of it is started any more. */
    public Optional<Instant> expiresAt() {
        return Optional.ofNullable(document.spec().expiresIn()).map(createdAt()::plus);
    }
}
