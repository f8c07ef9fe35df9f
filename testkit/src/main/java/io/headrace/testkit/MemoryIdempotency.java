package io.headrace.testkit;

import io.headrace.Idempotency;
import io.headrace.IdempotencyConflict;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Submission;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the Idempotency-Keys of one queue were used for. Guarded by the broker's lock. */
final class MemoryIdempotency {
    private static final Duration KEPT = Duration.ofHours(24);

    private record Remembered(String fingerprint, JobId id, Submission.Kind again, Instant until) {}

    private final Map<String, Remembered> remembered = new HashMap<>();

    /**
     * The answer to a submission that was made before.
     *
     * @param state that a new job would have
     * @throws IdempotencyConflict when its key was used for another one
     */
    Optional<Submission> before(@Nullable Idempotency idem, JobState state, Instant now) {
        Remembered before = idem == null ? null : remembered.get(idem.key());
        if (idem == null || before == null || !before.until().isAfter(now)) {
            return Optional.empty();
        }
        if (!before.fingerprint().equals(idem.fingerprint())) {
            throw new IdempotencyConflict(idem.key());
        }
        return Optional.of(new Submission(before.again(), before.id(), state));
    }

    /** @param again what is answered when it comes again */
    void remember(@Nullable Idempotency idem, JobId id, Submission.Kind again, Instant now) {
        if (idem != null) {
            remembered.put(idem.key(), new Remembered(idem.fingerprint(), id, again, now.plus(KEPT)));
        }
    }

    void trim(Instant now) {
        remembered.values().removeIf(use -> !use.until().isAfter(now));
    }
}
