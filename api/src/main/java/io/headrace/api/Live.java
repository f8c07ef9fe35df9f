package io.headrace.api;

import io.headrace.QueueName;
import io.headrace.broker.Broker;
import io.headrace.broker.BrokerOperator.Overview;
import io.headrace.broker.BrokerOperator;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What this process looks at, because somebody listens: each topic once, however many do. Thread-safe; this object's monitor
 * guards the maps.
 */
final class Live {
    static final String OVERVIEW = "overview";

    private final Broker broker;
    private final BrokerOperator operator;
    private final Cached<Overview> overview;
    private final BlockingCalls blocking;
    private final Changes changes;
    private final LongSupplier millis;
    /** By topic. */
    private final Map<String, Ticker> tickers = new HashMap<>();
    private final Map<QueueName, ChangedJobs> changed = new HashMap<>();

    /** @param millis epoch milliseconds, the ids of events */
    Live(Broker broker, BrokerOperator operator, Cached<Overview> overview, BlockingCalls blocking, Changes changes,
            LongSupplier millis) {
        this.broker = broker;
        this.operator = operator;
        this.overview = overview;
        this.blocking = blocking;
        this.changes = changes;
        this.millis = millis;
    }

    /** Completes on the loop's thread; fails with {@code unknown-queue} when nobody has heard of the queue. */
    Future<?> known(Loop loop, QueueName queue) {
        return blocking.run(loop, () -> Calls.known(operator, queue));
    }

    /** The name of a queue as a topic. */
    static String topic(QueueName queue) {
        return "queue:" + queue;
    }

    /**
     * Listens to one queue, or to everything.
     *
     * @return ends it; to be called once
     */
    synchronized Runnable join(Optional<QueueName> queue, Ticker.Listener listener) {
        String topic = queue.map(Live::topic).orElse(OVERVIEW);
        Ticker ticker = tickers.computeIfAbsent(topic, ignored -> ticker(topic, queue));
        ticker.join(listener);
        return () -> leave(topic, ticker, listener);
    }

    private Ticker ticker(String topic, Optional<QueueName> queue) {
        return queue.map(name -> new Ticker(topic, "queue", () -> look(name), blocking, millis))
                .orElseGet(() -> new Ticker(topic, OVERVIEW, this::look, blocking, millis));
    }

    private Ticker.View look() {
        Overview now = overview.get();
        return caller -> JsonOut.object(out -> OperatorJson.overview(out, caller.visible(now)));
    }

    private Ticker.View look(QueueName queue) {
        BrokerOperator.QueueInfo info = Calls.known(operator, queue);
        BrokerOperator.QueueSettings settings = operator.settings(queue);
        byte[] json = JsonOut.object(out -> OperatorJson.queue(out, info, settings));
        return caller -> json;
    }

    private synchronized void leave(String topic, Ticker ticker, Ticker.Listener listener) {
        ticker.leave(listener);
        if (ticker.idle()) {
            tickers.remove(topic, ticker);
        }
    }

    /**
     * Listens to which jobs of a queue change.
     *
     * @param stands told, on any thread, when what changes from then on is heard, or when that is not possible for now
     * @return ends it; to be called once
     */
    synchronized Runnable join(QueueName queue, ChangedJobs.Listener listener, Runnable stands) {
        ChangedJobs jobs = changed.computeIfAbsent(queue,
                ignored -> new ChangedJobs(queue, broker, blocking, changes));
        Future<?> unused = jobs.join(listener).onComplete(outcome -> stands.run());
        return () -> leave(queue, jobs, listener);
    }

    private synchronized void leave(QueueName queue, ChangedJobs jobs, ChangedJobs.Listener listener) {
        if (jobs.leave(listener)) {
            changed.remove(queue, jobs);
        }
    }

    /** How many topics are looked at now. */
    synchronized int topics() {
        return tickers.size() + changed.size();
    }
}
