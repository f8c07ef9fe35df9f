package io.headrace.broker;

import io.headrace.InvalidInput;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * New values of some settings of a queue, which mean what they mean in {@link QueueSettings}; null leaves what is.
 */
public record SettingsChange(@Nullable Long maxBacklog, @Nullable Duration retention, @Nullable Long maxKept) {
    /** @throws InvalidInput when a bound is passed */
    public SettingsChange {
        on(QueueSettings.DEFAULT, maxBacklog, retention, maxKept);
    }

    /** The settings once it has been made. */
    public QueueSettings on(QueueSettings before) {
        return on(before, maxBacklog, retention, maxKept);
    }

    private static QueueSettings on(QueueSettings before, @Nullable Long maxBacklog, @Nullable Duration retention,
            @Nullable Long maxKept) {
        return new QueueSettings(maxBacklog == null ? before.maxBacklog() : maxBacklog,
                retention == null ? before.retention() : retention, maxKept == null ? before.maxKept() : maxKept);
    }
}
