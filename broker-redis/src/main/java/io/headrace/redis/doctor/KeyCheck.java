package io.headrace.redis.doctor;

import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.QueueName;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.doctor.CheckRunner.Item;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * Goes through all keys under the prefix, with SCAN on each master, and looks at those that stand for one thing each:
 * documents, addresses, locks, buckets and what expires. Names are handled as bytes, as a uniqueness key may hold
 * anything. Used by one thread.
 */
final class KeyCheck {
    private static final byte[] SCANNED = RedisKeys.bytes(1_000);
    private static final String QUEUE_PATTERN = "hr:{q}:";

    private static final long DAY_MS = 86_400_000;
    /** The expiry of each kind that should have one, by the first part of its name, as it is when the key is new. */
    private static final Map<String, Long> EXPIRY_MS = Map.of("idem:", DAY_MS, "progress:",
            DAY_MS, "log:", 31 * DAY_MS, "stats:", 25 * DAY_MS / 24, "finished:", DAY_MS);

    /** Types by the first part of names such as {@code job:<id>}. */
    private static final Map<String, String> TYPES = RedisKeys.ALL.stream().map(RedisKeys.Kind::pattern)
            .filter(pattern -> pattern.startsWith(QUEUE_PATTERN) && pattern.contains("<"))
            .collect(Collectors.toMap(pattern -> pattern.substring(QUEUE_PATTERN.length(), pattern.indexOf('<')),
                    KeyCheck::type));
    /** Names such as {@code scheduled}, which a queue has once. */
    private static final Set<String> FIXED = RedisKeys.ALL.stream().map(RedisKeys.Kind::pattern)
            .filter(pattern -> pattern.startsWith(QUEUE_PATTERN) && !pattern.contains("<"))
            .map(pattern -> pattern.substring(QUEUE_PATTERN.length())).collect(Collectors.toUnmodifiableSet());

    private final RedisKeys keys;
    private final String prefix;
    private final CheckRunner runner;
    private final Violations violations;
    private final DoctorProgress pace;
    private final Set<QueueName> only;
    private final Set<QueueName> seen = new TreeSet<>();

    KeyCheck(RedisKeys keys, String prefix, CheckRunner runner, Violations violations, DoctorProgress pace,
            Set<QueueName> only) {
        this.keys = keys;
        this.prefix = prefix;
        this.runner = runner;
        this.violations = violations;
        this.pace = pace;
        this.only = only;
    }

    private static String type(String pattern) {
        return RedisKeys.ALL.stream().filter(kind -> kind.pattern().equals(pattern)).findFirst().orElseThrow().type();
    }

    /** @param master one server, or one master of a cluster */
    void run(Redis master) {
        byte[] any = {'k'};
        long size = Replies.number(master.ask(any, new Request(Command.DBSIZE)));
        pace.expect(size);
        byte[] match = RedisKeys.bytes(only.size() == 1 ? keys.base(only.iterator().next()) + "*" : prefix + "*");
        byte[] cursor = {'0'};
        long told = 0;
        do {
            List<Object> reply = Replies.list(master.ask(any, Request.of(Command.SCAN, cursor,
                    "MATCH", match, "COUNT", SCANNED)));
            cursor = (byte[]) reply.get(0);
            look(Replies.list(reply.get(1)));
            long step = Math.min(size - told, 1_000);
            told += step;
            pace.did(step, "keys");
        } while (!Replies.text(cursor).equals("0"));
        pace.did(size - told, "keys");
    }

    /** The queues of which keys were seen. */
    Set<QueueName> seen() {
        return seen;
    }

    private void look(List<Object> page) {
        Map<QueueName, List<Item>> items = new LinkedHashMap<>();
        for (Object each : page) {
            String name = new String((byte[]) each, StandardCharsets.ISO_8859_1).substring(prefix.length());
            int end = name.indexOf("}:");
            QueueName queue = name.startsWith("{") && end > 0 ? queue(name.substring(1, end)) : null;
            if (queue == null) {
                if (only.isEmpty() && RedisKeys.ALL.stream().noneMatch(kind -> kind.isOfNoQueue(name))) {
                    violations.add(Violation.of(null, Defect.UNKNOWN_KEY, Replies.text(each), ""));
                }
            } else if (only.isEmpty() || only.contains(queue)) {
                seen.add(queue);
                pace.looked(1);
                Item item = item(queue, name.substring(end + 2), Replies.text(each));
                if (item != null) {
                    items.computeIfAbsent(queue, q -> new ArrayList<>()).add(item);
                }
            }
        }
        items.forEach((queue, some) -> runner.check(queue, Script.CHECK_KEYS, List.of(), some));
    }

    private static @Nullable QueueName queue(String text) {
        try {
            return new QueueName(text);
        } catch (InvalidInput e) {
            return null;
        }
    }

    /** What the script is to look at, or null when the name says it all. */
    private @Nullable Item item(QueueName queue, String name, String subject) {
        if (FIXED.contains(name)) {
            return null;
        }
        String kind = name.substring(0, name.indexOf(':') + 1);
        String type = TYPES.get(kind);
        if (type == null) {
            violations.add(Violation.of(queue.value(), Defect.UNKNOWN_KEY, subject, ""));
            return null;
        }
        String rest = name.substring(kind.length());
        String bucket = "";
        if (kind.equals("job:") || kind.equals("log:") || kind.equals("progress:")) {
            if (!QueueCheck.isIdOf(queue, rest)) {
                violations.add(Violation.of(queue.value(), Defect.NOT_AN_ID, rest, "in " + subject));
                return null;
            }
            bucket = Replies.bucket(JobId.parse(rest));
        }
        Long expiry = EXPIRY_MS.get(kind);
        return new Item(subject, Args.of(kind, rest.getBytes(StandardCharsets.ISO_8859_1),
                type, expiry == null ? "" : expiry.toString(),
                bucket));
    }
}
