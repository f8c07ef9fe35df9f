package io.headrace.redis;

import io.headrace.BrokerObserver;
import io.headrace.Level;
import io.headrace.QueueName;
import java.util.Arrays;
import java.util.List;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/**
 * A look at Redis from beside the broker, for whoever measures it: raw connections to where a queue lies, the length of a
 * queue, what the server says of itself, and the removal of a queue with all its keys. Thread-safe.
 */
public final class RedisProbe implements AutoCloseable {
    private static final int CONNECTIONS = 64;
    private static final byte[] PAGE = RedisKeys.bytes(1_000);

    private final Link link;
    private final RedisKeys keys;

    private RedisProbe(RedisConfig config) {
        this.keys = new RedisKeys(config.prefix());
        this.link = new Link(config, BrokerObserver.NONE, CONNECTIONS, System::nanoTime);
    }

    /** @throws io.headrace.BrokerUnavailable when the sentinels or the cluster cannot be reached; one server shows that later */
    public static RedisProbe connect(RedisConfig config) {
        return new RedisProbe(config);
    }

    /**
     * A connection to the server where the queue's keys lie; the caller closes it.
     *
     * @throws io.headrace.BrokerUnavailable when that cannot be reached
     */
    public Connection connection(QueueName queue) {
        return link.borrow(base(queue));
    }

    /** A key beside those of the queue, on the same server, which {@link #remove} removes as well. */
    public byte[] key(QueueName queue, String name) {
        return RedisKeys.bytes(keys.base(queue) + name);
    }

    /** How many jobs of the queue are in line or running. */
    public long unfinished(QueueName queue) {
        List<Object> lengths = link.exchange(base(queue), Arrays.stream(Level.values())
                .map(level -> new Link.Request(Command.XLEN, keys.ready(queue, level))).toList());
        return lengths.stream().mapToLong(length -> (Long) Link.checked(length)).sum();
    }

    /** A value of {@code INFO}, of any section; empty when the server does not tell it. */
    public String info(String name) {
        return ServerCheck.of(link).text(name);
    }

    /** Deletes the queue and every key of it, jobs and history alike. Nobody may use it any more. */
    public void remove(QueueName queue) {
        byte[] base = base(queue);
        byte[] cursor = {'0'};
        do {
            List<Object> page = Replies.list(link.call(base, new Link.Request(Command.SCAN, cursor,
                    RedisKeys.bytes("MATCH"), RedisKeys.bytes(keys.base(queue) + '*'), RedisKeys.bytes("COUNT"),
                    PAGE)));
            cursor = (byte[]) page.get(0);
            byte[][] found = Replies.list(page.get(1)).stream().map(byte[].class::cast).toArray(byte[][]::new);
            if (found.length > 0) {
                link.call(base, new Link.Request(Command.UNLINK, found));
            }
        } while (!(cursor.length == 1 && cursor[0] == '0'));
        link.call(keys.queues(), new Link.Request(Command.SREM, keys.queues(), RedisKeys.bytes(queue.value())));
    }

    private byte[] base(QueueName queue) {
        return RedisKeys.bytes(keys.base(queue));
    }

    @Override
    public void close() {
        link.close();
    }
}
