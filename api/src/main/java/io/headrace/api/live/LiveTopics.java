package io.headrace.api.live;

import io.headrace.JobStore;
import io.headrace.QueueName;
import io.headrace.api.http.BlockingCalls;
import io.headrace.api.http.Cached;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.JsonOut;
import io.headrace.api.view.OperatorJson;
import io.headrace.broker.Overview;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.Queues;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The topics that this process looks at because somebody listens: each once, however many do. Thread-safe; this
 * object's monitor guards the maps.
 */
public final class LiveTopics {
    public static final String OVERVIEW = "overview";

    private final JobStore store;
    private final Queues queues;
    private final Cached<Overview> overview;
    private final BlockingCalls blocking;
    private final JobChanges changes;
    private final LongSupplier millis;
    /** By topic. */
    private final Map<String, TopicPoller> pollers = new HashMap<>();
    private final Map<QueueName, ChangedJobs> changed = new HashMap<>();

    /** @param millis epoch milliseconds, the ids of events */
    public LiveTopics(JobStore store, Queues queues, Cached<Overview> overview, BlockingCalls blocking,
            JobChanges changes, LongSupplier millis) {
        this.store = store;
        this.queues = queues;
        this.overview = overview;
        this.blocking = blocking;
        this.changes = changes;
        this.millis = millis;
    }

    /** Completes on the loop's thread; fails with {@code unknown-queue} when nobody has heard of the queue. */
    public Future<?> known(EventLoop loop, QueueName queue) {
        return blocking.run(loop, () -> Endpoints.known(queues, queue));
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
    public synchronized Runnable join(Optional<QueueName> queue, TopicPoller.Listener listener) {
        String topic = queue.map(LiveTopics::topic).orElse(OVERVIEW);
        TopicPoller poller = pollers.computeIfAbsent(topic, ignored -> poller(topic, queue));
        poller.join(listener);
        return () -> leave(topic, poller, listener);
    }

    private TopicPoller poller(String topic, Optional<QueueName> queue) {
        return queue.map(name -> new TopicPoller(topic, "queue", () -> look(name), blocking, millis))
                .orElseGet(() -> new TopicPoller(topic, OVERVIEW, this::look, blocking, millis));
    }

    private TopicPoller.View look() {
        Overview now = overview.get();
        return caller -> JsonOut.object(out -> OperatorJson.overview(out, caller.visible(now)));
    }

    private TopicPoller.View look(QueueName queue) {
        QueueInfo info = Endpoints.known(queues, queue);
        QueueSettings settings = queues.settings(queue);
        byte[] json = JsonOut.object(out -> OperatorJson.queue(out, info, settings));
        return caller -> json;
    }

    private synchronized void leave(String topic, TopicPoller poller, TopicPoller.Listener listener) {
        poller.leave(listener);
        if (poller.idle()) {
            pollers.remove(topic, poller);
        }
    }

    /**
     * Listens to which jobs of a queue change.
     *
     * @param stands told, on any thread, when what changes from then on is heard, or when that is not possible for now
     * @return ends it; to be called once
     */
    public synchronized Runnable join(QueueName queue, ChangedJobs.Listener listener, Runnable stands) {
        ChangedJobs jobs = changed.computeIfAbsent(queue, ignored -> new ChangedJobs(queue, store, blocking, changes));
        Future<?> unused = jobs.join(listener).onComplete(outcome -> stands.run());
        return () -> leave(queue, jobs, listener);
    }

    private synchronized void leave(QueueName queue, ChangedJobs jobs, ChangedJobs.Listener listener) {
        if (jobs.leave(listener)) {
            changed.remove(queue, jobs);
        }
    }

    /** How many topics are looked at now. */
    public synchronized int topics() {
        return pollers.size() + changed.size();
    }
}
