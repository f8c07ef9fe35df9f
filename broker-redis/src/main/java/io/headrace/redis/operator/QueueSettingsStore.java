package io.headrace.redis.operator;

import io.headrace.QueueName;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.SettingsChange;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.jobs.Enqueuer;
import io.headrace.redis.jobs.QueueCache;
import io.headrace.redis.jobs.StoredSettings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/** Reads and writes the settings of queues. */
final class QueueSettingsStore {
    private final Redis redis;
    private final RedisKeys keys;
    private final QueueCache queues;

    QueueSettingsStore(Redis redis, RedisKeys keys, QueueCache queues) {
        this.redis = redis;
        this.keys = keys;
        this.queues = queues;
    }

    QueueSettings read(QueueName queue) {
        byte[] key = keys.settings(queue);
        return StoredSettings.read(Replies.map(redis.ask(key, new Request(Command.HGETALL, key))));
    }

    QueueSettings change(QueueName queue, SettingsChange change) {
        List<byte[]> pairs = new ArrayList<>();
        add(pairs, StoredSettings.MAX_BACKLOG, change.maxBacklog());
        add(pairs, StoredSettings.RETENTION_MS, change.retention() == null ? null : change.retention().toMillis());
        add(pairs, StoredSettings.MAX_KEPT, change.maxKept());
        put(queue, pairs);
        queues.doubt(queue);
        if (change.maxKept() != null) {
            redis.ask(Script.TIDY, RedisKeys.bytes(keys.base(queue)), List.of());
        }
        return read(queue);
    }

    private static void add(List<byte[]> pairs, String field, @Nullable Long value) {
        if (value != null) {
            pairs.add(RedisKeys.bytes(field));
            pairs.add(RedisKeys.bytes(value));
        }
    }

    void pause(QueueName queue) {
        put(queue, List.of(RedisKeys.bytes(StoredSettings.PAUSED), RedisKeys.bytes(1)));
    }

    /** Lets the queue be claimed again and wakes a worker, which wakes the next. */
    void resume(QueueName queue) {
        put(queue, List.of(RedisKeys.bytes(StoredSettings.PAUSED), RedisKeys.bytes(0)));
        byte[] wake = keys.wake(queue);
        redis.exchange(wake, List.of(Request.urgent(Command.LPUSH, wake, RedisKeys.bytes(1)),
                new Request(Command.LTRIM, wake, RedisKeys.bytes(0), RedisKeys.bytes(Enqueuer.MAX_TOKENS - 1))));
    }

    /** A queue that is there is not created anew, which a full Redis would refuse. */
    private void put(QueueName queue, List<byte[]> pairs) {
        byte[] key = keys.settings(queue);
        if (Replies.number(redis.ask(key, new Request(Command.EXISTS, key))) == 0) {
            queues.create(queue);
        }
        if (!pairs.isEmpty()) {
            redis.ask(key, Request.urgent(Command.HSET, key, pairs));
        }
    }
}
