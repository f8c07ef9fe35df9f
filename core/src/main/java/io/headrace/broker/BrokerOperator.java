package io.headrace.broker;

import io.headrace.BrokerUnavailable;
import io.headrace.DeathCause;
import io.headrace.Durability;
import io.headrace.DurabilityUnavailable;
import io.headrace.Durations;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobLog;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.access.AccessStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What people and dashboards need: looking at queues and changing what happens to jobs. Thread-safe; every method
 * blocks for a bounded number of round trips and throws {@link BrokerUnavailable} when the broker cannot be reached.
 */
public interface BrokerOperator {
    /** What became of one job that somebody wanted to move. */
    enum Answer {
        /** Done. */
        DONE,
        /** It is running: its worker was told and will stop it; the job then ends as cancelled. Only for cancel. */
        REQUESTED,
        /** The job is in a state from which this move is not possible. Nothing was changed. */
        WRONG_STATE,
        /** Another unfinished job has the same uniqueness key. Nothing was changed. Only for retry. */
        DUPLICATE,
        /** No such job, or no longer on record. */
        NOT_FOUND
    }

    /**
     * A page of jobs.
     *
     * @param next the cursor of the next page, empty at the end; a page may be short or empty and still have a next one
     *            when few of the jobs looked at match the filter, or when its jobs are large: it ends with the one
     *            whose stored document brings it to {@value #MAX_BYTES} bytes
     */
    record Page(List<Job> jobs, Optional<String> next) {
        /** How many bytes of stored documents a page may reach before it ends. */
        public static final int MAX_BYTES = 1024 * 1024;

        public Page {
            jobs = List.copyOf(jobs);
        }
    }

    /**
     * Which jobs. Queued and running jobs come in their order of delivery, oldest first; scheduled, retrying and parked
     * ones by due time, soonest first; ended ones newest first (cancelled jobs still in line come before the others).
     *
     * @param state required: a queue keeps each state in a place of its own
     * @param type only this type, or null
     * @param error only jobs whose error type contains this text, ignoring case, or null
     * @param from only jobs from this instant on, or null. It counts when queued and running jobs came into line, when
     *            scheduled, retrying and parked ones fall due, when dead ones died, and when those that ended otherwise
     *            were accepted: what their lists are ordered by, so that nothing else is looked at
     * @param to only jobs before this instant, or null
     * @param cursor from an earlier page with the same filter, or null
     * @param limit 1 to 1000
     */
    record Query(QueueName queue, JobState state, @Nullable JobType type, @Nullable String error,
            @Nullable Instant from, @Nullable Instant to, @Nullable String cursor, int limit) {
        public Query {
            if (limit < 1 || limit > 1000) {
                throw new InvalidInput("limit", "must be 1 to 1000, was " + limit);
            }
            if (from != null && to != null && !from.isBefore(to)) {
                throw new InvalidInput("to", "must be after from");
            }
        }

        /** Of any time. */
        public Query(QueueName queue, JobState state, @Nullable JobType type, @Nullable String error,
                @Nullable String cursor, int limit) {
            this(queue, state, type, error, null, null, cursor, limit);
        }

        /** The first millisecond that is looked for. */
        public long fromMs() {
            return from == null ? 0 : ceiling(from);
        }

        /** The first millisecond that is not looked for any more. */
        public long toMs() {
            return to == null ? Long.MAX_VALUE : ceiling(to);
        }

        private static long ceiling(Instant instant) {
            return Math.max(0, instant.plusNanos(999_999).toEpochMilli());
        }
    }

    /** Who may do what, and who did what. */
    AccessStore access();

    /** The names of all queues, in order. Cost: one command. */
    List<QueueName> names();

    /** Those of these queues that exist, by name. Cost: one script a queue, whatever their depth. */
    List<QueueInfo> queues(Collection<QueueName> names);

