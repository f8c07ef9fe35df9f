package io.headrace.testkit;

import io.headrace.BrokerUnavailable;
import io.headrace.DeathCause;
import io.headrace.Durability;
import io.headrace.Failure;
import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.JobLog;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.access.AccessStore;
import io.headrace.broker.BrokerOperator;
import io.headrace.broker.SettingsChange;
import io.headrace.broker.Steer;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.testkit.MemoryJob.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The operator's view of an {@link InMemoryBroker}. Every method is one step under the broker's lock. */
final class InMemoryOperator implements BrokerOperator {
    private static final List<JobState> TOTALLED = List.of(JobState.SUCCEEDED, JobState.CANCELLED, JobState.EXPIRED,
            JobState.DEAD);
    private static final List<JobState> COUNTED = List.of(JobState.QUEUED, JobState.RUNNING, JobState.SCHEDULED,
            JobState.RETRYING, JobState.PARKED, JobState.DEAD);

    private static final List<Priority> LEVELS = List.of(Priority.values());

    private final MemoryState state;
    private final MemoryWorkers workers;
    private final AccessStore access;

    InMemoryOperator(MemoryState state, MemoryWorkers workers) {
        this.state = state;
        this.workers = workers;
        this.access = new MemoryAccess(state);
    }

    @Override
    public AccessStore access() {
        return access;
    }

    @Override
    public List<QueueName> names() {
        return state.locked(now -> state.queues().stream().map(queue -> queue.name).toList());
    }

    @Override
    public List<QueueInfo> queues(Collection<QueueName> names) {
        return state.locked(now -> infos(now).stream().filter(info -> names.contains(info.queue())).toList());
    }

    private List<QueueInfo> infos(Instant now) {
        return state.queues().stream().map(queue -> info(queue, now)).toList();
    }

    /** The memory of this process stands for that of a server. */
    @Override
    public Overview overview() {
        Runtime runtime = Runtime.getRuntime();
        Memory memory = new Memory(runtime.totalMemory() - runtime.freeMemory(), runtime.maxMemory());
        return state.locked(now -> new Overview(now, infos(now), workers(now), memory));
    }

    @Override
    public Optional<QueueInfo> queue(QueueName name) {
        return state.locked(now -> state.queues().stream().filter(queue -> queue.name.equals(name)).findFirst()
                .map(queue -> info(queue, now)));
    }

    private QueueInfo info(MemoryQueue queue, Instant now) {
        Map<JobState, Long> counts = new EnumMap<>(JobState.class);
        COUNTED.forEach(state -> counts.put(state, 0L));
        Map<Priority, Long> priorities = new EnumMap<>(Priority.class);
        LEVELS.forEach(priority -> priorities.put(priority, 0L));
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
        int serving = (int) workers.live(now).stream().filter(w -> w.queues().contains(queue.name)).count();
        long failures = queue.counts().total("failed") + queue.counts().total("lost") + queue.counts().total("dead");
        return new QueueInfo(queue.name, queue.paused, counts, totals, failures, kept, Duration.between(oldest, now),
                queue.overdue(now), priorities, queue.counts().history(now, QueueInfo.RECENT_MINUTES), serving,
                queue.createdAt);
    }

    @Override
    public Page jobs(Query query) {
        Position after = query.cursor() == null ? null : Position.parse(query.state(), query.cursor());
        return state.onQueue(query.queue(), (queue, now) -> {
            List<MemoryJob> found = queue.jobs().stream()
                    .filter(job -> job.state() == query.state() && matches(query, job) && inTime(query, job))
                    .filter(job -> after == null || Position.of(job).compareTo(after) > 0)
                    .sorted(Comparator.comparing(Position::of))
                    .limit(query.limit() + 1L).toList();
            int fit = fit(found, query.limit());
            boolean more = found.size() > fit;
            List<MemoryJob> page = more ? found.subList(0, fit) : found;
            return new Page(page.stream().map(MemoryJob::seen).toList(),
                    more ? Optional.of(Position.of(page.get(page.size() - 1)).cursor(query.state()))
                            : Optional.empty());
        });
    }

