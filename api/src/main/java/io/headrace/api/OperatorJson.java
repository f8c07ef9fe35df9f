package io.headrace.api;

import io.headrace.BrokerOperator.Minute;
import io.headrace.BrokerOperator.QueueInfo;
import io.headrace.BrokerOperator.QueueSettings;
import io.headrace.JobState;
import io.headrace.Level;
import io.headrace.WorkerInfo;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Queues and workers as the API shows them: the only place that spells their members. */
final class OperatorJson {
    private OperatorJson() {}

    /**
     * Writes the members of a queue.
     *
     * @param settings null leaves them out
     */
    static void queue(JsonOut out, QueueInfo queue, List<Minute> history, @Nullable QueueSettings settings) {
        out.text("queue", queue.queue().value());
        out.flag("paused", queue.paused());
        out.object("counts", counts -> {
            for (JobState state : JobState.values()) {
                long now = queue.counts().getOrDefault(state, 0L);
                boolean totalled = state == JobState.SUCCEEDED || state == JobState.CANCELLED
                        || state == JobState.EXPIRED;
                counts.number(state.label(), totalled ? queue.totals().getOrDefault(state, 0L) : now);
            }
        });
        out.object("totals", totals -> {
            queue.totals().entrySet().stream().sorted(Map.Entry.comparingByKey())
                    .forEach(total -> totals.number(total.getKey().label(), total.getValue()));
            totals.number("failed", queue.failures());
        });
        out.number("kept", queue.kept());
        out.duration("oldestQueuedAge", queue.oldestQueuedAge());
        out.object("levels", levels -> {
            for (Level level : Level.values()) {
                levels.number(level.label(), queue.levels().getOrDefault(level, 0L));
            }
        });
        rates(out, history);
        out.number("workers", queue.workers());
        if (settings != null) {
            out.object("settings", o -> settings(o, settings));
        }
    }

    private static void rates(JsonOut out, List<Minute> history) {
        TreeMap<String, Long> sums = new TreeMap<>();
        history.forEach(minute -> minute.counts().forEach((name, count) -> sums.merge(name, count, Long::sum)));
        out.object("rates", rates -> {
            rates.number("minutes", history.size());
            rates.object("perMinute", each -> sums
                    .forEach((name, sum) -> each.number(name, Math.round(100.0 * sum / history.size()) / 100.0)));
        });
    }

    static void settings(JsonOut out, QueueSettings settings) {
        out.number("maxBacklog", settings.maxBacklog());
        out.duration("retention", settings.retention());
        out.number("maxKept", settings.maxKept());
    }

    static void worker(JsonOut out, WorkerInfo worker) {
        out.text("id", worker.id().value());
        out.text("host", worker.host());
        out.number("pid", worker.pid());
        out.time("startedAt", worker.startedAt());
        out.texts("queues", worker.queues());
        out.texts("types", worker.types());
        out.number("slots", worker.slots());
        out.number("busy", worker.busy());
        out.duration("lease", worker.lease());
        out.text("state", worker.state());
        out.text("version", worker.version());
        out.objects("running", worker.running(), (o, running) -> {
            o.text("job", running.job().toString());
            o.text("type", running.type().value());
            o.number("attempt", running.attempt());
            o.time("since", running.since());
        });
    }
}
