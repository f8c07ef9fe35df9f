package io.headrace.broker;

import java.util.List;

/**
 * What a renewal found; leases in neither list stand for another full lease.
 *
 * @param lost no longer held by this worker; its handlers should stop
 * @param cancelled still held, but somebody asked for the job's cancellation
 */
public record Renewal(List<Lease> lost, List<Lease> cancelled) {
    public Renewal {
        lost = List.copyOf(lost);
        cancelled = List.copyOf(cancelled);
    }
}
