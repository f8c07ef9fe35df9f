package io.headrace.redis.doctor;

import io.headrace.InvalidInput;
import io.headrace.QueueName;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import redis.clients.jedis.Protocol.Command;

/** Checks the lists of queues and workers, which stand in slots of their own, and mends them. Used by one thread. */
final class RegistryCheck {
    private static final byte[] MINUTE_MS = RedisKeys.bytes(60_000);

    private final Redis redis;
    private final RedisKeys keys;
    private final Violations violations;

    RegistryCheck(Redis redis, RedisKeys keys, Violations violations) {
        this.redis = redis;
        this.keys = keys;
        this.violations = violations;
    }

    /** The names on the list that can be names of queues. */
    Set<QueueName> listed() {
        Set<QueueName> listed = new TreeSet<>();
        for (String name : members(keys.queues())) {
            try {
                listed.add(new QueueName(name));
            } catch (InvalidInput e) {
                violations.add(Violation.of(null, Defect.NOT_AN_ID, name, "in hr:queues"));
            }
        }
        return listed;
    }

    /**
     * Workers that told of themselves lately. One that has just signed off is asked for twice, as its two keys go one
     * by one.
     */
    Set<String> liveWorkers() {
        Set<String> live = new HashSet<>();
        Set<String> silent = new HashSet<>();
        for (String id : members(keys.workers())) {
            long ttl = Replies.number(ask(Command.PTTL, keys.worker(id)));
            if (ttl == -1) {
                violations.add(Violation.of(null, Defect.WORKER_FOREVER, id, ""));
            }
            (ttl == -2 ? silent : live).add(id);
        }
        if (!silent.isEmpty()) {
            silent.retainAll(members(keys.workers()));
            silent.stream().filter(id -> Replies.number(ask(Command.EXISTS, keys.worker(id))) == 0)
                    .forEach(id -> violations.add(Violation.of(null, Defect.WORKER_GONE, id, "")));
        }
        return live;
    }

    /** @param seen queues of which there were keys a moment ago */
    void compare(Set<QueueName> seen, Set<QueueName> only) {
        Set<QueueName> listed = listed();
        for (QueueName queue : seen) {
            if (!listed.contains(queue) && hasKeys(queue)) {
                violations.add(Violation.of(queue.value(), Defect.QUEUE_UNLISTED, queue.value(), ""));
            }
        }
        for (QueueName queue : listed) {
            if ((only.isEmpty() || only.contains(queue)) && !seen.contains(queue) && !hasKeys(queue)) {
                violations.add(Violation.of(queue.value(), Defect.QUEUE_EMPTY, queue.value(), ""));
            }
        }
    }

    private boolean hasKeys(QueueName queue) {
        byte[] settings = keys.settings(queue);
        return Replies.number(ask(Command.EXISTS, settings, keys.index(queue, "ready:h"),
                keys.index(queue, "ready:n"), keys.index(queue, "ready:l"), keys.index(queue, "scheduled"),
                keys.index(queue, "retrying"), keys.index(queue, "parked"), keys.index(queue, "dead"))) > 0;
    }

    /** @return how many were mended; what has mended itself meanwhile does not count */
    long mend(Defect fault, List<Violation> found) {
        return found.stream().filter(violation -> mend(fault, violation.subject())).count();
    }

    private boolean mend(Defect fault, String name) {
        switch (fault) {
            case QUEUE_UNLISTED -> {
                QueueName queue = new QueueName(name);
                if (hasKeys(queue)) {
                    redis.ask(Script.CREATE, RedisKeys.bytes(keys.base(queue)), List.of());
                    ask(Command.SADD, keys.queues(), RedisKeys.bytes(queue.value()));
                    return true;
                }
                return false;
            }
            case QUEUE_EMPTY -> {
                return !hasKeys(new QueueName(name)) && remove(keys.queues(), name);
            }
            case WORKER_GONE -> {
                return Replies.number(ask(Command.EXISTS, keys.worker(name))) == 0 && holdsNothing(name)
                        && remove(keys.workers(), name);
            }
            case WORKER_FOREVER -> {
                return Replies.number(ask(Command.PTTL, keys.worker(name))) == -1
                        && Replies.number(ask(Command.PEXPIRE, keys.worker(name), MINUTE_MS)) == 1;
            }
            default -> throw new IllegalArgumentException(fault + " is none of the registry");
        }
    }

    private boolean holdsNothing(String worker) {
        long held = 0;
        for (QueueName queue : listed()) {
            held += Replies.number(redis.ask(Script.FORGET, RedisKeys.bytes(keys.base(queue)),
                    Args.of(worker)));
        }
        return held == 0;
    }

    private boolean remove(byte[] set, String member) {
        return Replies.number(ask(Command.SREM, set, RedisKeys.bytes(member))) == 1;
    }

    private List<String> members(byte[] set) {
        return Replies.texts(ask(Command.SMEMBERS, set));
    }

    private Object ask(Command command, byte[] key, byte[]... more) {
        byte[][] arguments = new byte[more.length + 1][];
        arguments[0] = key;
        System.arraycopy(more, 0, arguments, 1, more.length);
        return redis.ask(key, new Request(command, arguments));
    }
}
