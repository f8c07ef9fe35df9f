package io.headrace.api.metrics;

import io.headrace.JobState;
import io.headrace.QueueName;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.WorkerInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The figures of one queue, or of many together, in the metrics.
 *
 * @param queue the label
 * @param counts how many jobs are in each state now
 * @param ended how many ended in each state, ever
 * @param oldestQueuedAge of the queue where it is longest; likewise the next
 * @param workers how many claim from it, or from one of them
 * @param paused whether it is, or one of them
 */
record QueueFigures(String queue, Map<JobState, Long> counts, Map<JobState, Long> ended, Duration oldestQueuedAge,
        Duration overdueAge, long workers, boolean paused) {
    /** In place of the name of a queue; no queue can have it. */
    static final String OTHERS = "(other)";
    /**
     * The oldest queues first: so which have a line of their own changes only when one is deleted, and is the same in
     * every process.
     */
    private static final Comparator<QueueInfo> OLDEST = Comparator.comparing(QueueInfo::createdAt)
            .thenComparing(QueueInfo::queue);

    /** A line for each of so many queues, and one for all others together, if there are any. */
    static List<QueueFigures> of(List<QueueInfo> queues, List<WorkerInfo> workers, int apart) {
        List<WorkerInfo> claiming = workers.stream().filter(worker -> worker.state().equals("running")).toList();
        List<QueueInfo> sorted = queues.stream().sorted(OLDEST).toList();
        int own = Math.min(apart, sorted.size());
        Map<QueueName, Long> served = new TreeMap<>();
        claiming.forEach(worker -> worker.queues().forEach(queue -> served.merge(queue, 1L, Long::sum)));
        List<QueueFigures> lines = new ArrayList<>();
        for (QueueInfo queue : sorted.subList(0, own)) {
            lines.add(together(queue.queue().value(), List.of(queue), served.getOrDefault(queue.queue(), 0L)));
        }
        if (own < sorted.size()) {
            List<QueueInfo> others = sorted.subList(own, sorted.size());
            Set<QueueName> names = new HashSet<>(others.stream().map(QueueInfo::queue).toList());
            lines.add(together(OTHERS, others, claiming.stream()
                    .filter(worker -> worker.queues().stream().anyMatch(names::contains)).count()));
        }
        return lines;
    }

    private static QueueFigures together(String label, List<QueueInfo> queues, long workers) {
        return new QueueFigures(label, sums(queues, QueueInfo::counts), sums(queues, QueueInfo::totals),
                longest(queues, QueueInfo::oldestQueuedAge), longest(queues, QueueInfo::overdueAge), workers,
                queues.stream().anyMatch(QueueInfo::paused));
    }

    private static Map<JobState, Long> sums(Collection<QueueInfo> queues,
            Function<QueueInfo, Map<JobState, Long>> figure) {
        Map<JobState, Long> sums = new TreeMap<>();
        queues.forEach(queue -> figure.apply(queue).forEach((state, n) -> sums.merge(state, n, Long::sum)));
        return sums;
    }

    private static Duration longest(Collection<QueueInfo> queues, Function<QueueInfo, Duration> age) {
        return queues.stream().map(age).max(Comparator.naturalOrder()).orElse(Duration.ZERO);
    }
}
