package io.headrace.redis.jobs;

import io.headrace.broker.QueueSettings;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The settings of a queue as its hash holds them: the names of its fields, and what their values mean. */
public final class StoredSettings {
    public static final String MAX_BACKLOG = "max_backlog";
    public static final String RETENTION_MS = "retention_ms";
    public static final String MAX_KEPT = "max_kept";
    public static final String PAUSED = "paused";
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,15}");
    private static final long MAX_RETENTION_MS = QueueSettings.MAX_RETENTION.toMillis();
    /** The settings that are numbers, with the most that each may be. */
    public static final Map<String, Long> BOUNDS = Map.of(MAX_BACKLOG, QueueSettings.MOST_BACKLOG, RETENTION_MS,
            MAX_RETENTION_MS, MAX_KEPT, QueueSettings.MOST_KEPT, PAUSED, 1L);

    private StoredSettings() {}

    public static QueueSettings read(Map<String, String> fields) {
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
    static long bounded(@Nullable String text, long most, long fallback) {
        if (text == null || !NUMBER.matcher(text).matches()) {
            return fallback;
        }
        long value = Long.parseLong(text);
        return value <= most ? value : fallback;
    }

    public static boolean paused(Map<String, String> fields) {
        return "1".equals(fields.get(PAUSED));
    }
}
