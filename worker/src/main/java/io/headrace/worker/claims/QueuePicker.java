package io.headrace.worker.claims;

import io.headrace.QueueName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The order in which a worker claims from its queues. Strict: always as configured. Weighted: each queue's jobs are
 * charged to it, divided by its weight, and the least charged goes first, so that busy queues share in proportion to
 * their weights. What a queue ran while no other had anything to give is not held against it, and a queue that had
 * nothing to give saves up no credit. Used by the claim loop's thread only.
 */
final class QueuePicker {
    private final List<QueueName> configured;
    private final Map<QueueName, Integer> weights;
    private final boolean strict;
    /** By how much each queue is ahead of the one that was served last, when that was served; never negative. */
    private final Map<QueueName, Double> charged = new HashMap<>();
    /** The queues that gave all they were asked for when they were asked last. */
    private final Set<QueueName> busy = new HashSet<>();

    /** @param weights in the order of configuration */
    QueuePicker(Map<QueueName, Integer> weights, boolean strict) {
        this.configured = List.copyOf(weights.keySet());
        this.weights = Map.copyOf(weights);
        this.strict = strict;
        configured.forEach(queue -> charged.put(queue, 0.0));
    }

    List<QueueName> order() {
        if (strict || configured.size() == 1) {
            return configured;
        }
        List<QueueName> order = new ArrayList<>(configured);
        order.sort(Comparator.comparingDouble(this::charge));
        return order;
    }

    /**
     * A claim was answered.
     *
     * @param drained whether the queue had fewer jobs than were asked for
     */
    void claimed(QueueName queue, int jobs, boolean drained) {
        if (strict || configured.size() == 1) {
            return;
        }
        if (drained) {
            busy.remove(queue);
        } else {
            busy.add(queue);
        }
        if (jobs > 0) {
            double begun = charge(queue);
            charged.merge(queue, (double) jobs / weights.getOrDefault(queue, 1), Double::sum);
            charged.replaceAll((each, charge) -> Math.max(0, charge - begun));
        }
        if (busy.isEmpty()) {
            charged.replaceAll((each, charge) -> 0.0);
        }
    }

    private double charge(QueueName queue) {
        return charged.getOrDefault(queue, 0.0);
    }
}
