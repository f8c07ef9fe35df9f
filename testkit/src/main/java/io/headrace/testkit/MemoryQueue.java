package io.headrace.testkit;

import io.headrace.BacklogFull;
import io.headrace.History;
import io.headrace.Idempotency;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.broker.Claim;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Lease;
import io.headrace.broker.LinePosition;
import io.headrace.broker.MoveResult;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.Token;
import io.headrace.broker.Verdict;
import io.headrace.broker.WriteResult;
import io.headrace.testkit.MemoryJob.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One queue and everything that can be asked of it. A job leaves the place that it is in and is put into another in one
 * call, so it is always in exactly one. Everything is guarded by the broker's lock.
 */
final class MemoryQueue {
    final QueueName name;
    final Instant createdAt;
    boolean paused;

    private final Consumer<JobId> changed;
    private final Consumer<JobId> cancelled;
    private final MemoryMoves moves;
    private final MemoryIdempotency idempotency = new MemoryIdempotency();
    private long fence;
    private long lastMillis;
    private long lastSequence;

    MemoryQueue(QueueName name, Instant createdAt, Consumer<JobId> changed, Consumer<JobId> cancelled) {
        this.name = name;
        this.createdAt = createdAt;
        this.changed = changed;
        this.moves = new MemoryMoves(changed);
        this.cancelled = cancelled;
    }

    Submission enqueue(NewJob asked, Instant now) {
        Instant due = asked.delay() == null ? asked.runAt() : now.plus(asked.delay());
        boolean later = due != null && due.isAfter(now);
        JobState state = later ? JobState.SCHEDULED : JobState.QUEUED;
        Idempotency idem = asked.idempotency();
        Optional<Submission> before = idempotency.before(idem, state, now);
        if (before.isPresent()) {
            return before.get();
        }
        JobId holder = asked.spec().unique().map(moves.unique::get).orElse(null);
        if (holder != null) {
            idempotency.remember(idem, holder, Submission.Kind.DUPLICATE, now);
            if (asked.awaited()) {
                await(holder, now);
            }
            return new Submission(Submission.Kind.DUPLICATE, holder, state);
        }
        if (moves.settings.maxBacklog() > 0 && queued() >= moves.settings.maxBacklog()) {
            throw new BacklogFull(name, moves.settings.maxBacklog(), Duration.ofSeconds(1));
        }
        JobId id = nextId(asked.priority(), later, now);
        MemoryJob job = new MemoryJob(id, JobDocument.of(asked.spec()));
        moves.jobs.put(id, job);
        if (asked.awaited()) {
            await(id, now);
        }
        asked.spec().unique().ifPresent(key -> moves.unique.put(key, id));
        idempotency.remember(idem, id, Submission.Kind.REPLAYED, now);
        if (due != null && later) {
            moves.rest(job, Place.SCHEDULED, due);
        } else {
            moves.line(job, now);
        }
        return new Submission(Submission.Kind.ACCEPTED, id, state);
    }

    private JobId nextId(Priority priority, boolean scheduled, Instant now) {
        lastSequence = now.toEpochMilli() == lastMillis ? lastSequence + 1 : 0;
        lastMillis = now.toEpochMilli();
        return new JobId(name, priority, scheduled, lastMillis, lastSequence);
    }

    Claim claim(ClaimRequest request, Instant now) {
        moves.promote(now);
        List<ClaimedJob> claimed = new ArrayList<>();
        if (!paused) {
            request.order().forEach(priority -> claim(Place.RELEASED, priority, request, now, claimed));
            request.order().forEach(priority -> claim(Place.LINE, priority, request, now, claimed));
        }
        return new Claim(claimed, moves.places.nextDue().map(due -> Duration.between(now, due)));
    }

    private void claim(Place place, Priority priority, ClaimRequest request, Instant now, List<ClaimedJob> claimed) {
        Optional<MemoryJob> next = moves.places.first(place, priority);
        while (next.isPresent() && claimed.size() < request.max()) {
            MemoryJob job = next.get();
            moves.places.leave(job);
            claimed.add(job.claim(request, ++fence, now));
            changed.accept(job.id);
            next = moves.places.first(place, priority);
        }
    }

    /** Whether a claim of every priority would find something. */
    boolean hasSomethingToClaim(Instant now) {
        return !paused && (due(now) || jobs().stream().anyMatch(MemoryJob::inLine));
    }

    List<ClaimedJob> reclaim(ClaimRequest request, boolean lastChance, Instant now) {
        List<MemoryJob> silent = jobs().stream()
                .filter(job -> job.silent(now) && request.order().contains(job.id.priority()))
                .sorted(Comparator.comparing((MemoryJob job) -> job.heardAt).thenComparing(job -> job.id))
                .toList();
        List<ClaimedJob> claimed = new ArrayList<>();
        boolean last = lastChance;
        for (MemoryJob job : silent) {
            boolean onLast = job.deliveries + 1 == Token.MAX_DELIVERIES;
            if (claimed.size() == request.max() || (onLast && !last)) {
                continue;
            }
            last = last && !onLast;
            job.loseWorker(now);
            moves.counts.add("lost", now);
            claimed.add(job.claim(request, ++fence, now));
            changed.accept(job.id);
        }
        return claimed;
    }

    WriteResult settle(Verdict verdict, Instant now) {
        MemoryJob job = job(verdict.lease().job());
        MemoryJob.Settled settled = new MemoryJob.Settled(verdict.lease(), verdict.move());
        if (job == null || !job.heldUnder(verdict.lease())) {
            return job != null && settled.equals(job.settled) ? WriteResult.RECORDED : WriteResult.LEASE_LOST;
        }
        job.settled = settled;
        switch (verdict.move()) {
            case FINISH -> moves.finish(job, verdict.document(), now);
            case RETRY -> {
                moves.counts.add("failed", now);
                putDown(job, Place.RETRYING, verdict, now);
            }
            case PARK -> putDown(job, Place.PARKED, verdict, now);
            case BURY -> moves.bury(job, verdict.document(), now);
            case RELEASE -> moves.release(job, now);
        }
        return WriteResult.RECORDED;
    }