    /** Each queue there is, by name. */
    default List<QueueInfo> queues() {
        return queues(names());
    }

    /**
     * All queues, all workers and the memory of the broker at one glance. Cost: as {@link #queues()} and
     * {@link #workers()}.
     */
    Overview overview();

    /** One queue, empty when it was never used. */
    Optional<QueueInfo> queue(QueueName queue);

    /**
     * A page of jobs; looks at no more than a few thousand.
     *
     * @throws InvalidInput when the cursor was not made by this method for the same state
     */
    Page jobs(Query query);

    /**
     * The lines a job's handler has written from line number {@code from} on, at most {@code limit}; lines no longer
     * kept are passed over. Empty for a job that wrote none, or is not there.
     */
    JobLog log(JobId id, long from, int limit);

    /**
     * Ends a job that has not ended: at once when it is at rest or in line, through its worker when it runs. The wish
     * outlives the attempt: when that fails, or its worker goes silent, the job is handed out next as
     * {@link ClaimedJob#cancelled()}, without delay; when it succeeds or is buried first, that is its end.
     */
    Answer cancel(JobId id);

    /**
     * Puts dead jobs back in line, with their history and a fresh set of retries; a retrying, scheduled or parked job
     * becomes due now.
     *
     * @return an answer for each, in order
     */
    List<Answer> retry(List<JobId> ids);

    /**
     * The same for one dead job, with another payload of {@value NewJob#MAX_PAYLOAD} bytes at most.
     *
     * @throws InvalidInput when it is larger
     */
    default Answer retry(JobId id, Json payload) {
        return retry(id, payload, NewJob.MAX_PAYLOAD);
    }

    /** The same with another limit, in bytes. */
    Answer retry(JobId id, Json payload, int maxPayload);

    /**
     * Puts many dead jobs of one queue back in line, or down as retrying so that they fall due one after another, with
     * their history and a fresh set of retries. Jobs that are not dead stay as they are. A few round trips for hundreds
     * of jobs.
     *
     * @param pace null puts them in line at once
     */
    Retried retry(QueueName queue, List<JobId> ids, @Nullable Pace pace);

    /**
     * How fast jobs fall due.
     *
     * @param perSecond 0.01 to 10,000
     * @param startAt when the first one does, null or in the past: now
     */
    record Pace(double perSecond, @Nullable Instant startAt) {
        /** @throws InvalidInput when a bound is passed */
        public Pace {
            if (!(perSecond >= 0.01 && perSecond <= 10_000)) {
                throw new InvalidInput("pace", "must be 0.01 to 10000 jobs a second, was " + perSecond);
            }
        }
    }

    /**
     * What became of jobs that were to be requeued.
     *
     * @param answers for each, in order
     * @param nextAt when the next one would fall due at the same pace
     */
    record Retried(List<Answer> answers, Instant nextAt) {
        public Retried {
            answers = List.copyOf(answers);
        }
    }

    /** Makes a scheduled, retrying or parked job due now. */
    Answer runNow(JobId id);

    /**
     * Deletes dead jobs for ever; their look-up answers {@link Lookup.Kind#GONE} from then on.
     *
     * @return an answer for each, in order; {@code WRONG_STATE} for those not dead
     */
    List<Answer> deleteDead(List<JobId> ids);

    /**
     * A page of dead jobs, newest first, of each only as much as tells why it died.
     *
     * @param cursor from an earlier page, or null
     * @param limit 1 to 1000
     * @throws InvalidInput when the cursor was not made by this method
     */
    DeadPage dead(QueueName queue, @Nullable String cursor, int limit);

    /** Dead jobs in brief; {@code next} is the cursor of the next page, empty at the end. */
    record DeadPage(List<DeadJob> jobs, Optional<String> next) {
        public DeadPage {
            jobs = List.copyOf(jobs);
        }
    }

    /** One dead job in brief. */
    record DeadJob(JobId id, Instant diedAt, DeathCause outline) {}

