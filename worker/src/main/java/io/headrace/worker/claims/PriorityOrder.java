package io.headrace.worker.claims;

import static io.headrace.Priority.HIGH;
import static io.headrace.Priority.LOW;
import static io.headrace.Priority.NORMAL;

import io.headrace.Priority;
import java.util.List;

/**
 * The order in which the priorities of one queue are claimed from. Of ten claims seven start at high, two at normal and
 * one at low, so that an endless stream of urgent jobs leaves the others a share. Used by the claim loop's thread only.
 */
final class PriorityOrder {
    private static final List<Priority> FROM_HIGH = List.of(HIGH, NORMAL, LOW);
    private static final List<Priority> FROM_NORMAL = List.of(NORMAL, HIGH, LOW);
    private static final List<Priority> FROM_LOW = List.of(LOW, HIGH, NORMAL);
    private static final List<List<Priority>> ROUND = List.of(FROM_HIGH, FROM_HIGH, FROM_NORMAL, FROM_HIGH, FROM_HIGH,
            FROM_LOW, FROM_HIGH, FROM_NORMAL, FROM_HIGH, FROM_HIGH);

    private int next;

    List<Priority> next() {
        List<Priority> order = ROUND.get(next);
        next = (next + 1) % ROUND.size();
        return order;
    }

    /** The order of a reclaim, where nobody's share is at stake. */
    static List<Priority> urgentFirst() {
        return FROM_HIGH;
    }
}
