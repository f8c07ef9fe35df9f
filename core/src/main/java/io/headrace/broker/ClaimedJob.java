package io.headrace.broker;

import io.headrace.Attempt;
import io.headrace.JobDocument;
import java.time.Instant;
import java.util.List;

/**
 * A job leased to a worker by a claim, with what the worker must know to run it or to end it.
 *
 * @param claimedAt by the broker's clock; what a worker calls "now" is this plus the time its own monotonic clock has
 *            seen pass since, so a wrong wall clock spoils nothing
 * @param cancelled whether somebody asked for its cancellation; then it must not run: finish it as cancelled
 * @param lost attempts of this delivery chain whose workers went silent, oldest first, not yet in the document
 */
public record ClaimedJob(Lease lease, JobDocument document, Instant claimedAt, boolean cancelled, List<Attempt> lost) {
    public ClaimedJob {
        lost = List.copyOf(lost);
    }

    /** When the job was accepted, by the broker's clock. */
    public Instant createdAt() {
        return document.acceptedAt(lease.job());
    }

    /** Whether its sender's {@code expiresIn} had passed when it was claimed. */
    public boolean expired() {
        return document.spec().expiresIn() != null
                && !claimedAt.isBefore(createdAt().plus(document.spec().expiresIn()));
    }
}
