package io.headrace.redis;

import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.BrokerObserver;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.ServerInfo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/**
 * A look at Redis from beside the broker, for whoever measures it: raw connections to where a queue lies, the length of
 * a queue, what the server says of itself, and the removal of a queue with all its keys. Thread-safe.
 */
public final class RedisProbe implements AutoCloseable {
    private static final int CONNECTIONS = 64;
    private static final byte[] PAGE = RedisKeys.bytes(1_000);

    private static final List<String> AT_REST = List.of("scheduled", "retrying", "parked", "dead");

    /** The names that {@link #key} gave. */
    private final Set<String> beside = ConcurrentHashMap.newKeySet();
    private final Redis redis;
    private final RedisKeys keys;
    /** What comes before a queue's name. */
    private final String prefix;

    private RedisProbe(RedisConfig config) {
        this.keys = new RedisKeys(config);
        this.prefix = config.prefix() + '{';
        this.redis = new Redis(config, BrokerObserver.NONE, CONNECTIONS, System::nanoTime);
    }

    /**
     * @throws io.headrace.BrokerUnavailable when the sentinels or the cluster cannot be reached; one server shows that
     *         later
     */
    public static RedisProbe connect(RedisConfig config) {
        return new RedisProbe(config);
    }

    /**
     * A connection to the server where the queue's keys lie; the caller closes it.
     *
     * @throws io.headrace.BrokerUnavailable when that cannot be reached
     */
    public Connection connection(QueueName queue) {
        return redis.borrow(base(queue));
    }

    /** A key beside those of the queue, on the same server, which {@link #remove} removes as well. */
    public byte[] key(QueueName queue, String name) {
        beside.add(name);
        return suffixed(queue, name);
    }

    private byte[] suffixed(QueueName queue, String suffix) {
        return RedisKeys.bytes(keys.base(queue) + suffix);
    }

    /** How many jobs of the queue are in line or running. */
    public long unfinished(QueueName queue) {
        List<Object> lengths = redis.exchange(base(queue), Arrays.stream(Priority.values())
                .map(level -> new Request(Command.XLEN, keys.ready(queue, level))).toList());
        return lengths.stream().mapToLong(length -> (Long) Redis.checked(length)).sum();
    }

    /** A value of {@code INFO}, of any section; empty when the server does not tell it. */
    public String info(String name) {
        return ServerInfo.of(redis).text(name);
    }

    /**
     * Deletes the queue: its jobs and whatever else can be named without going through all keys of the server. Nobody
     * may use it any more. What is left, such as counters of minutes, is small; {@link #sweep} finds it.
     */
    public void remove(QueueName queue) {
        for (String index : AT_REST) {
            removeListed(queue, index, "job:");
        }
        removeListed(queue, "finished", "finished:");
        List<byte[]> names = new ArrayList<>();
        RedisKeys.STRUCTURES.forEach(kind -> names.add(suffixed(queue, kind.suffix())));
        beside.forEach(name -> names.add(suffixed(queue, name)));
        redis.call(base(queue), new Request(Command.UNLINK, names.toArray(byte[][]::new)));
        redis.call(keys.queues(), Request.of(Command.SREM, keys.queues(), queue.value()));
    }

    /** Deletes the keys whose names a sorted set lists, and takes them off it. */
    private void removeListed(QueueName queue, String index, String suffix) {
        while (true) {
            List<Object> popped = Replies.list(redis.call(base(queue),
                    new Request(Command.ZPOPMIN, keys.index(queue, index), PAGE)));
            if (popped.isEmpty()) {
                return;
            }
            byte[][] found = new byte[popped.size() / 2][];
            for (int i = 0; i < found.length; i++) {
                found[i] = suffixed(queue, suffix + new String((byte[]) popped.get(2 * i), StandardCharsets.UTF_8));
            }
            redis.call(base(queue), new Request(Command.UNLINK, found));
        }
    }

    /**
     * Deletes every key there is of these queues, going once through all keys of each server they lie on. Nobody may
     * use them any more.
     *
     * @param start what all of their names start with
     */
    public void sweep(String start, Collection<QueueName> queues) {
        Map<String, QueueName> servers = new HashMap<>();
        queues.forEach(queue -> servers.putIfAbsent(redis.server(base(queue)), queue));
        Set<String> names = queues.stream().map(QueueName::value).collect(Collectors.toSet());
        byte[] pattern = RedisKeys.bytes((prefix + start).replaceAll("[\\\\*?\\[\\]]", "\\\\$0") + '*');
        for (QueueName there : servers.values()) {
            byte[] cursor = {'0'};
            do {
                List<Object> page = Replies.list(redis.call(base(there), Request.of(Command.SCAN, cursor,
                        "MATCH", pattern, "COUNT", PAGE)));
                cursor = (byte[]) page.get(0);
                unlink(Replies.list(page.get(1)), names);
            } while (!(cursor.length == 1 && cursor[0] == '0'));
        }
    }

    /**
     * Deletes those that belong to a queue of these names, by queue: in a cluster the keys of a command must lie
     * together.
     */
    private void unlink(List<Object> found, Set<String> names) {
        Map<String, List<byte[]>> byQueue = new HashMap<>();
        for (Object each : found) {
            String key = new String((byte[]) each, StandardCharsets.UTF_8);
            int from = prefix.length();
            String name = key.substring(from, Math.max(from, key.indexOf('}', from)));
            if (names.contains(name)) {
                byQueue.computeIfAbsent(name, unused -> new ArrayList<>()).add((byte[]) each);
            }
        }
        byQueue.forEach((name, those) -> redis.call(base(new QueueName(name)),
                new Request(Command.UNLINK, those.toArray(byte[][]::new))));
    }

    private byte[] base(QueueName queue) {
        return RedisKeys.bytes(keys.base(queue));
    }

    @Override
    public void close() {
        redis.close();
    }
}