    private static int fit(List<MemoryJob> found, int limit) {
        long bytes = 0;
        int fit = 0;
        while (fit < Math.min(limit, found.size()) && bytes < Page.MAX_BYTES) {
            bytes += found.get(fit++).document.bytes().length;
        }
        return fit;
    }

    private static boolean matches(Query query, MemoryJob job) {
        Failure failure = job.document.history().error();
        return (query.type() == null || query.type().equals(job.document.spec().type()))
                && (query.error() == null || (failure != null && failure.type().toLowerCase(Locale.ROOT)
                        .contains(query.error().toLowerCase(Locale.ROOT))));
    }

    private static boolean inTime(Query query, MemoryJob job) {
        Instant time = switch (job.place) {
            case LINE, RELEASED, RUNNING -> job.queuedAt;
            case SCHEDULED, RETRYING, PARKED -> job.dueAt;
            case DEAD -> job.diedAt();
            case FINISHED -> job.id.createdAt();
        };
        return time.toEpochMilli() >= query.fromMs() && time.toEpochMilli() < query.toMs();
    }

    @Override
    public DeadPage dead(QueueName name, @Nullable String cursor, int limit) {
        Page page = jobs(new Query(name, JobState.DEAD, null, null, cursor, limit));
        return state.onQueue(name, (queue, now) -> new DeadPage(page.jobs().stream()
                .flatMap(job -> Optional.ofNullable(queue.job(job.id())).stream())
                .map(job -> new DeadJob(job.id, job.diedAt(), new DeathCause(job.document.spec().type(),
                        withoutStack(job.document.history().error()))))
                .toList(), page.next()));
    }

    private static @Nullable Failure withoutStack(@Nullable Failure failure) {
        return failure == null ? null : new Failure(failure.type(), failure.message(), null);
    }

    /** Where a job stands in the listing of its state; a cursor is the position of the last job that was shown. */
    private record Position(long first, long second, long third) implements Comparable<Position> {
        private static final Comparator<Position> ORDER = Comparator.comparingLong(Position::first)
                .thenComparingLong(Position::second).thenComparingLong(Position::third);

        static Position of(MemoryJob job) {
            return switch (job.place) {
                case RELEASED -> new Position(-1, LEVELS.indexOf(job.id.priority()), job.entry);
                case LINE -> new Position(0, LEVELS.indexOf(job.id.priority()), job.entry);
                case RUNNING -> new Position(0, 0, job.entry);
                case SCHEDULED, RETRYING, PARKED -> new Position(job.dueAt.toEpochMilli(), job.id.millis(),
                        job.id.sequence());
                case DEAD, FINISHED -> new Position(-job.ended, 0, 0);
            };
        }

        static Position parse(JobState state, String cursor) {
            String[] parts = cursor.split(":", -1);
            try {
                if (parts.length == 4 && parts[0].equals(state.label())) {
                    return new Position(Long.parseLong(parts[1]), Long.parseLong(parts[2]), Long.parseLong(parts[3]));
                }
            } catch (NumberFormatException e) {
                // refused below, like a cursor of another state
            }
            throw new InvalidInput("cursor", "must come from an earlier page of the same state");
        }

        String cursor(JobState state) {
            return state.label() + ':' + first + ':' + second + ':' + third;
        }

        @Override
        public int compareTo(Position other) {
            return ORDER.compare(this, other);
        }
    }

    @Override
    public JobLog log(JobId id, long from, int limit) {
        return state.onQueue(id.queue(), (queue, now) -> {
            MemoryJob job = queue.onRecord(id, now);
            return (job == null ? new MemoryJobLog() : job.log).read(from, limit);
        });
    }

    @Override
    public Answer cancel(JobId id) {
        return state.onQueue(id.queue(), (queue, now) -> queue.cancel(id, now));
    }

    @Override
    public List<Answer> retry(List<JobId> ids) {
        return ids.stream().map(id -> state.<Answer>onQueue(id.queue(), (queue, now) -> {
            Answer moved = queue.runNow(id, now);
            return moved == Answer.WRONG_STATE ? queue.requeue(id, null, null, now) : moved;
        })).toList();
    }

