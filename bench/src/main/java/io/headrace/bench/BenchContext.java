package io.headrace.bench;

import io.headrace.Durability;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.bench.process.BenchHandlers;
import io.headrace.bench.process.Child;
import io.headrace.bench.process.Jdk;
import io.headrace.broker.BrokerObserver;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.RedisProbe;
import io.headrace.redis.config.RedisConfig;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All that a scenario is given: Redis, sizes, queues of its own, and where its figures go. Used by the measuring
 * thread, except that {@link #close} may be called by any.
 */
final class BenchContext implements AutoCloseable {
    /** What the name of every queue of the benchmark starts with. */
    static final String NAMES = "bench-";
    private static final String LEASE = "30s";

    private final BenchPlan plan;
    private final RedisConfig redis;
    private final RedisProbe probe;
    private final BenchReport.Section section;
    private final BenchWatcher watcher;
    /** What the scenario has started. */
    private final OpenParts parts = new OpenParts();
    /** Those of all scenarios. */
    private final Set<QueueName> used;
    /** Those not yet removed. */
    private final Set<QueueName> queues = ConcurrentHashMap.newKeySet();

    /** @param used where the names of its queues go, for the last look for keys */
    BenchContext(BenchPlan plan, RedisConfig redis, RedisProbe probe, Set<QueueName> used, BenchReport.Section section,
            BenchWatcher watcher)
            throws Exception {
        this.plan = plan;
        this.redis = redis;
        this.probe = probe;
        this.used = used;
        this.section = section;
        this.watcher = watcher;
        AutoCloseable unused = parts.open(() -> this::removeQueues);
    }

    /** Where Redis is, for whatever the scenario starts. */
    RedisConfig redis() {
        return redis;
    }

    /** Redis, bare. */
    RedisProbe probe() {
        return probe;
    }

    BenchLimits limits() {
        return plan.limits();
    }

    /** What child processes run on. */
    Jdk jdk() {
        return Jdk.of(plan.limits().jdk());
    }

    int jobs() {
        return plan.jobs();
    }

    int runs() {
        return plan.runs();
    }

    /** Whether the server is our own, so that nobody else uses it. */
    boolean embedded() {
        return plan.redis() == null;
    }

    /** How large each job's payload is. */
    int payloadBytes() {
        return plan.payload();
    }

    /** A JSON document of as many bytes as the plan wants. */
    Json payload() {
        String text = "{\"p\":\"" + "x".repeat(plan.payload() - 8) + "\"}";
        return Json.trusted(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** A job with that payload. */
    NewJob job(QueueName queue, Json payload) {
        return NewJob.of(queue.value(), BenchHandlers.NOOP, payload).build();
    }

    /** The name of a queue that nobody has; it is removed at the end. */
    QueueName newQueue() {
        QueueName queue = new QueueName(NAMES + UUID.randomUUID().toString().substring(0, 13));
        queues.add(queue);
        used.add(queue);
        return queue;
    }

    /** Removes a queue with all its keys now, so that the next run has as much room. Nobody may use it any more. */
    void remove(QueueName queue) {
        remove(probe, queue);
    }

    /** The same, on another server. */
    void remove(RedisProbe server, QueueName queue) {
        server.remove(queue);
        queues.remove(queue);
    }

    /** A broker to the same Redis, closed at the end. */
    RedisBroker broker() throws Exception {
        return open(() -> RedisBroker.connect(redis, BrokerObserver.NONE));
    }

    /** {@code headrace api} in a process of its own. */
    Child api() throws Exception {
        return api(redis, Durability.MEMORY);
    }

    /** The same on another Redis, with what must have happened to a job before its 202. */
    Child api(RedisConfig server, Durability durability) throws Exception {
        return open(() -> Child.api(jdk(), plan.program(), server, durability));
    }

    /** A worker in a process of its own, which takes what is in line. */
    Child worker(QueueName queue, int slots) throws Exception {
        return open(() -> Child.worker(jdk(), redis, queue, slots, LEASE));
    }

    /** Opens a part that is closed at the end, before those opened earlier. */
    <T extends AutoCloseable> T open(OpenParts.Opening<T> opening) throws Exception {
        return parts.open(opening);
    }

    void figure(Figure figure) {
        section.figures().add(figure);
    }

    /** Says something once, however often it is said. */
    void note(String sentence) {
        if (!section.notes().contains(sentence)) {
            section.notes().add(sentence);
        }
    }

    /** Refuses a run that did not do what it was measured for. */
    static void expect(String what, long expected, long found) {
        if (expected != found) {
            throw new IllegalStateException(what + ": " + found + " instead of " + expected);
        }
    }

    /**
     * Tells how far the scenario is.
     *
     * @param fraction 0 to 1
     */
    void progress(double fraction, String doing) {
        watcher.at(fraction, section.scenario() + ": " + doing);
    }

    private void removeQueues() {
        queues.forEach(probe::remove);
        queues.clear();
    }

    /** Ends all that was opened, then removes the queues. */
    @Override
    public void close() {
        parts.close();
    }
}
