package io.headrace.api;

import io.headrace.BrokerOperator.QueueInfo;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.Meter;
import io.headrace.QueueName;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** What this process tells Prometheus. Thread-safe. */
final class ApiMeters {
    /** Types are named by senders: a bound keeps one that invents names from filling the registry. */
    private static final int MAX_COUNTERS = 2_000;
    private static final JobType OTHER = new JobType("other");

    private record Key(QueueName queue, JobType type) {}

    private final MeterRegistry registry;
    private final Map<Key, Counter> enqueued = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final Map<LiveKind, AtomicInteger> live = new EnumMap<>(LiveKind.class);
    private final MultiGauge jobs;
    private final MultiGauge oldest;

    ApiMeters(MeterRegistry registry, Waiters waiters) {
        this.registry = registry;
        gauge(Meter.API_CONNECTIONS, connections::get);
        gauge(Meter.API_WAITERS, waiters::count);
        for (LiveKind kind : LiveKind.values()) {
            AtomicInteger clients = new AtomicInteger();
            live.put(kind, clients);
            Gauge.builder(Meter.API_LIVE_CLIENTS.exported(), clients::get).tag("kind", kind.label())
                    .description(Meter.API_LIVE_CLIENTS.help()).register(registry);
        }
        this.jobs = gauge(Meter.JOBS);
        this.oldest = gauge(Meter.OLDEST_QUEUED_AGE);
    }

    private MultiGauge gauge(Meter meter) {
        return MultiGauge.builder(meter.exported()).description(meter.help()).register(registry);
    }

    private void gauge(Meter meter, Supplier<Number> value) {
        Gauge.builder(meter.exported(), value).description(meter.help()).register(registry);
    }

    void connected() {
        connections.incrementAndGet();
    }

    void disconnected() {
        connections.decrementAndGet();
    }

    /** How many connections are open now. */
    int connections() {
        return connections.get();
    }

    /** A client is told what happens, from now on. */
    void joined(LiveKind kind) {
        clients(kind).incrementAndGet();
    }

    void left(LiveKind kind) {
        clients(kind).decrementAndGet();
    }

    /** How many clients are told in this way now. */
    int live(LiveKind kind) {
        return clients(kind).get();
    }

    private AtomicInteger clients(LiveKind kind) {
        return Objects.requireNonNull(live.get(kind));
    }

    MeterRegistry registry() {
        return registry;
    }

    void enqueued(QueueName queue, JobType type) {
        Key key = new Key(queue, type);
        Counter counter = enqueued.get(key);
        if (counter == null) {
            Key bounded = enqueued.size() < MAX_COUNTERS ? key : new Key(queue, OTHER);
            counter = enqueued.computeIfAbsent(bounded, this::counter);
        }
        counter.increment();
    }

    private Counter counter(Key key) {
        return Counter.builder(Meter.JOBS_ENQUEUED.exported()).description(Meter.JOBS_ENQUEUED.help())
                .tags("queue", key.queue().value(), "type", key.type().value()).register(registry);
    }

    /** Replaces the figures of all queues; an empty list takes them away, as when the broker cannot be asked. */
    synchronized void queues(List<QueueInfo> queues) {
        List<MultiGauge.Row<?>> counts = new ArrayList<>();
        List<MultiGauge.Row<?>> ages = new ArrayList<>();
        for (QueueInfo queue : queues) {
            String name = queue.queue().value();
            for (Map.Entry<JobState, Long> count : queue.counts().entrySet()) {
                counts.add(
                        MultiGauge.Row.of(Tags.of("queue", name, "state", count.getKey().label()), count.getValue()));
            }
            ages.add(MultiGauge.Row.of(Tags.of("queue", name), queue.oldestQueuedAge().toMillis() / 1000.0));
        }
        jobs.register(counts, true);
        oldest.register(ages, true);
    }
}