    @Override
    public Answer retry(JobId id, Json payload, int maxPayload) {
        payload.within(maxPayload);
        return state.onQueue(id.queue(), (queue, now) -> queue.requeue(id, payload, null, now));
    }

    @Override
    public Retried retry(QueueName name, List<JobId> ids, @Nullable Pace pace) {
        if (!ids.stream().allMatch(id -> id.queue().equals(name))) {
            throw new InvalidInput("ids", "must all be of the queue '" + name + "'");
        }
        return state.onQueue(name, (queue, now) -> requeue(queue, ids, pace, now));
    }

    /** Puts dead jobs in line, or down to fall due one after another. */
    private static Retried requeue(MemoryQueue queue, List<JobId> ids, @Nullable Pace pace, Instant now) {
        Instant start = pace == null || pace.startAt() == null || pace.startAt().isBefore(now) ? now : pace.startAt();
        double dueMs = start.toEpochMilli();
        List<Answer> answers = new ArrayList<>();
        for (JobId id : ids) {
            Answer answer = queue.requeue(id, null, pace == null ? null : Instant.ofEpochMilli((long) dueMs), now);
            answers.add(answer == Answer.NOT_FOUND ? Answer.WRONG_STATE : answer);
            dueMs += answer == Answer.DONE && pace != null ? 1000 / pace.perSecond() : 0;
        }
        return new Retried(answers, Instant.ofEpochMilli(Math.round(dueMs)));
    }

    @Override
    public Optional<Spot> spot(JobId id) {
        return state.onQueue(id.queue(), (queue, now) -> queue.spot(id));
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
    public boolean steer(WorkerId worker, Steer wish) {
        return state.locked(now -> workers.wish(worker, wish, now));
    }

    @Override
    public Answer runNow(JobId id) {
        return state.onQueue(id.queue(), (queue, now) -> queue.runNow(id, now));
    }

    @Override
    public List<Answer> deleteDead(List<JobId> ids) {
        return ids.stream().map(id -> state.<Answer>onQueue(id.queue(), (queue, now) -> queue.deleteDead(id)))
                .toList();
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
    public void settings(QueueName name, QueueSettings settings) {
        state.onMadeQueue(name, (queue, now) -> {
            queue.settings(settings, now);
            return settings;
        });
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
    public Deletion delete(QueueName name, boolean drop) {
        return state.locked(now -> {
            Optional<MemoryQueue> found = state.queues().stream().filter(queue -> queue.name.equals(name)).findFirst();
            if (found.isEmpty()) {
                return new Deletion(Deletion.Outcome.UNKNOWN, Map.of());
            }
            Map<JobState, Long> jobs = info(found.get(), now).counts();
            Deletion refused = new Deletion(Deletion.Outcome.NOT_EMPTY, jobs);
            boolean runs = jobs.getOrDefault(JobState.RUNNING, 0L) > 0;
            if (runs || (!drop && refused.count() > 0)) {
                return refused;
            }
            state.queues().remove(found.get());
            return new Deletion(Deletion.Outcome.DELETED, jobs);
        });
    }

    @Override
    public List<WorkerInfo> workers() {
        return state.locked(this::workers);
    }

    private List<WorkerInfo> workers(Instant now) {
        return workers.live(now).stream()
                .sorted(Comparator.comparing(WorkerInfo::startedAt).thenComparing(worker -> worker.id().value()))
                .toList();
    }

    @Override
    public Optional<String> readiness() {
        try {
            return state.locked(now -> Optional.empty());
        } catch (BrokerUnavailable e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    @Override
    public void require(Durability durability) {
        state.locked(now -> {
            MemoryState.require(durability);
            return durability;
        });
    }

    @Override
    public List<Minute> history(QueueName name, int minutes) {
        if (minutes < 1 || minutes > 1440) {
            throw new InvalidInput("minutes", "must be 1 to 1440, was " + minutes);
        }
        return state.onQueue(name, (queue, now) -> queue.counts().history(now, minutes));
    }
}
