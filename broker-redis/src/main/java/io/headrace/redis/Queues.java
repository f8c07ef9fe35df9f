package io.headrace.redis;

import io.headrace.QueueName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import redis.clients.jedis.Protocol.Command;

/** Makes sure that a queue exists before it is first used by this process. Thread-safe. */
final class Queues {
    private final Link link;
    private final RedisKeys keys;
    /** The base keys of queues that this process has created or found; of no others, as anybody may ask for any name. */
    private final Map<QueueName, byte[]> known = new ConcurrentHashMap<>();

    Queues(Link link, RedisKeys keys) {
        this.link = link;
        this.keys = keys;
    }

    /** The queue's base key. */
    byte[] base(QueueName queue) {
        byte[] base = known.get(queue);
        return base == null ? RedisKeys.bytes(keys.base(queue)) : base;
    }

    /** Creates the queue unless this process knows it to exist. At most two round trips. */
    void ensure(QueueName queue) {
        if (!known.containsKey(queue)) {
            create(queue);
        }
    }

    /** Creates what is missing of the queue, known or not: somebody may have emptied Redis. */
    void create(QueueName queue) {
        link.ask(Script.CREATE, base(queue), List.of());
        link.ask(keys.queues(), new Link.Request(Command.SADD, keys.queues(), RedisKeys.bytes(queue.value())));
        known.put(queue, base(queue));
    }
}