    private void putDown(MemoryJob job, Place place, Verdict verdict, Instant now) {
        job.document = verdict.document();
        moves.rest(job, place, job.cancelAsked ? now : now.plus(verdict.delay()));
    }

    /** Notes that somebody waits for the end of this job. */
    void await(JobId id, Instant now) {
        MemoryJob job = job(id);
        if (job != null) {
            moves.records.awaited(job, now);
        }
    }

    /** The job, or null when it is not on record, not even for somebody who waited for it. */
    @Nullable
    MemoryJob onRecord(JobId id, Instant now) {
        MemoryJob held = moves.records.held(id, now);
        return held == null ? job(id) : held;
    }

    MoveResult cancel(JobId id, Instant now) {
        MemoryJob job = onRecord(id, now);
        if (job == null) {
            return MoveResult.NOT_FOUND;
        }
        if (job.place == Place.RUNNING) {
            job.cancelAsked = true;
            cancelled.accept(id);
            changed.accept(id);
            return MoveResult.REQUESTED;
        }
        if (job.state().terminal()) {
            return MoveResult.WRONG_STATE;
        }
        moves.places.leave(job);
        moves.cancel(job, now);
        return MoveResult.DONE;
    }

    /**
     * @param payload null leaves the job's own
     * @param due null puts it in line
     */
    MoveResult retry(JobId id, @Nullable Json payload, @Nullable Instant due, Instant now) {
        MemoryJob job = job(id);
        if (job == null || job.place != Place.DEAD) {
            return job == null ? MoveResult.NOT_FOUND : MoveResult.WRONG_STATE;
        }
        String key = job.document.spec().uniqueKey();
        if (key != null && moves.unique.containsKey(key)) {
            return MoveResult.DUPLICATE;
        }
        if (key != null) {
            moves.unique.put(key, id);
        }
        History history = job.document.history().reopened();
        job.document = (payload == null ? job.document : job.document.withPayload(payload)).with(history);
        moves.places.leave(job);
        if (due == null) {
            moves.line(job, now);
        } else {
            moves.rest(job, Place.RETRYING, due);
        }
        return MoveResult.DONE;
    }

    /** Where a job stands in line. */
    Optional<LinePosition> position(JobId id) {
        MemoryJob job = job(id);
        if (job == null || !job.inLine()) {
            return Optional.empty();
        }
        return Optional.of(new LinePosition(moves.places.ahead(job), false));
    }

    /** How many scheduled and retrying jobs fall due by then. */
    long dueBy(Instant by) {
        return moves.places.dueBy(by);
    }

    MoveResult runNow(JobId id, Instant now) {
        MemoryJob job = job(id);
        if (job == null || !job.atRest()) {
            return job == null ? MoveResult.NOT_FOUND : MoveResult.WRONG_STATE;
        }
        moves.places.leave(job);
        moves.line(job, now);
        return MoveResult.DONE;
    }

    MoveResult deleteDead(JobId id) {
        MemoryJob job = job(id);
        if (job == null || job.place != Place.DEAD) {
            return job == null ? MoveResult.NOT_FOUND : MoveResult.WRONG_STATE;
        }
        moves.drop(job);
        changed.accept(id);
        return MoveResult.DONE;
    }

    /** The running job of this lease, or null when the lease has moved on. */
    @Nullable
    MemoryJob held(Lease lease) {
        MemoryJob job = job(lease.job());
        return job != null && job.heldUnder(lease) ? job : null;
    }

    /** Makes a job at rest fall due earlier; it stays at rest. */
    void makeDue(JobId id, Instant now) {
        MemoryJob job = job(id);
        if (job == null || !job.atRest()) {
            throw new IllegalArgumentException("not at rest: " + id);
        }
        moves.places.leave(job);
        moves.places.rest(job, job.place, now);
        moves.wake();
    }

    Lookup look(JobId id, Instant now) {
        MemoryJob job = onRecord(id, now);
        return job == null ? moves.records.missing(id) : Lookup.found(job.seen());
    }

    /** How long ago the first of the jobs at rest fell due. */
    Duration overdue(Instant now) {
        return moves.places.due(now).map(job -> Duration.between(job.dueAt, now)).orElse(Duration.ZERO);
    }

    /** Whether jobs at rest have fallen due. */
    boolean due(Instant now) {
        return moves.places.due(now).isPresent();
    }

    /** Every job on record, in whatever place. */
    Collection<MemoryJob> jobs() {
        return moves.jobs.values();
    }

    /** The job wherever it is, or null. */
    @Nullable
    MemoryJob job(JobId id) {
        return moves.jobs.get(id);
    }

    MemoryCounts counts() {
        return moves.counts;
    }

    QueueSettings settings() {
        return moves.settings;
    }

    /** What exceeds new bounds is dropped at once. */
    void settings(QueueSettings settings, Instant now) {
        moves.settings = settings;
        moves.trim(now);
    }

    /** Drops what has passed its time. */
    void trim(Instant now) {
        moves.trim(now);
        idempotency.trim(now);
    }

    private long queued() {
        return jobs().stream().filter(MemoryJob::inLine).count();
    }

    /** Leaves a hint for who waits for work. */
    void wake() {
        moves.wake();
    }

    boolean takeWakeUp() {
        return moves.takeWakeUp();
    }
}