    /**
     * Where a job stands in line: counted as long as few are ahead, else estimated from the times at which they came
     * in. Empty when it does not wait in line.
     */
    Optional<Spot> spot(JobId id);

    /**
     * A place in line.
     *
     * @param ahead how many jobs of the same priority are handed out before it
     * @param approximate whether that is an estimate
     */
    record Spot(long ahead, boolean approximate) {}

    /** How many scheduled and retrying jobs are due, or fall due within so long. */
    long due(QueueName queue, Duration within);

    /** The broker's clock, as the queue sees it. */
    Instant time(QueueName queue);

    /** Stops a queue from being claimed; what runs goes on. Creates the queue if need be. */
    void pause(QueueName queue);

    /** Undoes {@link #pause}. */
    void resume(QueueName queue);

    /** The settings of a queue; defaults where nothing was set. */
    QueueSettings settings(QueueName queue);

    /** Replaces the settings of a queue. Creates the queue if need be. */
    void settings(QueueName queue, QueueSettings settings);

    /**
     * Sets what the change names and leaves the rest, which others may be changing at the same time. Creates the queue
     * if need be.
     *
     * @return what holds now
     */
    QueueSettings change(QueueName queue, SettingsChange change);

    /**
     * Cancels every job in line at the time of the call, in batches; running jobs and jobs at rest stay.
     *
     * @param progress told the number cancelled so far after each batch
     * @return how many were cancelled
     */
    long purge(QueueName queue, LongConsumer progress);

    /**
     * Deletes a queue and all that is known of it: settings, counters, history, what is on record of jobs that ended.
     * While a job runs, or, unless {@code drop}, while one is in line, at rest or dead, nothing is changed. Its next
     * job or setting creates it anew; submissions that come meanwhile create it right after, or fail with
     * {@link BrokerUnavailable} while it lasts. Cost: one look at each key of the server.
     *
     * @param drop whether jobs in line, at rest and dead go with it, without a record
     */
    Deletion delete(QueueName queue, boolean drop);

    /**
     * What became of a queue that was to be deleted.
     *
     * @param jobs how many were queued, running, scheduled, retrying, parked, dead at that instant; empty when there is
     *         no such queue
     */
    record Deletion(Outcome outcome, Map<JobState, Long> jobs) {
        /** Whether it is gone. */
        public enum Outcome {
            /** It is, and so are its jobs. */
            DELETED,
            /** Jobs are in it that are to stay. Nothing was changed. */
            NOT_EMPTY,
            /** There is no such queue. */
            UNKNOWN
        }

        public Deletion {
            jobs = Map.copyOf(jobs);
        }

