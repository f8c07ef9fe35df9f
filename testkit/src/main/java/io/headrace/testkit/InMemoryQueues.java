package io.headrace.testkit;

import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.MinuteCounts;
import io.headrace.broker.Overview;
import io.headrace.broker.Overview.Memory;
import io.headrace.broker.QueueDeletion;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.Queues;
import io.headrace.broker.SettingsChange;
import io.headrace.broker.WorkerInfo;
import io.headrace.testkit.MemoryJob.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/** The queues of an {@link InMemoryBroker}. Every method is one step under the broker's lock. */
final class InMemoryQueues implements Queues {
    private static final List<JobState> TOTALLED = List.of(JobState.SUCCEEDED, JobState.CANCELLED, JobState.EXPIRED,
            JobState.DEAD);
    private static final List<JobState> COUNTED = List.of(JobState.QUEUED, JobState.RUNNING, JobState.SCHEDULED,
            JobState.RETRYING, JobState.PARKED, JobState.DEAD);

    private final MemoryState state;
    private final MemoryWorkers workers;

    InMemoryQueues(MemoryState state, MemoryWorkers workers) {
        this.state = state;
        this.workers = workers;
    }

    @Override
    public List<QueueName> names() {
        return state.locked(now -> state.queues().stream().map(queue -> queue.name).toList());
    }

    @Override
    public List<QueueInfo> infos(Collection<QueueName> names) {
        return state.locked(now -> infos(now).stream().filter(info -> names.contains(info.queue())).toList());
    }

    private List<QueueInfo> infos(Instant now) {
        List<WorkerInfo> live = workers.live();
        return state.queues().stream().map(queue -> info(queue, live, now)).toList();
    }

    /** The memory of this process stands for that of a server. */
    @Override
    public Overview overview() {
        Runtime runtime = Runtime.getRuntime();
        Memory memory = new Memory(runtime.totalMemory() - runtime.freeMemory(), runtime.maxMemory());
        return state.locked(now -> new Overview(now, infos(now), workers.live(), memory));
    }

    @Override
    public Optional<QueueInfo> info(QueueName name) {
        return state.locked(now -> state.queues().stream().filter(queue -> queue.name.equals(name)).findFirst()
                .map(queue -> info(queue, workers.live(), now)));
    }

    private static QueueInfo info(MemoryQueue queue, List<WorkerInfo> live, Instant now) {
        Map<JobState, Long> counts = new EnumMap<>(JobState.class);
        COUNTED.forEach(state -> counts.put(state, 0L));
        Map<Priority, Long> priorities = new EnumMap<>(Priority.class);
        for (Priority priority : Priority.values()) {
            priorities.put(priority, 0L);
        }
        long kept = 0;
        Instant oldest = now;
        for (MemoryJob job : queue.jobs()) {
            if (job.place == Place.FINISHED) {
                kept++;
                continue;
            }
            counts.merge(job.state(), 1L, Long::sum);
            if (job.inLine()) {
                priorities.merge(job.id.priority(), 1L, Long::sum);
                oldest = job.queuedAt.isBefore(oldest) ? job.queuedAt : oldest;
            }
        }
        Map<JobState, Long> totals = new EnumMap<>(JobState.class);
        TOTALLED.forEach(state -> totals.put(state, queue.counts().total(state.label())));
        int serving = (int) live.stream().filter(worker -> worker.queues().contains(queue.name)).count();
        long failures = queue.counts().total("failed") + queue.counts().total("lost") + queue.counts().total("dead");
        return new QueueInfo(queue.name, queue.paused, counts, totals, failures, kept, Duration.between(oldest, now),
                queue.overdue(now), priorities, queue.counts().history(now, QueueInfo.RECENT_MINUTES), serving,
                queue.createdAt);
    }

    @Override
    public long due(QueueName name, Duration within) {
        return state.onQueue(name, (queue, now) -> queue.dueBy(now.plus(within)));
    }

    @Override
    public Instant time(QueueName name) {
        return state.locked(now -> now);
    }

    @Override
    public void pause(QueueName name) {
        state.onMadeQueue(name, (queue, now) -> {
            queue.paused = true;
            return queue.name;
        });
    }

    @Override
    public void resume(QueueName name) {
        state.onMadeQueue(name, (queue, now) -> {
            queue.wake();
            queue.paused = false;
            return queue.name;
        });
    }

    @Override
    public QueueSettings settings(QueueName name) {
        return state.onQueue(name, (queue, now) -> queue.settings());
    }

    @Override
    public QueueSettings change(QueueName name, SettingsChange change) {
        return state.onMadeQueue(name, (queue, now) -> {
            queue.settings(change.on(queue.settings()), now);
            return queue.settings();
        });
    }

    @Override
    public long purge(QueueName name, LongConsumer progress) {
        long purged = state.onQueue(name, (queue, now) -> {
            List<JobId> inLine = queue.jobs().stream().filter(MemoryJob::inLine).map(job -> job.id).toList();
            inLine.forEach(id -> queue.cancel(id, now));
            return (long) inLine.size();
        });
        if (purged > 0) {
            progress.accept(purged);
        }
        return purged;
    }

    @Override
    public QueueDeletion delete(QueueName name, boolean drop) {
        return state.locked(now -> {
            Optional<MemoryQueue> found = state.queues().stream().filter(queue -> queue.name.equals(name)).findFirst();
            if (found.isEmpty()) {
                return new QueueDeletion(QueueDeletion.Result.UNKNOWN, Map.of());
            }
            Map<JobState, Long> jobs = info(found.get(), List.of(), now).counts();
            QueueDeletion refused = new QueueDeletion(QueueDeletion.Result.NOT_EMPTY, jobs);
            boolean runs = jobs.getOrDefault(JobState.RUNNING, 0L) > 0;
            if (runs || (!drop && refused.count() > 0)) {
                return refused;
            }
            state.queues().remove(found.get());
            return new QueueDeletion(QueueDeletion.Result.DELETED, jobs);
        });
    }

    @Override
    public List<MinuteCounts> history(QueueName name, int minutes) {
        if (minutes < 1 || minutes > 1440) {
            throw new InvalidInput("minutes", "must be 1 to 1440, was " + minutes);
        }
        return state.onQueue(name, (queue, now) -> queue.counts().history(now, minutes));
    }
}
