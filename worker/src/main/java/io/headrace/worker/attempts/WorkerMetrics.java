package io.headrace.worker.attempts;

import io.headrace.JobType;
import io.headrace.QueueName;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.Verdict;
import io.headrace.config.Meter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything the worker counts, under the names of {@link Meter}. Any thread; meters are looked up once per queue, type
 * and outcome and kept in concurrent maps. Counting never throws.
 */
public final class WorkerMetrics {
    /** How many job types get a series of their own; senders choose types, and series are not free. */
    private static final int MAX_TYPES = 1_000;
    private static final String OTHER = "other";
    private static final Logger log = LoggerFactory.getLogger(WorkerMetrics.class);

    private static final Duration[] WAITS = buckets(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000,
            30_000, 60_000, 300_000, 900_000, 3_600_000, 14_400_000, 43_200_000);
    private static final Duration[] ROUND_TRIPS = buckets(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000);

    private final MeterRegistry registry;
    private final Map<QueueName, OfQueue> queues = new ConcurrentHashMap<>();
    private final Map<JobType, String> types = new ConcurrentHashMap<>();
    private final AtomicBoolean complained = new AtomicBoolean();

    public WorkerMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Shows how the slots are used and when the last claim was answered.
     *
     * @param claims whether the worker claims; while it does not, nobody can have the slots that are not busy
     */
    public void show(Slots slots, BooleanSupplier claims, Liveness liveness) {
        gauge(Meter.WORKER_SLOTS, Tags.of("state", "busy"), slots, Slots::busy);
        gauge(Meter.WORKER_SLOTS, Tags.of("state", "free"), slots, it -> claims.getAsBoolean() ? it.free() : 0);
        gauge(Meter.WORKER_SLOTS, Tags.of("state", "quiet"), slots, it -> claims.getAsBoolean() ? 0 : it.free());
        gauge(Meter.LAST_CLAIM, Tags.empty(), liveness, it -> it.newestClaim().toEpochMilli() / 1000.0);
    }

    /** Times the round trips of a broker. */
    public static BrokerObserver roundTrips(MeterRegistry registry) {
        Timer timer = timer(registry, Meter.REDIS_ROUNDTRIP, Tags.empty(), ROUND_TRIPS);
        return timer::record;
    }

    void started(LiveAttempt attempt) {
        if (attempt.attempt() == 1 && !attempt.id().scheduled()) {
            count(() -> {
                Duration waited = Duration.between(attempt.job().createdAt(),
                        attempt.brokerTime(attempt.startedAt()));
                Timer wait = of(attempt.id().queue()).wait;
                SampledTrace.recorded(attempt.traceparent(),
                        () -> wait.record(waited.isNegative() ? Duration.ZERO : waited));
            });
        }
    }

    void ended(LiveAttempt attempt, Decision decision, long tookNanos) {
        count(() -> {
            OfType type = of(attempt.id().queue()).type(attempt.type());
            SampledTrace.recorded(attempt.traceparent(), () -> type.duration.record(tookNanos, TimeUnit.NANOSECONDS));
            type.outcome(decision.label()).increment();
        });
    }

    void abandoned(LiveAttempt attempt) {
        count(() -> of(attempt.id().queue()).type(attempt.type()).abandoned.increment());
    }

    /** A verdict stands. */
    void recorded(Verdict verdict) {
        if (verdict.move() == Verdict.Move.BURY || verdict.move() == Verdict.Move.PARK) {
            count(() -> {
                OfType type = of(verdict.lease().job().queue()).type(verdict.document().spec().type());
                (verdict.move() == Verdict.Move.BURY ? type.dead : type.parked).increment();
            });
        }
    }

    void refused(QueueName queue) {
        count(() -> of(queue).refused.increment());
    }

    public void leaseLost(QueueName queue) {
        count(() -> of(queue).leasesLost.increment());
    }

    public void reclaimed(QueueName queue, int jobs) {
        count(() -> of(queue).reclaimed.increment(jobs));
    }

    /** The registry is the application's, and may throw: that loses a count and no job. */
    private void count(Runnable count) {
        try {
            count.run();
        } catch (RuntimeException e) {
            if (complained.compareAndSet(false, true)) {
                log.warn("something could not be counted; what cannot be from now on is not told", e);
            }
        }
    }

    private OfQueue of(QueueName queue) {
        OfQueue known = queues.get(queue);
        return known == null ? queues.computeIfAbsent(queue, OfQueue::new) : known;
    }

    /** The meters of one queue; shown as zero from the start. */
    private final class OfQueue {
        private final QueueName queue;
        private final Timer wait;
        private final Counter refused;
        private final Counter leasesLost;
        private final Counter reclaimed;
        private final Map<JobType, OfType> types = new ConcurrentHashMap<>();

        OfQueue(QueueName queue) {
            this.queue = queue;
            Tags tags = Tags.of("queue", queue.value());
            this.wait = timer(registry, Meter.QUEUE_WAIT, tags, WAITS);
            this.refused = counter(Meter.STALE_WRITES_REFUSED, tags);
            this.leasesLost = counter(Meter.LEASES_LOST, tags);
            this.reclaimed = counter(Meter.LEASES_RECLAIMED, tags);
        }

        OfType type(JobType type) {
            OfType known = types.get(type);
            return known == null ? types.computeIfAbsent(type, key -> new OfType(queue, label(key))) : known;
        }
    }

    /** The meters of one type in one queue; shown as zero from the start. */
    private final class OfType {
        private final Tags tags;
        private final Timer duration;
        private final Counter dead;
        private final Counter parked;
        private final Counter abandoned;
        private final Map<String, Counter> outcomes = new ConcurrentHashMap<>();

        OfType(QueueName queue, String type) {
            this.tags = Tags.of("queue", queue.value(), "type", type);
            this.duration = timer(registry, Meter.ATTEMPT_DURATION, tags, WAITS);
            this.dead = counter(Meter.JOBS_DEAD, tags);
            this.parked = counter(Meter.JOBS_PARKED, tags);
            this.abandoned = counter(Meter.ATTEMPTS_ABANDONED, tags);
        }

        Counter outcome(String outcome) {
            Counter known = outcomes.get(outcome);
            return known == null
                    ? outcomes.computeIfAbsent(outcome, key -> counter(Meter.ATTEMPTS, tags.and("outcome", key)))
                    : known;
        }
    }

    private String label(JobType type) {
        return types.size() < MAX_TYPES ? types.computeIfAbsent(type, JobType::value)
                : types.getOrDefault(type, OTHER);
    }

    /**
     * Shows the counters of a queue and of the types that are known as zero: the rise from nothing to 1 is none to
     * Prometheus.
     */
    public void expect(QueueName queue, Collection<JobType> known) {
        OfQueue ofQueue = of(queue);
        known.forEach(ofQueue::type);
    }

    private Counter counter(Meter meter, Tags tags) {
        return Counter.builder(meter.exported()).description(meter.help()).tags(tags).register(registry);
    }

    private <T> void gauge(Meter meter, Tags tags, T of, ToDoubleFunction<T> value) {
        Gauge.builder(meter.exported(), of, value).description(meter.help()).tags(tags).register(registry);
    }

    private static Timer timer(MeterRegistry registry, Meter meter, Tags tags, Duration[] buckets) {
        return Timer.builder(meter.exported()).description(meter.help()).tags(tags)
                .serviceLevelObjectives(buckets).register(registry);
    }

    private static Duration[] buckets(long... millis) {
        List<Duration> all = new ArrayList<>();
        for (long ms : millis) {
            all.add(Duration.ofMillis(ms));
        }
        return all.toArray(Duration[]::new);
    }
}
