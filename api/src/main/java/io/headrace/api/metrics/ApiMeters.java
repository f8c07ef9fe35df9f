package io.headrace.api.metrics;

import io.headrace.JobType;
import io.headrace.QueueName;
import io.headrace.api.http.ClientMemory;
import io.headrace.api.http.Waiters;
import io.headrace.config.Meter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The meters of one api process. Thread-safe. */
public final class ApiMeters {
    /** Types and queues are named by senders: a bound keeps one that invents names from filling the registry. */
    private static final int MAX_COUNTERS = 2_000;
    private static final String OTHER = "other";

    private record Key(String queue, String type) {}

    private final MeterRegistry registry;
    private final Map<Key, Counter> enqueued = new ConcurrentHashMap<>();
    private final BrokerMeters brokerMeters;
    private final int queuesApart;
    private final AtomicInteger connections = new AtomicInteger();
    private final Map<ListenerKind, AtomicInteger> live = new EnumMap<>(ListenerKind.class);

    /** @param queuesApart how many queues are told apart */
    public ApiMeters(MeterRegistry registry, Waiters waiters, ClientMemory memory, int queuesApart) {
        this.registry = registry;
        this.queuesApart = queuesApart;
        gauge(Meter.API_CONNECTIONS, connections::get);
        gauge(Meter.API_WAITERS, waiters::count);
        gauge(Meter.API_HELD, memory::held);
        gauge(Meter.API_HELD_LIMIT, memory::most);
        for (ClientMemory.Shed what : ClientMemory.Shed.values()) {
            FunctionCounter.builder(Meter.API_SHED.exported(), memory, r -> r.shed(what)).tag("what", what.label())
                    .description(Meter.API_SHED.help()).register(registry);
        }
        for (ListenerKind kind : ListenerKind.values()) {
            AtomicInteger clients = new AtomicInteger();
            live.put(kind, clients);
            Gauge.builder(Meter.API_LIVE_CLIENTS.exported(), clients::get).tag("kind", kind.label())
                    .description(Meter.API_LIVE_CLIENTS.help()).register(registry);
        }
        this.brokerMeters = new BrokerMeters(registry, queuesApart);
    }

    private void gauge(Meter meter, Supplier<Number> value) {
        Gauge.builder(meter.exported(), value).description(meter.help()).register(registry);
    }

    public void connected() {
        connections.incrementAndGet();
    }

    public void disconnected() {
        connections.decrementAndGet();
    }

    /** How many connections are open now. */
    public int connections() {
        return connections.get();
    }

    /** A client is told what happens, from now on. */
    public void joined(ListenerKind kind) {
        clients(kind).incrementAndGet();
    }

    public void left(ListenerKind kind) {
        clients(kind).decrementAndGet();
    }

    /** How many clients are told in this way now. */
    public int live(ListenerKind kind) {
        return clients(kind).get();
    }

    private AtomicInteger clients(ListenerKind kind) {
        return Objects.requireNonNull(live.get(kind));
    }

    MeterRegistry registry() {
        return registry;
    }

    /** What the broker says of its queues and itself. */
    BrokerMeters ofBroker() {
        return brokerMeters;
    }

    public void enqueued(QueueName queue, JobType type) {
        Key key = new Key(queue.value(), type.value());
        Counter counter = enqueued.get(key);
        if (counter == null) {
            counter = enqueued.computeIfAbsent(bounded(key), this::counter);
        }
        counter.increment();
    }

    /** Many types of a queue become one, and then many queues. */
    private Key bounded(Key key) {
        if (enqueued.size() < MAX_COUNTERS) {
            return key;
        }
        Key other = new Key(key.queue(), OTHER);
        return enqueued.containsKey(other) || enqueued.size() < MAX_COUNTERS + queuesApart ? other
                : new Key(QueueFigures.OTHERS, OTHER);
    }

    private Counter counter(Key key) {
        return Counter.builder(Meter.JOBS_ENQUEUED.exported()).description(Meter.JOBS_ENQUEUED.help())
                .tags("queue", key.queue(), "type", key.type()).register(registry);
    }
}
