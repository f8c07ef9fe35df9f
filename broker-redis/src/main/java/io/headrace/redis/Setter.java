package io.headrace.redis;

import io.headrace.BrokerOperator.QueueSettings;
import io.headrace.QueueName;
import io.headrace.SettingsChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/** Reads and writes the settings of queues. */
final class Setter {
    /** The field that holds {@link QueueSettings#maxBacklog()}. */
    static final String MAX_BACKLOG = "max_backlog";
    private static final String RETENTION_MS = "retention_ms";
    private static final String MAX_KEPT = "max_kept";
    private static final String PAUSED = "paused";
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,15}");
    private static final long MAX_RETENTION_MS = QueueSettings.MAX_RETENTION.toMillis();
    /** The settings that are numbers, with the most that each may be. */
    static final Map<String, Long> BOUNDS = Map.of(MAX_BACKLOG, QueueSettings.MOST_BACKLOG, RETENTION_MS,
            MAX_RETENTION_MS, MAX_KEPT, QueueSettings.MOST_KEPT, PAUSED, 1L);

    private final Link link;
    private final RedisKeys keys;
    private final Queues queues;

    Setter(Link link, RedisKeys keys, Queues queues) {
        this.link = link;
        this.keys = keys;
        this.queues = queues;
    }

    QueueSettings read(QueueName queue) {
        byte[] key = keys.settings(queue);
        return read(Replies.map(link.ask(key, new Link.Request(Command.HGETALL, key))));
    }

    static QueueSettings read(Map<String, String> fields) {
        QueueSettings fallback = QueueSettings.DEFAULT;
        return new QueueSettings(maxBacklog(fields.get(MAX_BACKLOG)),
                Duration.ofMillis(bounded(fields.get(RETENTION_MS), MAX_RETENTION_MS,
                        fallback.retention().toMillis())),
                bounded(fields.get(MAX_KEPT), QueueSettings.MOST_KEPT, fallback.maxKept()));
    }

    static long maxBacklog(@Nullable String text) {
        return bounded(text, QueueSettings.MOST_BACKLOG, QueueSettings.DEFAULT.maxBacklog());
    }

    /** As the scripts read it: what is no number in bounds counts as not set. */
    private static long bounded(@Nullable String text, long most, long fallback) {
        if (text == null || !NUMBER.matcher(text).matches()) {
            return fallback;
        }
        long value = Long.parseLong(text);
        return value <= most ? value : fallback;
    }

    static boolean paused(Map<String, String> fields) {
        return "1".equals(fields.get(PAUSED));
    }

    void write(QueueName queue, QueueSettings settings) {
        change(queue, new SettingsChange(settings.maxBacklog(), settings.retention(), settings.maxKept()));
    }

    QueueSettings change(QueueName queue, SettingsChange change) {
        List<byte[]> pairs = new ArrayList<>();
        add(pairs, MAX_BACKLOG, change.maxBacklog());
        add(pairs, RETENTION_MS, change.retention() == null ? null : change.retention().toMillis());
        add(pairs, MAX_KEPT, change.maxKept());
        put(queue, pairs);
        queues.doubt(queue);
        if (change.maxKept() != null) {
            link.ask(Script.TIDY, RedisKeys.bytes(keys.base(queue)), List.of());
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
        put(queue, List.of(RedisKeys.bytes(PAUSED), RedisKeys.bytes(1)));
    }

    /** Lets the queue be claimed again and wakes a worker, which wakes the next. */
    void resume(QueueName queue) {
        put(queue, List.of(RedisKeys.bytes(PAUSED), RedisKeys.bytes(0)));
        byte[] wake = keys.wake(queue);
        link.exchange(wake, List.of(Urgent.write(Command.LPUSH, wake, RedisKeys.bytes(1)),
                new Link.Request(Command.LTRIM, wake, RedisKeys.bytes(0), RedisKeys.bytes(Enqueuer.MAX_TOKENS - 1))));
    }

    /** A queue that is there is not created anew, which a full Redis would refuse. */
    private void put(QueueName queue, List<byte[]> pairs) {
        byte[] key = keys.settings(queue);
        if (Replies.number(link.ask(key, new Link.Request(Command.EXISTS, key))) == 0) {
            queues.create(queue);
        }
        if (!pairs.isEmpty()) {
            link.ask(key, Urgent.write(Command.HSET, key, pairs.toArray(byte[][]::new)));
        }
    }
}
