package io.headrace.testkit;

import io.headrace.BacklogFull;
import io.headrace.BrokerOperator.Answer;
import io.headrace.BrokerOperator.QueueSettings;
import io.headrace.BrokerOperator.Spot;
import io.headrace.Claim;
import io.headrace.ClaimRequest;
import io.headrace.ClaimedJob;
import io.headrace.Idempotency;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.Lease;
import io.headrace.Level;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.Run;
import io.headrace.Settlement;
import io.headrace.Submission;
import io.headrace.Token;
import io.headrace.Verdict;
import io.headrace.testkit.MemoryJob.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One queue and every move a job can make in it. A job leaves the place that it is in and is put into another in one call, so
 * it is always in exactly one. Everything is guarded by the broker's lock.
 */
final class MemoryQueue {
    /** How long dead jobs are kept. */
    static final Duration DEAD_KEPT = Duration.ofDays(30);
    /** More hints than this are not kept: whoever is woken claims until nothing is left. */
    private static final int MAX_WAKE_UPS = 8;

    final QueueName name;
    final Instant createdAt;
    final MemoryCounts counts = new MemoryCounts();
    /** Every job on record, in whatever place. */
    final Map<JobId, MemoryJob> jobs = new HashMap<>();
    boolean paused;
    QueueSettings settings = QueueSettings.DEFAULT;

    private final Consumer<JobId> changed;
    private final Consumer<JobId> cancelled;
    private final MemoryPlaces places = new MemoryPlaces();
    private final Map<String, JobId> unique = new HashMap<>();
    private final MemoryIdempotency idempotency = new MemoryIdempotency();
    private final MemoryRecords records = new MemoryRecords();
    private int wakeUps;
    private long fence;
    private long lastMillis;
    private long lastSequence;

    MemoryQueue(QueueName name, Instant createdAt, Consumer<JobId> changed, Consumer<JobId> cancelled) {
        this.name = name;
        this.createdAt = createdAt;
        this.changed = changed;
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
        JobId holder = asked.spec().unique().map(unique::get).orElse(null);
        if (holder != null) {
            idempotency.remember(idem, holder, Submission.Kind.DUPLICATE, now);
            if (asked.awaited()) {
                await(holder, now);
            }
            return new Submission(Submission.Kind.DUPLICATE, holder, state);
        }
        if (settings.maxBacklog() > 0 && queued() >= settings.maxBacklog()) {
            throw new BacklogFull(name, settings.maxBacklog(), Duration.ofSeconds(1));
        }
        JobId id = nextId(asked.level(), later, now);
        MemoryJob job = new MemoryJob(id, JobDocument.of(asked.spec()));
        jobs.put(id, job);
        if (asked.awaited()) {
            await(id, now);
        }
        asked.spec().unique().ifPresent(key -> unique.put(key, id));
        idempotency.remember(idem, id, Submission.Kind.REPLAYED, now);
        if (due != null && later) {
            rest(job, Place.SCHEDULED, due);
        } else {
            publish(job, now);
        }
        return new Submission(Submission.Kind.ACCEPTED, id, state);
    }

    private JobId nextId(Level level, boolean scheduled, Instant now) {
        lastSequence = now.toEpochMilli() == lastMillis ? lastSequence + 1 : 0;
        lastMillis = now.toEpochMilli();
        return new JobId(name, level, scheduled, lastMillis, lastSequence);
    }

    Claim claim(ClaimRequest request, Instant now) {
        promote(now);
        List<ClaimedJob> claimed = new ArrayList<>();
        if (!paused) {
            request.order().forEach(level -> claim(Place.RELEASED, level, request, now, claimed));
            request.order().forEach(level -> claim(Place.LINE, level, request, now, claimed));
        }
        return new Claim(claimed, places.nextDue().map(due -> Duration.between(now, due)));
    }

    private void claim(Place place, Level level, ClaimRequest request, Instant now, List<ClaimedJob> claimed) {
        Optional<MemoryJob> next = places.first(place, level);
        while (next.isPresent() && claimed.size() < request.max()) {
            MemoryJob job = next.get();
            places.leave(job);
            claimed.add(job.claim(request, ++fence, now));
            changed.accept(job.id);
            next = places.first(place, level);
        }
    }

