package io.headrace.api.view;

import io.headrace.JobState;
import io.headrace.Priority;
import io.headrace.api.http.JsonOut;
import io.headrace.broker.MinuteCounts;
import io.headrace.broker.Overview;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.WorkerInfo;
import io.headrace.runtime.Build;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Queues and workers as the API shows them: the only place that spells their members. */
public final class OperatorJson {
    /** What a minute tells, in the order in which it does. */
    private static final List<String> HISTORY = List.of("succeeded", "failed", "dead", "cancelled", "expired", "lost");

    /** An overview lists no more queues than this; those after them by name are counted. */
    public static final int MOST_QUEUES = 1_000;

    private OperatorJson() {}

    /**
     * Writes the members of a queue.
     *
     * @param settings null leaves them out
     */
    public static void queue(JsonOut out, QueueInfo queue, @Nullable QueueSettings settings) {
        out.text("queue", queue.queue().value());
        out.flag("paused", queue.paused());
        out.object("counts", counts -> {
            for (JobState state : JobState.values()) {
                counts.number(state.label(), count(queue, state));
            }
        });
        out.object("totals", totals -> {
            queue.totals().entrySet().stream().sorted(Map.Entry.comparingByKey())
                    .forEach(total -> totals.number(total.getKey().label(), total.getValue()));
            totals.number("failed", queue.failures());
        });
        out.number("kept", queue.kept());
        out.duration("oldestQueuedAge", queue.oldestQueuedAge());
        out.object("levels", priorities -> {
            for (Priority priority : Priority.values()) {
                priorities.number(priority.label(), queue.priorities().getOrDefault(priority, 0L));
            }
        });
        rates(out, queue.recent());
        out.number("workers", queue.workers());
        if (settings != null) {
            out.object("settings", o -> settings(o, settings));
        }
    }

    /** How many are in a state now; of those that ended and are not dead, how many ever were. */
    private static long count(QueueInfo queue, JobState state) {
        boolean totalled = state == JobState.SUCCEEDED || state == JobState.CANCELLED || state == JobState.EXPIRED;
        return (totalled ? queue.totals() : queue.counts()).getOrDefault(state, 0L);
    }

    private static void rates(JsonOut out, List<MinuteCounts> history) {
        TreeMap<String, Long> sums = new TreeMap<>();
        history.forEach(minute -> minute.counts().forEach((name, count) -> sums.merge(name, count, Long::sum)));
        out.object("rates", rates -> {
            rates.number("minutes", history.size());
            rates.object("perMinute", each -> sums
                    .forEach((name, sum) -> each.number(name, Math.round(100.0 * sum / history.size()) / 100.0)));
        });
    }

    /** Writes the members of an overview. */
    public static void overview(JsonOut out, Overview overview) {
        out.time("time", overview.time());
        out.text("version", Build.version());
        int shown = Math.min(MOST_QUEUES, overview.queues().size());
        out.objects("queues", overview.queues().subList(0, shown), (o, queue) -> queue(o, queue, null));
        if (shown < overview.queues().size()) {
            out.number("moreQueues", overview.queues().size() - shown);
        }
        out.object("totals", totals -> {
            for (JobState state : JobState.values()) {
                totals.number(state.label(), overview.queues().stream().mapToLong(queue -> count(queue, state)).sum());
            }
        });
        List<WorkerInfo> workers = overview.workers();
        out.object("workers", o -> {
            o.number("count", workers.size());
            o.number("quiet", workers.stream().filter(worker -> worker.state().equals("quiet")).count());
            o.number("slots", workers.stream().mapToLong(WorkerInfo::slots).sum());
            o.number("busy", workers.stream().mapToLong(WorkerInfo::busy).sum());
        });
        out.object("redis", o -> {
            if (overview.memory().usedBytes() > 0) {
                o.number("usedBytes", overview.memory().usedBytes());
            }
            if (overview.memory().maxBytes() > 0) {
                o.number("maxBytes", overview.memory().maxBytes());
            }
        });
    }

    /** Writes the members of a minute of a queue's history. */
    public static void minute(JsonOut out, MinuteCounts minute) {
        out.time("start", minute.start());
        HISTORY.forEach(name -> out.number(name, minute.counts().getOrDefault(name, 0L)));
    }

    static void settings(JsonOut out, QueueSettings settings) {
        out.number("maxBacklog", settings.maxBacklog());
        out.duration("retention", settings.retention());
        out.number("maxKept", settings.maxKept());
    }

    public static void worker(JsonOut out, WorkerInfo worker) {
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
        out.timeIf("heartbeatAt", worker.heartbeatAt());
        out.objects("running", worker.running(), (o, running) -> {
            o.text("job", running.job().toString());
            o.text("type", running.type().value());
            o.number("attempt", running.attempt());
            o.time("since", running.since());
        });
    }
}
