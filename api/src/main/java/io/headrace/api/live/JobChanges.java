package io.headrace.api.live;

import io.headrace.BrokerUnavailable;
import io.headrace.JobId;
import io.headrace.QueueName;
import io.headrace.Subscription;
import io.headrace.api.http.BlockingCalls;
import io.headrace.broker.Broker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the broker's hints about changed jobs to those who listen, with one subscription a queue however many listen. A
 * subscription outlives its last listener by a while, as the next one is often near. Thread-safe; this object's monitor
 * guards the map of queues and is never held over a call of the broker.
 */
public final class JobChanges implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobChanges.class);
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Broker broker;
    private final BlockingCalls blocking;
    private final LongSupplier nanoClock;
    private final Map<QueueName, Feed> feeds = new HashMap<>();

    public JobChanges(Broker broker, BlockingCalls blocking, LongSupplier nanoClock) {
        this.broker = broker;
        this.blocking = blocking;
        this.nanoClock = nanoClock;
    }

    /** The listeners of one queue and the subscription they share. */
    private static final class Feed {
        final Map<JobId, Set<Runnable>> listeners = new ConcurrentHashMap<>();
        /** Who listens to every job of the queue. */
        final Set<Consumer<JobId>> toAll = ConcurrentHashMap.newKeySet();
        /** Completes, on any thread, when the subscription stands. */
        final Promise<Subscription> subscription = Promise.promise();
        int count;
        long idleSince;

        void changed(JobId job) {
            listeners.getOrDefault(job, Set.of()).forEach(Runnable::run);
            toAll.forEach(listener -> listener.accept(job));
        }
    }

    /**
     * Runs the listener, on a thread of the broker, when the job may have changed. What changes after the future has
     * completed is heard, unless it failed or the connection breaks; then only looking helps. The future completes on
     * any thread.
     */
    Future<?> listen(JobId job, Runnable listener) {
        return added(job.queue(),
                feed -> feed.listeners.computeIfAbsent(job, ignored -> ConcurrentHashMap.newKeySet()).add(listener));
    }

    /** The same for every job of a queue. */
    Future<?> listen(QueueName queue, Consumer<JobId> listener) {
        return added(queue, feed -> feed.toAll.add(listener));
    }

    private Future<?> added(QueueName queue, Predicate<Feed> add) {
        Feed feed;
        boolean opened;
        synchronized (this) {
            Feed known = feeds.get(queue);
            opened = known == null;
            feed = known == null ? new Feed() : known;
            feeds.put(queue, feed);
            if (add.test(feed)) {
                feed.count++;
            }
        }
        if (opened && !blocking.run(() -> open(queue, feed))) {
            fail(queue, feed, new BrokerUnavailable("too many calls wait for the broker", null));
        }
        return feed.subscription.future();
    }

    private void open(QueueName queue, Feed feed) {
        Subscription made;
        try {
            made = broker.onChange(queue, feed::changed);
        } catch (RuntimeException | Error e) { // who waits for the subscription must not wait for ever
            fail(queue, feed, e);
            return;
        }
        if (!feed.subscription.tryComplete(made)) {
            close(made); // the server is closing
        }
    }

    /** Who listens to the queue next tries again. */
    private void fail(QueueName queue, Feed feed, Throwable why) {
        synchronized (this) {
            feeds.remove(queue, feed);
        }
        feed.subscription.tryFail(why);
    }

    void forget(JobId job, Runnable listener) {
        removed(job.queue(), feed -> {
            Set<Runnable> listeners = feed.listeners.get(job);
            boolean removed = listeners != null && listeners.remove(listener);
            if (removed && listeners != null && listeners.isEmpty()) {
                feed.listeners.remove(job);
            }
            return removed;
        });
    }

    void forget(QueueName queue, Consumer<JobId> listener) {
        removed(queue, feed -> feed.toAll.remove(listener));
    }

    private synchronized void removed(QueueName queue, Predicate<Feed> remove) {
        Feed feed = feeds.get(queue);
        if (feed != null && remove.test(feed)) {
            feed.count--;
            feed.idleSince = nanoClock.getAsLong();
        }
    }

    /** Ends the subscriptions that nobody has used for a while. Called from time to time; waits for the broker. */
    public void sweep() {
        List<Feed> idle = new ArrayList<>();
        synchronized (this) {
            long now = nanoClock.getAsLong();
            for (Iterator<Feed> all = feeds.values().iterator(); all.hasNext();) {
                Feed feed = all.next();
                // one that is being opened is swept when it stands
                boolean open = feed.subscription.future().isComplete();
                if (open && feed.count == 0 && now - feed.idleSince > LINGER_NANOS) {
                    all.remove();
                    idle.add(feed);
                }
            }
        }
        idle.forEach(feed -> close(feed.subscription.future().result()));
    }

    private static void close(@Nullable Subscription subscription) {
        if (subscription == null) {
            return;
        }
        try {
            subscription.close();
        } catch (RuntimeException e) {
            LOG.debug("a subscription could not be ended cause={}", e.getMessage());
        }
    }

    @Override
    public void close() {
        List<Feed> all;
        synchronized (this) {
            all = new ArrayList<>(feeds.values());
            feeds.clear();
        }
        all.forEach(feed -> {
            feed.subscription.tryFail(new BrokerUnavailable("the server is stopping", null));
            close(feed.subscription.future().result());
        });
    }

    /** How many listen now. */
    public synchronized int listeners() {
        return feeds.values().stream().mapToInt(feed -> feed.count).sum();
    }
}
