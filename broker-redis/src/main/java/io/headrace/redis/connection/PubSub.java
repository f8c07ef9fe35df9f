package io.headrace.redis.connection;

import io.headrace.BrokerUnavailable;
import io.headrace.HeadraceException;
import io.headrace.Subscription;
import io.headrace.runtime.UncaughtError;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Hears what Redis publishes, on one connection and one thread for the whole process. Both start with the first
 * subscription. A lost connection is replaced, and every channel subscribed again; what was published meanwhile is
 * missed, which is why nothing relies on it alone. A second thread pings the connection, so that a dead one is noticed.
 * Neither thread ends of an exception.
 */
public final class PubSub implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PubSub.class);
    /** How long a subscriber waits for its channel to stand. */
    private static final long SUBSCRIBE_SECONDS = 5;
    /** How often the connection is pinged. */
    private static final long PING_MS = 10_000;
    /** A connection from which nothing came for so long, pings and all, is given up. */
    static final int SILENCE_MS = 30_000;

    private final Redis redis;
    /** Always subscribed: a connection without any channel would leave the mode in which it can be told of new ones. */
    private final String silence;
    private final LongSupplier nanoClock;
    private final UnexpectedErrors unexpected;
    private final Runnable tick;
    /** Who listens, by channel. */
    private final Map<String, Set<Consumer<String>>> consumers = new ConcurrentHashMap<>();
    /**
     * Channels that are to stand, each with a latch that opens when it does; it is replaced when the connection is
     * lost.
     */
    private final Object lock = new Object();
    private Map<String, CountDownLatch> standing = Map.of();
    private @Nullable Ears ears;
    /** What Redis said when it did not let this user listen; null when it did last. Guarded by the lock. */
    private @Nullable String refusal;
    private @Nullable Thread thread;
    private @Nullable Thread watch;
    private volatile @Nullable Connection connection;
    /** When something last came from the connection; written by the listener's thread. */
    private volatile long lastHeard;
    /** How many connections in a row failed before their channels stood; used by the listener's thread. */
    private int failures;
    private volatile boolean closed;

    /**
     * @param silence a channel on which nobody says anything
     * @param tick called every few seconds, on the watch's thread
     */
    public PubSub(Redis redis, String silence, LongSupplier nanoClock, UnexpectedErrors unexpected, Runnable tick) {
        this.redis = redis;
        this.silence = silence;
        this.nanoClock = nanoClock;
        this.unexpected = unexpected;
        this.tick = tick;
    }

    /**
     * Hears messages as they are.
     *
     * @throws BrokerUnavailable when the channel does not stand in time
     */
    public Subscription listen(Set<String> channels, Consumer<String> callback) {
        synchronized (lock) {
            channels.forEach(
                    channel -> consumers.computeIfAbsent(channel, c -> new CopyOnWriteArraySet<>()).add(callback));
        }
        Subscription subscription = () -> channels.forEach(channel -> unsubscribe(channel, callback));
        try {
            for (String channel : channels) {
                stand(channel);
            }
            return subscription;
        } catch (HeadraceException e) {
            subscription.close();
            throw e;
        }
    }

    private void stand(String channel) {
        CountDownLatch latch;
        synchronized (lock) {
            refuse();
            if (thread == null || watch == null) {
                start();
            }
            CountDownLatch known = standing.get(channel);
            latch = known == null ? new CountDownLatch(1) : known;
            if (known == null) {
                standing.put(channel, latch);
                subscribeNow(channel);
            }
        }
        try {
            if (!latch.await(SUBSCRIBE_SECONDS, TimeUnit.SECONDS)) {
                throw new BrokerUnavailable("could not subscribe to changes in " + SUBSCRIBE_SECONDS + " s", null);
            }
            synchronized (lock) {
                refuse();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerUnavailable("interrupted while subscribing", e);
        }
    }

    /**
     * The lock is held. A user who may not listen waits for nothing; whether it may by now, the listener's thread finds
     * out.
     */
    private void refuse() {
        if (refusal != null) {
            throw new BrokerUnavailable(refusal, null);
        }
    }

    /** The lock is held. What could not be started is tried again with the next subscription. */
    private void start() {
        try {
            if (thread == null) {
                standing = new ConcurrentHashMap<>();
                thread = daemon(this::loop, "headrace-listen");
            }
            watch = daemon(this::watch, "headrace-listen-watch");
        } catch (OutOfMemoryError e) {
            throw new BrokerUnavailable("no thread can be started to listen: " + e.getMessage(), e);
        }
    }

    /**
     * The lock is held. Without a connection, or when it breaks here, the next one subscribes to every channel that is
     * to stand.
     */
    private void subscribeNow(String channel) {
        if (ears != null) {
            try {
                ears.subscribe(channel);
            } catch (RuntimeException e) {
                LOG.debug("subscribe failed channel={}", channel, e);
            }
        }
    }

    private void unsubscribe(String channel, Consumer<String> callback) {
        synchronized (lock) {
            Set<Consumer<String>> set = consumers.get(channel);
            if (set == null || !set.remove(callback) || !set.isEmpty()) {
                return;
            }
            consumers.remove(channel);
            standing.remove(channel);
            if (ears != null) {
                try {
                    ears.unsubscribe(channel);
                } catch (RuntimeException e) {
                    // the connection is gone, and with it the subscription
                    LOG.debug("unsubscribe failed channel={}", channel, e);
                }
            }
        }
    }

    private static Thread daemon(Runnable body, String name) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Runs on the watch's thread. */
    private void watch() {
        try {
            while (!closed) {
                TimeUnit.MILLISECONDS.sleep(PING_MS);
                beat();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One turn of the watch. */
    void beat() {
        try {
            synchronized (lock) {
                ping();
            }
        } catch (RuntimeException e) {
            unexpected.survived("ping of the listening connection", e);
        }
        try {
            tick.run();
        } catch (RuntimeException e) {
            unexpected.survived("renewal of watches", e);
        } catch (Error e) {
            UncaughtError.tell(e);
        }
    }

    private void ping() {
        if (ears == null) {
            return;
        }
        if (nanoClock.getAsLong() - lastHeard > TimeUnit.MILLISECONDS.toNanos(SILENCE_MS)) {
            LOG.debug("no answer to pings, connecting again");
            disconnect();
            return;
        }
        try {
            ears.ping();
        } catch (JedisException e) {
            LOG.debug("ping failed", e);
        }
    }

    private void disconnect() {
        Connection current = connection;
        if (current != null) {
            try {
                current.disconnect();
            } catch (JedisException e) {
                LOG.debug("closing the listening connection failed", e);
            }
        }
    }

    /** Runs on the listener's thread. */
    private void loop() {
        while (!closed) {
            try (Connection current = redis.borrow(RedisKeys.bytes(silence))) {
                connection = current;
                listen(current);
            } catch (JedisException | HeadraceException e) {
                failures++;
                refused(e);
                LOG.debug("listening failed, connecting again failures={}", failures, e);
            } catch (RuntimeException e) {
                failures++;
                unexpected.survived("listening to Redis", e);
            } catch (Error e) {
                failures++;
                UncaughtError.tell(e);
            }
            pause();
        }
    }

    /** Whoever waits for a channel is told that waiting does not help. */
    private void refused(RuntimeException e) {
        if (!(e instanceof JedisAccessControlException)) {
            return;
        }
        synchronized (lock) {
            if (refusal == null) {
                refusal = "Redis does not let its user listen on the channels of Headrace, such as " + silence + ": "
                        + e.getMessage();
                LOG.warn("{}; changes and cancellations are noticed at intervals only", refusal);
            }
            standing.values().forEach(CountDownLatch::countDown);
        }
    }

    private void listen(Connection current) {
        Ears fresh = new Ears();
        String[] channels;
        synchronized (lock) {
            consumers.keySet().forEach(channel -> standing.computeIfAbsent(channel, c -> new CountDownLatch(1)));
            channels = Stream.concat(Stream.of(silence), standing.keySet().stream())
                    .toArray(String[]::new);
        }
        try {
            fresh.proceed(current, channels);
        } finally {
            synchronized (lock) {
                ears = null;
                standing.replaceAll((channel, latch) -> latch.getCount() == 0 ? new CountDownLatch(1) : latch);
            }
            current.setBroken();
        }
    }

    private void pause() {
        if (failures == 0 || closed) {
            return;
        }
        long ceilingMs = Math.min(5_000, 50L << Math.min(failures, 7));
        try {
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(ceilingMs) + 1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the connection's reader calls, on the listener's thread. */
    private final class Ears extends JedisPubSub {
        @Override
        public void onPong(String pattern) {
            lastHeard = nanoClock.getAsLong();
        }

        @Override
        public void onSubscribe(String channel, int subscribed) {
            lastHeard = nanoClock.getAsLong();
            synchronized (lock) {
                if (channel.equals(silence)) {
                    ears = this;
                    failures = 0;
                    refusal = null;
                    // channels asked for while the connection was being made
                    standing.keySet().forEach(this::subscribe);
                    return;
                }
                CountDownLatch latch = standing.get(channel);
                if (latch != null) {
                    latch.countDown();
                }
            }
        }

        @Override
        public void onMessage(String channel, String message) {
            consumers.getOrDefault(channel, Set.of()).forEach(consumer -> tell(consumer, message));
        }

        /** One listener's failure is not the others'. */
        private void tell(Consumer<String> consumer, String message) {
            try {
                consumer.accept(message);
            } catch (RuntimeException e) {
                unexpected.survived("a listener of changes", e);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        disconnect();
        synchronized (lock) {
            if (thread != null && watch != null) {
                thread.interrupt();
                watch.interrupt();
            }
        }
    }
}
