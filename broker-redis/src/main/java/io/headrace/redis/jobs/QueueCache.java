package io.headrace.redis.jobs;

import io.headrace.BrokerUnavailable;
import io.headrace.Durability;
import io.headrace.HeadraceException;
import io.headrace.OutcomeUnknown;
import io.headrace.QueueName;
import io.headrace.redis.connection.Pipeline;
import io.headrace.redis.connection.Pipelines;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol.Command;

/**
 * What this process knows of queues: that they exist, and how many jobs may wait in them. It is believed for a second,
 * because queues are deleted, and a Redis can be emptied or replaced by an older copy. Thread-safe.
 */
public final class QueueCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QueueCache.class);
    private static final long BELIEVED_NANOS = Duration.ofSeconds(1).toNanos();
    /** So many queues are looked at in one round trip. */
    private static final int BATCH = 500;

    private final Redis redis;
    private final RedisKeys keys;
    private final LongSupplier nanoClock;
    /**
     * Puts queues that are used back on the list: apart from submissions, as the list may lie on a server that is away.
     */
    private final Pipelines<Listing> lists;
    /** The queues that this process has created or found; of no others, as anybody may ask for any name. */
    private final Map<QueueName, Known> known = new ConcurrentHashMap<>();

    public QueueCache(Redis redis, RedisKeys keys, LongSupplier nanoClock) {
        this.redis = redis;
        this.keys = keys;
        this.nanoClock = nanoClock;
        this.lists = new Pipelines<>("headrace-list", this::list);
    }

    /**
     * One queue that exists.
     *
     * @param asOf nanoseconds; what is older than a second is no longer believed
     */
    private record Known(byte[] base, long maxBacklog, long asOf) {}

    /**
     * What a look found.
     *
     * @param limited whether not any number of jobs may wait in it
     * @param serverMs what time it was on its server, epoch ms; 0 when nobody looked
     * @param failure why that cannot be told, or null
     */
    record Found(boolean limited, long serverMs, @Nullable HeadraceException failure) {}

    /** A name on its way to the list of all queues. */
    private record Listing(QueueName queue) implements Pipeline.Item {
        @Override
        public void fail(HeadraceException why) {
            LOG.debug("a queue was not put on the list; the next submission tries again queue={}", queue, why);
        }
    }

    /** The queue's base key. */
    public byte[] base(QueueName queue) {
        Known found = known.get(queue);
        return found == null ? RedisKeys.bytes(keys.base(queue)) : found.base();
    }

    /**
     * What holds for each of these queues; those that are not there are created. No round trip as long as all is
     * believed, one a second otherwise, which also tells the time.
     *
     * @throws BrokerUnavailable when the server cannot be asked
     */
    Map<QueueName, Found> look(Collection<QueueName> names) {
        Map<QueueName, Found> all = new HashMap<>();
        List<QueueName> doubted = new ArrayList<>();
        for (QueueName name : names) {
            Known found = known.get(name);
            if (found != null && nanoClock.getAsLong() - found.asOf() <= BELIEVED_NANOS) {
                all.put(name, new Found(found.maxBacklog() > 0, 0, null));
            } else {
                doubted.add(name);
            }
        }
        List<Object> answers = asked(() -> redis.askEach(
                doubted.stream().map(name -> redis.script(Script.LOOK_UP_QUEUE, base(name), List.of())).toList(),
                BATCH));
        for (int i = 0; i < doubted.size(); i++) {
            all.put(doubted.get(i), found(doubted.get(i), answers.get(i)));
        }
        return all;
    }

    /** Creates what is missing of these queues, whatever was believed. */
    Map<QueueName, Found> recreate(Collection<QueueName> names) {
        Map<QueueName, Found> all = new HashMap<>();
        for (QueueName name : names) {
            try {
                asked(() -> create(name));
                all.put(name, new Found(false, 0, null));
            } catch (HeadraceException e) {
                all.put(name, new Found(false, 0, e));
            }
        }
        return all;
    }

    private Found found(QueueName queue, Object answer) {
        try {
            List<Object> reply = Replies.list(Redis.checked(answer));
            if (reply.get(1) == null) {
                asked(() -> create(queue));
            } else {
                lists.add(redis.server(keys.queues()), Durability.MEMORY, new Listing(queue));
            }
            long maxBacklog = StoredSettings
                    .maxBacklog(reply.get(2) instanceof byte[] text ? Replies.text(text) : null);
            known.put(queue, new Known(base(queue), maxBacklog, nanoClock.getAsLong()));
            return new Found(maxBacklog > 0, Replies.number(reply.get(0)), null);
        } catch (HeadraceException e) {
            return new Found(false, 0, e);
        }
    }

    /** No job was sent yet, so no outcome is unknown. */
    private static <T> T asked(Supplier<T> call) {
        try {
            return call.get();
        } catch (OutcomeUnknown e) {
            throw new BrokerUnavailable("the queue could not be looked at or created: " + e.getMessage(), e);
        }
    }

    /**
     * Creates what is missing of the queue, and returns its name. Two round trips.
     *
     * @throws BrokerUnavailable also while it is being deleted
     */
    public QueueName create(QueueName queue) {
        if (Replies.text(redis.ask(Script.CREATE, base(queue), List.of())).equals("DELETING")) {
            throw new BrokerUnavailable("the queue '" + queue + "' is being deleted; try again in a moment", null);
        }
        redis.ask(keys.queues(), Request.of(Command.SADD, keys.queues(), queue.value()));
        known.putIfAbsent(queue, doubtful(base(queue)));
        return queue;
    }

    /** A worker was served from the queue, so it is there. */
    void seen(QueueName queue) {
        if (!known.containsKey(queue)) {
            known.putIfAbsent(queue, doubtful(base(queue)));
        }
    }

    /** One that a submission looks at before it believes anything of it. */
    private Known doubtful(byte[] base) {
        return new Known(base, 0, nanoClock.getAsLong() - BELIEVED_NANOS - 1);
    }

    /**
     * Creates what a worker misses of its queue, unless this process has known it and nothing is left: then somebody
     * deleted it, or emptied Redis, and it comes back with its next job.
     *
     * @return whether it was created
     */
    boolean restore(QueueName queue) {
        if (known.containsKey(queue)) {
            byte[] settings = keys.settings(queue);
            Request left = new Request(Command.EXISTS, settings, keys.index(queue, "ready:h"),
                    keys.index(queue, "ready:n"), keys.index(queue, "ready:l"));
            if (Replies.number(redis.ask(settings, left)) == 0) {
                return false;
            }
        }
        create(queue);
        return true;
    }

    /** What was known of the queue may be wrong: the next submission looks. */
    public void doubt(QueueName queue) {
        known.computeIfPresent(queue, (name, found) -> doubtful(found.base()));
    }

    private void list(List<Listing> listings) {
        byte[][] arguments = new byte[listings.size() + 1][];
        arguments[0] = keys.queues();
        for (int i = 0; i < listings.size(); i++) {
            arguments[i + 1] = RedisKeys.bytes(listings.get(i).queue().value());
        }
        redis.ask(keys.queues(), new Request(Command.SADD, arguments));
    }

    @Override
    public void close() {
        lists.close();
    }
}
