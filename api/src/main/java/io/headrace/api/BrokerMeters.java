package io.headrace.api;

import io.headrace.BrokerOperator.Memory;
import io.headrace.BrokerOperator.Overview;
import io.headrace.BrokerOperator.QueueInfo;
import io.headrace.HeadraceException;
import io.headrace.JobState;
import io.headrace.Meter;
import io.headrace.QueueName;
import io.headrace.WorkerInfo;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What the broker says of its queues and of itself, as of the last look. Every api replica exports the same figures, and no
 * worker does. An old figure would be taken for a present one, so there is none while the broker cannot be asked. Thread-safe.
 */
final class BrokerMeters {
    private static final List<Meter> GAUGES = List.of(Meter.JOBS, Meter.OLDEST_QUEUED_AGE, Meter.OVERDUE_AGE,
            Meter.QUEUE_WORKERS, Meter.QUEUE_PAUSED, Meter.REDIS_MEMORY, Meter.REDIS_MEMORY_LIMIT);

    private record Ended(QueueName queue, JobState state) {}

    private final MeterRegistry registry;
    private final Map<Meter, MultiGauge> gauges = new EnumMap<>(Meter.class);
    /** Guarded by this object's monitor, like the registration of what is in it. */
    private final Map<Ended, FunctionCounter> counters = new HashMap<>();
    /** Read by the counters while they are scraped. */
    private volatile Map<Ended, Long> ended = Map.of();

    BrokerMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Meter meter : GAUGES) {
            gauges.put(meter, MultiGauge.builder(meter.exported()).description(meter.help()).register(registry));
        }
    }

    /** Shows the overview, or nothing when the broker cannot be asked. Returns whether it could. */
    boolean refresh(Supplier<Overview> overview) {
        try {
            Overview seen = overview.get();
            show(seen.queues(), seen.workers(), List.of(seen.memory()));
            return true;
        } catch (HeadraceException e) {
            show(List.of(), List.of(), List.of());
            return false;
        }
    }

    private synchronized void show(List<QueueInfo> queues, List<WorkerInfo> workers, List<Memory> memory) {
        Map<QueueName, Long> claiming = workers.stream().filter(worker -> worker.state().equals("running"))
                .flatMap(worker -> worker.queues().stream())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        List<Row<?>> counts = new ArrayList<>();
        Map<Ended, Long> totals = new HashMap<>();
        for (QueueInfo queue : queues) {
            Tags tags = of(queue);
            queue.counts().forEach((state, n) -> counts.add(Row.of(tags.and("state", state.label()), n)));
            queue.totals().forEach((state, n) -> totals.put(new Ended(queue.queue(), state), n));
        }
        show(Meter.JOBS, counts);
        show(Meter.OLDEST_QUEUED_AGE, rows(queues, queue -> queue.oldestQueuedAge().toMillis() / 1000.0));
        show(Meter.OVERDUE_AGE, rows(queues, queue -> queue.overdueAge().toMillis() / 1000.0));
        show(Meter.QUEUE_WORKERS, rows(queues, queue -> claiming.getOrDefault(queue.queue(), 0L)));
        show(Meter.QUEUE_PAUSED, rows(queues, queue -> queue.paused() ? 1 : 0));
        show(Meter.REDIS_MEMORY, memory.stream().map(it -> Row.of(Tags.empty(), it.usedBytes())).toList());
        show(Meter.REDIS_MEMORY_LIMIT, memory.stream().map(it -> Row.of(Tags.empty(), it.maxBytes())).toList());
        count(totals);
    }

    private static Tags of(QueueInfo queue) {
        return Tags.of("queue", queue.queue().value());
    }

    private static List<Row<?>> rows(List<QueueInfo> queues, Function<QueueInfo, Number> figure) {
        return queues.stream().<Row<?>>map(queue -> Row.of(of(queue), figure.apply(queue))).toList();
    }

    private void show(Meter meter, Iterable<? extends Row<?>> rows) {
        List<Row<?>> all = new ArrayList<>();
        rows.forEach(all::add);
        Objects.requireNonNull(gauges.get(meter)).register(all, true);
    }

    private void count(Map<Ended, Long> totals) {
        ended = Map.copyOf(totals);
        counters.entrySet().removeIf(counter -> {
            boolean gone = !totals.containsKey(counter.getKey());
            if (gone) {
                registry.remove(counter.getValue());
            }
            return gone;
        });
        totals.keySet().forEach(key -> counters.computeIfAbsent(key, this::counter));
    }

    private FunctionCounter counter(Ended key) {
        return FunctionCounter.builder(Meter.JOBS_ENDED.exported(), this, it -> it.ended.getOrDefault(key, 0L))
                .description(Meter.JOBS_ENDED.help())
                .tags("queue", key.queue().value(), "state", key.state().label()).register(registry);
    }
}