    /** Whether a claim of every level would find something. */
    boolean hasSomethingToClaim(Instant now) {
        return !paused && (due(now) || jobs.values().stream().anyMatch(MemoryJob::inLine));
    }

    /** Moves what fell due into line. */
    void promote(Instant now) {
        for (Optional<MemoryJob> job = places.due(now); job.isPresent();) {
            places.leave(job.get());
            publish(job.get(), now);
            job = places.due(now);
        }
    }

    List<ClaimedJob> reclaim(ClaimRequest request, boolean lastChance, Instant now) {
        List<MemoryJob> silent = jobs.values().stream()
                .filter(job -> job.silent(now) && request.order().contains(job.id.level()))
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
            counts.add("lost", now);
            claimed.add(job.claim(request, ++fence, now));
            changed.accept(job.id);
        }
        return claimed;
    }

    Settlement settle(Verdict verdict, Instant now) {
        MemoryJob job = jobs.get(verdict.lease().job());
        MemoryJob.Settled settled = new MemoryJob.Settled(verdict.lease(), verdict.move());
        if (job == null || !job.heldUnder(verdict.lease())) {
            return job != null && settled.equals(job.settled) ? Settlement.RECORDED : Settlement.LEASE_LOST;
        }
        job.settled = settled;
        switch (verdict.move()) {
            case FINISH -> finish(job, verdict.document(), now);
            case RETRY -> {
                counts.add("failed", now);
                putDown(job, Place.RETRYING, verdict, now);
            }
            case PARK -> putDown(job, Place.PARKED, verdict, now);
            case BURY -> bury(job, verdict.document(), now);
            case RELEASE -> release(job, now);
        }
        return Settlement.RECORDED;
    }

    private void putDown(MemoryJob job, Place place, Verdict verdict, Instant now) {
        job.document = verdict.document();
        rest(job, place, job.cancelAsked ? now : now.plus(verdict.delay()));
    }

    private void rest(MemoryJob job, Place place, Instant due) {
        job.forgetDeliveries();
        if (places.rest(job, place, Instant.ofEpochMilli(due.toEpochMilli()))) {
            wake(); // somebody must learn that the next due time has come closer
        }
        changed.accept(job.id);
    }

    private void publish(MemoryJob job, Instant now) {
        job.forgetDeliveries();
        job.queuedAt = now;
        places.line(job);
        wake();
        changed.accept(job.id);
    }

    private void release(MemoryJob job, Instant now) {
        if (job.cancelAsked) {
            finish(job, job.document.with(job.history().ended(JobState.CANCELLED, now, null)), now);
            return;
        }
        job.deliveries--;
        job.worker = null;
        places.release(job);
        wake();
        changed.accept(job.id);
    }

    private void finish(MemoryJob job, JobDocument document, Instant now) {
        job.document = document;
        Duration kept = document.spec().retention() == null ? settings.retention() : document.spec().retention();
        end(job, Place.FINISHED, now.plus(kept));
        counts.add(job.state().label(), now);
        records.ended(job, now);
        trim(now);
        changed.accept(job.id);
    }

    /** Notes that somebody waits for the end of this job. */
    void await(JobId id, Instant now) {
        MemoryJob job = jobs.get(id);
        if (job != null) {
            records.awaited(job, now);
        }
    }

    /** The job, or null when it is not on record, not even for somebody who waited for it. */
    @Nullable
    MemoryJob onRecord(JobId id, Instant now) {
        MemoryJob held = records.held(id, now);
        return held == null ? jobs.get(id) : held;
    }

    private void bury(MemoryJob job, JobDocument document, Instant now) {
        job.document = document;
        end(job, Place.DEAD, now.plus(DEAD_KEPT));
        counts.add("dead", now);
        changed.accept(job.id);
    }

    private void end(MemoryJob job, Place place, Instant keptUntil) {
        job.forgetDeliveries();
        places.keep(job, place, keptUntil);
        job.cancelAsked = false;
        job.document.spec().unique().ifPresent(key -> unique.remove(key, job.id));
    }

    /** Drops what has passed its retention, and the oldest of too many finished jobs. */
    void trim(Instant now) {
        for (Optional<MemoryJob> job = places.surplus(now, settings.maxKept()); job.isPresent();) {
            drop(job.get());
            job = places.surplus(now, settings.maxKept());
        }
        records.trim(now);
        idempotency.trim(now);
    }

    private void drop(MemoryJob job) {
        places.leave(job);
        jobs.remove(job.id);
        records.dropped(job);
    }

    Answer cancel(JobId id, Instant now) {
        MemoryJob job = onRecord(id, now);
        if (job == null) {
            return Answer.NOT_FOUND;
        }
        if (job.place == Place.RUNNING) {
            job.cancelAsked = true;
            cancelled.accept(id);
            changed.accept(id);
            return Answer.REQUESTED;
        }
        if (job.state().terminal()) {
            return Answer.WRONG_STATE;
        }
        places.leave(job);
        finish(job, job.document.with(job.history().ended(JobState.CANCELLED, now, null)), now);
        return Answer.DONE;
    }

    /**
     * @param payload null leaves the job's own
     * @param due null puts it in line
     */
    Answer requeue(JobId id, @Nullable Json payload, @Nullable Instant due, Instant now) {
        MemoryJob job = jobs.get(id);
        if (job == null || job.place != Place.DEAD) {
            return job == null ? Answer.NOT_FOUND : Answer.WRONG_STATE;
        }
        String key = job.document.spec().uniqueKey();
        if (key != null && unique.containsKey(key)) {
            return Answer.DUPLICATE;
        }
        if (key != null) {
            unique.put(key, id);
        }
        Run run = job.document.run().reopened();
        job.document = (payload == null ? job.document : job.document.withPayload(payload)).with(run);
        places.leave(job);
        if (due == null) {
            publish(job, now);
        } else {
            rest(job, Place.RETRYING, due);
        }
        return Answer.DONE;
    }

    /** Where a job stands in line. */
    Optional<Spot> spot(JobId id) {
        MemoryJob job = jobs.get(id);
        if (job == null || !job.inLine()) {
            return Optional.empty();
        }
        return Optional.of(new Spot(places.ahead(job), false));
    }

    /** How many scheduled and retrying jobs fall due by then. */
    long dueBy(Instant by) {
        return places.dueBy(by);
    }

    Answer runNow(JobId id, Instant now) {
        MemoryJob job = jobs.get(id);
        if (job == null || !job.atRest()) {
            return job == null ? Answer.NOT_FOUND : Answer.WRONG_STATE;
        }
        places.leave(job);
        publish(job, now);
        return Answer.DONE;
    }

    Answer deleteDead(JobId id) {
        MemoryJob job = jobs.get(id);
        if (job == null || job.place != Place.DEAD) {
            return job == null ? Answer.NOT_FOUND : Answer.WRONG_STATE;
        }
        drop(job);
        changed.accept(id);
        return Answer.DONE;
    }

    /** The running job of this lease, or null when the lease has moved on. */
    @Nullable
    MemoryJob held(Lease lease) {
        MemoryJob job = jobs.get(lease.job());
        return job != null && job.heldUnder(lease) ? job : null;
    }

    /** Makes a job at rest fall due earlier; it stays at rest. */
    void makeDue(JobId id, Instant now) {
        MemoryJob job = jobs.get(id);
        if (job == null || !job.atRest()) {
            throw new IllegalArgumentException("not at rest: " + id);
        }
        places.leave(job);
        places.rest(job, job.place, now);
        wake();
    }

    Lookup look(JobId id, Instant now) {
        MemoryJob job = onRecord(id, now);
        return job == null ? records.missing(id) : Lookup.found(job.seen());
    }

    /** How long ago the first of the jobs at rest fell due. */
    Duration overdue(Instant now) {
        return places.due(now).map(job -> Duration.between(job.dueAt, now)).orElse(Duration.ZERO);
    }

    /** Whether jobs at rest have fallen due. */
    boolean due(Instant now) {
        return places.due(now).isPresent();
    }

    private long queued() {
        return jobs.values().stream().filter(MemoryJob::inLine).count();
    }

    void wake() {
        wakeUps = Math.min(wakeUps + 1, MAX_WAKE_UPS);
    }

    boolean takeWakeUp() {
        if (wakeUps == 0) {
            return false;
        }
        wakeUps--;
        return true;
    }
}
