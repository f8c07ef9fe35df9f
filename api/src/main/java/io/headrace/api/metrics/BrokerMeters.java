package io.headrace.api.metrics;

import io.headrace.HeadraceException;
import io.headrace.JobState;
import io.headrace.broker.Overview;
import io.headrace.broker.Overview.Memory;
import io.headrace.config.Meter;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The meters of the broker and its queues, as of the last look. Every api replica exports the same figures, and no
 * worker does. An old figure would be taken for a present one, so there is none while the broker cannot be asked. Only
 * so many queues are told apart: what metrics cost is bounded, however many queues there are. Thread-safe.
 */
final class BrokerMeters {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerMeters.class);
    private static final List<Meter> GAUGES = List.of(Meter.JOBS, Meter.OLDEST_QUEUED_AGE, Meter.OVERDUE_AGE,
            Meter.QUEUE_WORKERS, Meter.QUEUE_PAUSED, Meter.QUEUES, Meter.REDIS_MEMORY, Meter.REDIS_MEMORY_LIMIT);

    private record Ended(String queue, JobState state) {}

    private final MeterRegistry registry;
    private final int apart;
    private final Map<Meter, MultiGauge> gauges = new EnumMap<>(Meter.class);
    /** Guarded by this object's monitor, like the registration of what is in it, and the next two. */
    private final Map<Ended, FunctionCounter> counters = new HashMap<>();
    /**
     * What is added to the sum of many queues, which falls when one of them is deleted, so that the counter does not.
     */
    private final Map<Ended, Long> raised = new HashMap<>();
    private boolean told;
    /** Read by the counters while they are scraped. */
    private volatile Map<Ended, Long> ended = Map.of();

    /** @param apart how many queues are told apart */
    BrokerMeters(MeterRegistry registry, int apart) {
        this.registry = registry;
        this.apart = apart;
        for (Meter meter : GAUGES) {
            gauges.put(meter, MultiGauge.builder(meter.exported()).description(meter.help()).register(registry));
        }
    }

    /** Shows the overview, or nothing when the broker cannot be asked. Returns whether it could. */
    boolean refresh(Supplier<Overview> overview) {
        try {
            Overview seen = overview.get();
            int queues = seen.queues().size();
            show(QueueFigures.of(seen.queues(), seen.workers(), apart), List.of(seen.memory()),
                    List.of(Row.of(Tags.of("told", "apart"), Math.min(queues, apart)),
                            Row.of(Tags.of("told", "together"), Math.max(0, queues - apart))));
            tell(queues);
            return true;
        } catch (HeadraceException e) {
            show(List.of(), List.of(), List.of());
            return false;
        }
    }

    private synchronized void tell(int queues) {
        if (queues > apart && !told) {
            told = true;
            LOG.warn(
                    "there are more queues than metrics tell apart;"
                            + " the newest are summed up queues={} apart={} setting={}",
                    queues, apart, "HEADRACE_API_METRICS_QUEUES");
        }
    }

    private synchronized void show(List<QueueFigures> queues, List<Memory> memory, List<Row<?>> numbers) {
        List<Row<?>> counts = new ArrayList<>();
        Map<Ended, Long> totals = new HashMap<>();
        for (QueueFigures queue : queues) {
            Tags tags = of(queue);
            queue.counts().forEach((state, n) -> counts.add(Row.of(tags.and("state", state.label()), n)));
            queue.ended().forEach((state, n) -> totals.put(new Ended(queue.queue(), state), n));
        }
        show(Meter.JOBS, counts);
        show(Meter.OLDEST_QUEUED_AGE, rows(queues, queue -> queue.oldestQueuedAge().toMillis() / 1000.0));
        show(Meter.OVERDUE_AGE, rows(queues, queue -> queue.overdueAge().toMillis() / 1000.0));
        show(Meter.QUEUE_WORKERS, rows(queues, QueueFigures::workers));
        show(Meter.QUEUE_PAUSED, rows(queues, queue -> queue.paused() ? 1 : 0));
        show(Meter.QUEUES, numbers);
        show(Meter.REDIS_MEMORY, memory.stream().map(it -> Row.of(Tags.empty(), it.usedBytes())).toList());
        show(Meter.REDIS_MEMORY_LIMIT, memory.stream().map(it -> Row.of(Tags.empty(), it.maxBytes())).toList());
        count(totals);
    }

    private static Tags of(QueueFigures queue) {
        return Tags.of("queue", queue.queue());
    }

    private static List<Row<?>> rows(List<QueueFigures> queues, Function<QueueFigures, Number> figure) {
        return queues.stream().<Row<?>>map(queue -> Row.of(of(queue), figure.apply(queue))).toList();
    }

    private void show(Meter meter, Iterable<? extends Row<?>> rows) {
        List<Row<?>> all = new ArrayList<>();
        rows.forEach(all::add);
        Objects.requireNonNull(gauges.get(meter)).register(all, true);
    }

    private void count(Map<Ended, Long> totals) {
        totals.replaceAll((key, sum) -> key.queue().equals(QueueFigures.OTHERS) ? neverFalling(key, sum) : sum);
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

    private long neverFalling(Ended key, long sum) {
        long before = ended.getOrDefault(key, 0L);
        long value = sum + raised.getOrDefault(key, 0L);
        if (value < before) {
            raised.put(key, before - sum);
            return before;
        }
        return value;
    }

    private FunctionCounter counter(Ended key) {
        return FunctionCounter.builder(Meter.JOBS_ENDED.exported(), this, it -> it.ended.getOrDefault(key, 0L))
                .description(Meter.JOBS_ENDED.help())
                .tags("queue", key.queue(), "state", key.state().label()).register(registry);
    }
}