        /** How many jobs that is together. */
        public long count() {
            return jobs.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** The workers whose heartbeat is recent, oldest first. */
    List<WorkerInfo> workers();

    /**
     * Tells a worker to claim nothing more, or to claim again; it obeys within a second or two. What it runs goes on.
     * The last word counts, be it this or a signal to its process.
     *
     * @return whether such a worker lives
     */
    boolean steer(WorkerId worker, Steer wish);

    /**
     * Checks that a job could be stored now: connected, not read-only, memory not full.
     *
     * @return empty when it could, else the reason in words for people
     */
    Optional<String> readiness();

    /**
     * Checks that submissions could be given this durability now.
     *
     * @throws DurabilityUnavailable when they could not, saying why
     */
    void require(Durability durability);

    /** What happened in each of the last minutes, the present one included, oldest first. {@code minutes} 1 to 1440. */
    List<Minute> history(QueueName queue, int minutes);

    /**
     * Counters of one minute by name: jobs that ended as succeeded, dead, cancelled or expired, and attempts that
     * failed and will be retried or were lost. A name that is missing counts zero.
     */
    record Minute(Instant start, Map<String, Long> counts) {
        public Minute {
            counts = Map.copyOf(counts);
        }
    }

    /**
     * Everything at one glance.
     *
     * @param time by the broker's clock
     * @param queues by name
     * @param workers those whose heartbeat is recent, oldest first
     */
    record Overview(Instant time, List<QueueInfo> queues, List<WorkerInfo> workers, Memory memory) {
        public Overview {
            queues = List.copyOf(queues);
            workers = List.copyOf(workers);
        }
    }

    /**
     * The memory of the fullest of the broker's servers: that which is nearest to its limit, or uses most where none
     * has one. It is the first to refuse submissions, however empty the others are.
     *
     * @param usedBytes how much it uses
     * @param maxBytes how much it may use; 0: there is no limit
     */
    record Memory(long usedBytes, long maxBytes) {}

    /**
     * A queue at a glance.
     *
     * @param counts how many jobs are queued, running, scheduled, retrying, parked, dead now
     * @param totals how many have succeeded, were cancelled, expired, died since the queue was created
     * @param failures how many attempts have failed or were lost since then, the last ones of dead jobs included
     * @param kept how many finished jobs can be looked up
     * @param oldestQueuedAge how long the job at the head of the line has waited, zero when none waits
     * @param overdueAge how long ago the first of the jobs at rest fell due, zero when none has; workers put them in
     *            line when they claim, so it grows while none does
     * @param recent the last {@value #RECENT_MINUTES} minutes, the present one included, oldest first; for rates
     * @param workers how many live workers serve it
     * @param createdAt by the broker's clock; the epoch where that is not on record
     */
    record QueueInfo(QueueName queue, boolean paused, Map<JobState, Long> counts, Map<JobState, Long> totals,
            long failures, long kept, Duration oldestQueuedAge, Duration overdueAge, Map<Priority, Long> priorities,
            List<Minute> recent, int workers, Instant createdAt) {
        /** How many minutes {@link #recent()} has. */
        public static final int RECENT_MINUTES = 5;

        public QueueInfo {
            recent = List.copyOf(recent);
            counts = Map.copyOf(counts);
            totals = Map.copyOf(totals);
            priorities = Map.copyOf(priorities);
        }
    }

    /**
     * What an operator can set for a queue.
     *
     * @param maxBacklog submissions are refused while this many jobs are queued, running ones and those at rest not
     *            counted: 0 to a billion, 0 means no limit. It is exact from a second after it was set; what was
     *            submitted before is answered again all the same
     * @param retention how long finished jobs can be looked up, 0 to 365 days; default 24 h
     * @param maxKept how many finished jobs can be looked up at most, 0 to 10 million; default 100,000
     */
    record QueueSettings(long maxBacklog, Duration retention, long maxKept) {
        /** The greatest {@link #maxBacklog}. */
        public static final long MOST_BACKLOG = 1_000_000_000;
        /** The longest {@link #retention}. */
        public static final Duration MAX_RETENTION = Duration.ofDays(365);
        /** The greatest {@link #maxKept}. */
        public static final long MOST_KEPT = 10_000_000;
        /** What holds when nothing was set. */
        public static final QueueSettings DEFAULT = new QueueSettings(0, Duration.ofHours(24), 100_000);

        /** @throws InvalidInput when a bound is passed */
        public QueueSettings {
            if (maxBacklog < 0 || maxBacklog > MOST_BACKLOG) {
                throw new InvalidInput("maxBacklog", "must be 0 (no limit) to " + MOST_BACKLOG + ", was " + maxBacklog);
            }
            if (retention.isNegative() || retention.compareTo(MAX_RETENTION) > 0) {
                throw new InvalidInput("retention", "must be 0s to 365d, was " + Durations.format(retention));
            }
            if (maxKept < 0 || maxKept > MOST_KEPT) {
                throw new InvalidInput("maxKept", "must be 0 to " + MOST_KEPT + ", was " + maxKept);
            }
        }
    }
}
