package io.headrace.testkit;

import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.broker.QueueSettings;
import io.headrace.testkit.MemoryJob.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The moves that the jobs of one queue make between places, each with all that goes along: counts, the keys that jobs
 * hold, hints for who waits, and how long what has ended is kept. Everything is guarded by the broker's lock.
 */
final class MemoryMoves {
    /** How long dead jobs are kept. */
    static final Duration DEAD_KEPT = Duration.ofDays(30);
    /** More hints than this are not kept: whoever is woken claims until nothing is left. */
    private static final int MAX_WAKE_UPS = 8;

    /** Every job on record, in whatever place. */
    final Map<JobId, MemoryJob> jobs = new HashMap<>();
    /** The jobs that hold unique keys, by these. */
    final Map<String, JobId> unique = new HashMap<>();
    final MemoryPlaces places = new MemoryPlaces();
    final MemoryCounts counts = new MemoryCounts();
    final MemoryEndedJobs records = new MemoryEndedJobs();
    QueueSettings settings = QueueSettings.DEFAULT;

    private final Consumer<JobId> changed;
    private int wakeUps;

    /** @param changed hears of every job that moves */
    MemoryMoves(Consumer<JobId> changed) {
        this.changed = changed;
    }

    /** Puts a job down until it falls due. */
    void rest(MemoryJob job, Place place, Instant due) {
        job.forgetDeliveries();
        if (places.rest(job, place, Instant.ofEpochMilli(due.toEpochMilli()))) {
            wake(); // somebody must learn that the next due time has come closer
        }
        changed.accept(job.id);
    }

    /** Puts a job at the end of its line. */
    void line(MemoryJob job, Instant now) {
        job.forgetDeliveries();
        job.queuedAt = now;
        places.line(job);
        wake();
        changed.accept(job.id);
    }

    /** Moves what fell due into line. */
    void promote(Instant now) {
        for (Optional<MemoryJob> job = places.due(now); job.isPresent();) {
            places.leave(job.get());
            line(job.get(), now);
            job = places.due(now);
        }
    }

    /** Puts a job back to where it was in line; one whose end was asked for ends instead. */
    void release(MemoryJob job, Instant now) {
        if (job.cancelAsked) {
            cancel(job, now);
            return;
        }
        job.deliveries--;
        job.worker = null;
        places.release(job);
        wake();
        changed.accept(job.id);
    }

    /** Ends a job that is in no place any more. */
    void cancel(MemoryJob job, Instant now) {
        finish(job, job.document.with(job.history().ended(JobState.CANCELLED, now, null)), now);
    }

    /** Keeps a job that has ended, as its document says. */
    void finish(MemoryJob job, JobDocument document, Instant now) {
        job.document = document;
        Duration kept = document.spec().retention() == null ? settings.retention() : document.spec().retention();
        end(job, Place.FINISHED, now.plus(kept));
        counts.add(job.state().label(), now);
        records.ended(job, now);
        trim(now);
        changed.accept(job.id);
    }

    /** Keeps a job that is dead. */
    void bury(MemoryJob job, JobDocument document, Instant now) {
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
    }

    /** Takes a job off the record. */
    void drop(MemoryJob job) {
        places.leave(job);
        jobs.remove(job.id);
        records.dropped(job);
    }

    /** Leaves a hint for who waits for work. */
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
