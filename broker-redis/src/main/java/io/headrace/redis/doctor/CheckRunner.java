package io.headrace.redis.doctor;

import io.headrace.BrokerUnavailable;
import io.headrace.QueueName;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Script;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.exceptions.JedisDataException;

/** Runs check scripts on batches of items: what a script finds holds at one instant. Used by one thread. */
final class CheckRunner {
    /** One call looks at no more items, so that Redis is busy with it for about a millisecond. */
    static final int BATCH = 100;

    private final Redis redis;
    private final RedisKeys keys;
    private final Violations violations;

    CheckRunner(Redis redis, RedisKeys keys, Violations violations) {
        this.redis = redis;
        this.keys = keys;
        this.violations = violations;
    }

    /**
     * One thing to look at.
     *
     * @param subject its name for people
     * @param arguments its name for the script
     */
    record Item(String subject, List<byte[]> arguments) {
        static Item of(String name) {
            return new Item(name, Args.of(name));
        }
    }

    /**
     * Looks at items, however many. A script that Redis refuses is run on ever fewer of them, until the culprit is
     * named.
     */
    void check(QueueName queue, Script script, List<byte[]> head, List<Item> items) {
        for (int from = 0; from < items.size(); from += BATCH) {
            checkBatch(queue, script, head, items.subList(from, Math.min(items.size(), from + BATCH)));
        }
    }

    private void checkBatch(QueueName queue, Script script, List<byte[]> head, List<Item> items) {
        Object answer = run(queue, script, false, head, items.stream().map(Item::arguments).toList());
        if (answer instanceof JedisDataException refusal) {
            if (items.size() == 1) {
                violations.add(Violation.of(queue.value(), Defect.UNCHECKED, items.get(0).subject(),
                        String.valueOf(refusal.getMessage())));
                return;
            }
            int half = items.size() / 2;
            checkBatch(queue, script, head, items.subList(0, half));
            checkBatch(queue, script, head, items.subList(half, items.size()));
            return;
        }
        for (Object each : Replies.list(answer)) {
            List<Object> fault = Replies.list(each);
            Item item = items.get((int) Replies.number(fault.get(0)) - 1);
            violations.add(new Violation(queue.value(), Defect.valueOf(Replies.text(fault.get(1))), item.subject(),
                    Replies.text(fault.get(2)), script, head, item.arguments()));
        }
    }

    /** Runs the script that found these, told to repair: it looks again, and mends in the same instant. */
    Map<Defect, Long> repair(QueueName queue, List<Violation> found) {
        Map<Defect, Long> done = new EnumMap<>(Defect.class);
        for (int from = 0; from < found.size();) {
            Violation first = found.get(from);
            int to = from + 1;
            while (to < found.size() && to - from < BATCH && sameCall(first, found.get(to))) {
                to++;
            }
            List<List<byte[]>> items = found.subList(from, to).stream().map(Violation::item).toList();
            Script script = first.check();
            if (script != null) {
                for (Object each : Replies.list(Redis.checked(run(queue, script, true, first.head(), items)))) {
                    done.merge(Defect.valueOf(Replies.text(Replies.list(each).get(1))), 1L, Long::sum);
                }
            }
            from = to;
        }
        return done;
    }

    private static boolean sameCall(Violation one, Violation other) {
        if (one.check() != other.check() || one.head().size() != other.head().size()) {
            return false;
        }
        for (int i = 0; i < one.head().size(); i++) {
            if (!java.util.Arrays.equals(one.head().get(i), other.head().get(i))) {
                return false;
            }
        }
        return true;
    }

    private Object run(QueueName queue, Script script, boolean repair, List<byte[]> head,
            List<List<byte[]>> items) {
        Args arguments = Args.of(repair, head);
        items.forEach(arguments::with);
        byte[] base = RedisKeys.bytes(keys.base(queue));
        Object answer = redis.exchange(base, List.of(redis.script(script, base, arguments))).get(0);
        if (answer instanceof JedisDataException e && isOutage(e)) {
            throw new BrokerUnavailable("Redis refused: " + e.getMessage(), e);
        }
        return answer == null ? Redis.NIL : answer;
    }

    /** Whether a refusal is about Redis rather than about what was asked. */
    private static boolean isOutage(JedisDataException e) {
        String message = String.valueOf(e.getMessage());
        return message.startsWith("LOADING") || message.startsWith("MASTERDOWN") || message.startsWith("READONLY")
                || message.startsWith("CLUSTERDOWN") || message.startsWith("BUSY ") || message.startsWith("NOPERM")
                || message.startsWith("MISCONF") || message.startsWith("NOREPLICAS");
    }
}
