package io.headrace.testkit;

import io.headrace.Attempt;
import io.headrace.History;
import io.headrace.Job;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Progress;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Lease;
import io.headrace.broker.Token;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One job, in the one place that {@link #place} names. Guarded by the broker's lock. */
final class MemoryJob {
    /** Where a job can be. */
    enum Place {
        /** Waits in line for a worker. */
        LINE,
        /** In line as well, handed back by a worker: it goes first. */
        RELEASED,
        /** In the hands of a worker. */
        RUNNING, SCHEDULED, RETRYING, PARKED, DEAD, FINISHED
    }

    final JobId id;
    final MemoryJobLog log = new MemoryJobLog();
    Place place = Place.LINE;
    JobDocument document;
    /** Its place in line: the smaller the earlier; kept while it is in line or runs. */
    long entry;
    /** When it came into line. */
    Instant queuedAt = Instant.EPOCH;
    /** When it falls due, at rest. */
    Instant dueAt = Instant.EPOCH;
    /** Numbers the ends of jobs, for dead and finished ones. */
    long ended;
    /** Until when somebody waits for its end. */
    Instant awaitedUntil = Instant.EPOCH;
    /** Until when a finished job can be looked up by who waited for it. */
    Instant heldUntil = Instant.EPOCH;
    /** Until when a dead or finished job can be looked up. */
    Instant keptUntil = Instant.MAX;
    /** Claims of its entry without a verdict. */
    int deliveries;
    /** The fencing token of the last claim. */
    long fence;
    @Nullable
    WorkerId worker;
    Instant startedAt = Instant.EPOCH;
    Instant heardAt = Instant.EPOCH;
    Duration lease = Duration.ZERO;
    /** Attempts of this entry whose workers went silent. */
    final List<Attempt> lost = new ArrayList<>();
    boolean cancelAsked;
    @Nullable
    Progress progress;
    /** The last verdict that was carried out, to recognize its repetition. */
    @Nullable
    Settled settled;

    /** A verdict, without what its document weighs. */
    record Settled(Lease lease, Verdict.Move move) {}

    MemoryJob(JobId id, JobDocument document) {
        this.id = id;
        this.document = document;
    }

    ClaimedJob claim(ClaimRequest request, long token, Instant now) {
        fence = token;
        place = Place.RUNNING;
        deliveries++;
        worker = request.worker();
        startedAt = now;
        heardAt = now;
        lease = request.lease();
        progress = null;
        return new ClaimedJob(leaseOf(request.worker()), document, now, cancelAsked, lost);
    }

    private Lease leaseOf(WorkerId holder) {
        return new Lease(id, attempt(), new Token(Long.toString(entry), holder, deliveries, fence));
    }

    boolean heldUnder(Lease claimed) {
        return place == Place.RUNNING && worker != null && claimed.token().equals(leaseOf(worker).token());
    }

    boolean silent(Instant now) {
        return place == Place.RUNNING && !heardAt.plus(lease).isAfter(now);
    }

    /** Notes that whoever held it went silent. */
    void loseWorker(Instant now) {
        lost.add(new Attempt(attempt(), String.valueOf(worker), startedAt, now, Attempt.Outcome.LOST, null));
    }

    /** What is stored when the broker itself ends the job: its history with the attempts that were lost. */
    History history() {
        History history = document.history();
        for (Attempt attempt : lost) {
            history = history.and(attempt);
        }
        return history;
    }

    int attempt() {
        return document.history().attempt() + deliveries;
    }

    JobState state() {
        return switch (place) {
            case LINE, RELEASED -> JobState.QUEUED;
            case RUNNING -> JobState.RUNNING;
            case SCHEDULED -> JobState.SCHEDULED;
            case RETRYING -> JobState.RETRYING;
            case PARKED -> JobState.PARKED;
            case DEAD -> JobState.DEAD;
            case FINISHED -> document.history().outcome() == null ? JobState.CANCELLED : document.history().outcome();
        };
    }

    /** When a dead job died. */
    Instant diedAt() {
        return keptUntil.minus(MemoryMoves.DEAD_KEPT);
    }

    boolean atRest() {
        return place == Place.SCHEDULED || place == Place.RETRYING || place == Place.PARKED;
    }

    boolean inLine() {
        return place == Place.LINE || place == Place.RELEASED;
    }

    /** What is seen from outside. */
    Job seen() {
        Job job = Job.of(id, state(), document, atRest() ? dueAt : null);
        if (place != Place.RUNNING) {
            return deliveries == 0 ? job
                    : new Job(id, job.state(), document, job.runAt(), job.startedAt(), job.worker(), attempt(),
                            job.progress(), false);
        }
        return new Job(id, job.state(), document, null, startedAt, String.valueOf(worker), attempt(),
                progress == null ? document.history().progress() : progress, cancelAsked);
    }

    /** It is with no worker any more, and what became of its deliveries is in its document. */
    void forgetDeliveries() {
        deliveries = 0;
        lost.clear();
        worker = null;
    }
}
