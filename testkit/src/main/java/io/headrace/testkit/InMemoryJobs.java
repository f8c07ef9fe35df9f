package io.headrace.testkit;

import io.headrace.DeathCause;
import io.headrace.Failure;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobLog;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.DeadJob;
import io.headrace.broker.JobPage;
import io.headrace.broker.JobQuery;
import io.headrace.broker.Jobs;
import io.headrace.broker.LinePosition;
import io.headrace.broker.MoveResult;
import io.headrace.broker.RetryPace;
import io.headrace.broker.RetryResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The jobs of an {@link InMemoryBroker}. Every method is one step under the broker's lock. */
final class InMemoryJobs implements Jobs {
    private static final List<Priority> PRIORITIES = List.of(Priority.values());

    private final MemoryState state;

    InMemoryJobs(MemoryState state) {
        this.state = state;
    }

    @Override
    public JobPage<Job> list(JobQuery query) {
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
            return new JobPage<>(page.stream().map(MemoryJob::seen).toList(),
                    more ? Optional.of(Position.of(page.get(page.size() - 1)).cursor(query.state()))
                            : Optional.empty());
        });
    }

    private static int fit(List<MemoryJob> found, int limit) {
        long bytes = 0;
        int fit = 0;
        while (fit < Math.min(limit, found.size()) && bytes < JobPage.MAX_BYTES) {
            bytes += found.get(fit++).document.bytes().length;
        }
        return fit;
    }

    private static boolean matches(JobQuery query, MemoryJob job) {
        Failure failure = job.document.history().error();
        return (query.type() == null || query.type().equals(job.document.spec().type()))
                && (query.error() == null || (failure != null && failure.type().toLowerCase(Locale.ROOT)
                        .contains(query.error().toLowerCase(Locale.ROOT))));
    }

    private static boolean inTime(JobQuery query, MemoryJob job) {
        Instant time = switch (job.place) {
            case LINE, RELEASED, RUNNING -> job.queuedAt;
            case SCHEDULED, RETRYING, PARKED -> job.dueAt;
            case DEAD -> job.diedAt();
            case FINISHED -> job.id.createdAt();
        };
        return time.toEpochMilli() >= query.fromMs() && time.toEpochMilli() < query.toMs();
    }

    @Override
    public JobPage<DeadJob> dead(QueueName name, @Nullable String cursor, int limit) {
        JobPage<Job> page = list(new JobQuery(name, JobState.DEAD, null, null, cursor, limit));
        return state.onQueue(name, (queue, now) -> new JobPage<>(page.jobs().stream()
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
                case RELEASED -> new Position(-1, PRIORITIES.indexOf(job.id.priority()), job.entry);
                case LINE -> new Position(0, PRIORITIES.indexOf(job.id.priority()), job.entry);
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
    public MoveResult cancel(JobId id) {
        return state.onQueue(id.queue(), (queue, now) -> queue.cancel(id, now));
    }

    @Override
    public List<MoveResult> retry(List<JobId> ids) {
        return ids.stream().map(id -> state.<MoveResult>onQueue(id.queue(), (queue, now) -> {
            MoveResult moved = queue.runNow(id, now);
            return moved == MoveResult.WRONG_STATE ? queue.retry(id, null, null, now) : moved;
        })).toList();
    }

    @Override
    public MoveResult retry(JobId id, Json payload, int maxPayload) {
        payload.within(maxPayload);
        return state.onQueue(id.queue(), (queue, now) -> queue.retry(id, payload, null, now));
    }

    @Override
    public RetryResult retry(QueueName name, List<JobId> ids, @Nullable RetryPace pace) {
        if (!ids.stream().allMatch(id -> id.queue().equals(name))) {
            throw new InvalidInput("ids", "must all be of the queue '" + name + "'");
        }
        return state.onQueue(name, (queue, now) -> retry(queue, ids, pace, now));
    }

    /** Puts dead jobs in line, or down to fall due one after another. */
    private static RetryResult retry(MemoryQueue queue, List<JobId> ids, @Nullable RetryPace pace, Instant now) {
        Instant start = pace == null || pace.startAt() == null || pace.startAt().isBefore(now) ? now : pace.startAt();
        double dueMs = start.toEpochMilli();
        List<MoveResult> answers = new ArrayList<>();
        for (JobId id : ids) {
            MoveResult answer = queue.retry(id, null, pace == null ? null : Instant.ofEpochMilli((long) dueMs), now);
            answers.add(answer == MoveResult.NOT_FOUND ? MoveResult.WRONG_STATE : answer);
            dueMs += answer == MoveResult.DONE && pace != null ? 1000 / pace.perSecond() : 0;
        }
        return new RetryResult(answers, Instant.ofEpochMilli(Math.round(dueMs)));
    }

    @Override
    public Optional<LinePosition> position(JobId id) {
        return state.onQueue(id.queue(), (queue, now) -> queue.position(id));
    }

    @Override
    public MoveResult runNow(JobId id) {
        return state.onQueue(id.queue(), (queue, now) -> queue.runNow(id, now));
    }

    @Override
    public List<MoveResult> deleteDead(List<JobId> ids) {
        return ids.stream().map(id -> state.<MoveResult>onQueue(id.queue(), (queue, now) -> queue.deleteDead(id)))
                .toList();
    }
}
