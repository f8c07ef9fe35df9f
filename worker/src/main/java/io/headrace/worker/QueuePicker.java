package io.headrace.worker;

import io.headrace.QueueName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * In which order a worker asks its queues. Strict: always as configured. Weighted: each queue's jobs are charged to it,
 * divided by its weight, and the least charged goes first, so that busy queues share in proportion to their weights. A queue
 * that had nothing to give saves up no credit. Used by the claim loop's thread only.
 */
final class QueuePicker {
    private final List<QueueName> configured;
    private final Map<QueueName, Integer> weights;
    private final boolean strict;
    private final Map<QueueName, Double> charged = new HashMap<>();

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
        double after = charge(queue) + (double) jobs / weights.getOrDefault(queue, 1);
        double floor = !drained ? 0
                : configured.stream().filter(other -> !other.equals(queue)).mapToDouble(this::charge).min().orElse(0);
        charged.put(queue, Math.max(after, floor));
        rebase();
    }

    private double charge(QueueName queue) {
        return charged.getOrDefault(queue, 0.0);
    }

    /** Keeps the numbers small, so that years of charging lose no precision. */
    private void rebase() {
        double least = configured.stream().mapToDouble(this::charge).min().orElse(0);
        if (least > 0) {
            charged.replaceAll((queue, charge) -> charge - least);
        }
    }
}
