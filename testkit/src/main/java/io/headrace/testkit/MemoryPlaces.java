package io.headrace.testkit;

import io.headrace.Priority;
import io.headrace.testkit.MemoryJob.Place;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The places of one queue that jobs are in while they do not run, each in its order. Everything is guarded by the
 * broker's lock.
 */
final class MemoryPlaces {
    /** Jobs in line by entry. */
    private final Map<Priority, NavigableMap<Long, MemoryJob>> lines = new EnumMap<>(Priority.class);
    /** Jobs handed back, by entry. */
    private final Map<Priority, NavigableMap<Long, MemoryJob>> released = new EnumMap<>(Priority.class);
    private final TreeSet<MemoryJob> resting = new TreeSet<>(
            Comparator.comparing((MemoryJob job) -> job.dueAt).thenComparing(job -> job.id));
    private final NavigableMap<Long, MemoryJob> finished = new TreeMap<>();
    /** Dead and finished jobs by the end of their retention. */
    private final TreeSet<MemoryJob> records = new TreeSet<>(
            Comparator.comparing((MemoryJob job) -> job.keptUntil).thenComparing(job -> job.id));
    private long entries;
    private long ends;

    MemoryPlaces() {
        for (Priority priority : Priority.values()) {
            lines.put(priority, new TreeMap<>());
            released.put(priority, new TreeMap<>());
        }
    }

    /** Puts a job at the end of its line. */
    void line(MemoryJob job) {
        job.place = Place.LINE;
        job.entry = ++entries;
        of(lines, job).put(job.entry, job);
    }

    /** Puts a job back to where it was in line. */
    void release(MemoryJob job) {
        job.place = Place.RELEASED;
        of(released, job).put(job.entry, job);
    }

    /** Puts a job down until it falls due; tells whether it is the first of all to do so. */
    boolean rest(MemoryJob job, Place place, Instant due) {
        job.place = place;
        job.dueAt = due;
        resting.add(job);
        return resting.first() == job;
    }

    /** Keeps a job that has ended. */
    void keep(MemoryJob job, Place place, Instant until) {
        job.place = place;
        job.ended = ++ends;
        job.keptUntil = until;
        records.add(job);
        if (place == Place.FINISHED) {
            finished.put(job.ended, job);
        }
    }

    /** Takes a job out of the place that it is in. */
    void leave(MemoryJob job) {
        switch (job.place) {
            case LINE -> of(lines, job).remove(job.entry);
            case RELEASED -> of(released, job).remove(job.entry);
            case SCHEDULED, RETRYING, PARKED -> resting.remove(job);
            case DEAD -> records.remove(job);
            case FINISHED -> {
                records.remove(job);
                finished.remove(job.ended);
            }
            case RUNNING -> {
                // a running job is nowhere but in its worker's hands
            }
        }
    }

    private static NavigableMap<Long, MemoryJob> of(Map<Priority, NavigableMap<Long, MemoryJob>> lines, MemoryJob job) {
        return lines.computeIfAbsent(job.id.priority(), priority -> new TreeMap<>());
    }

    /** The next job to hand out of those in line, or of those released. */
    Optional<MemoryJob> first(Place place, Priority priority) {
        NavigableMap<Long, MemoryJob> line = (place == Place.RELEASED ? released : lines).get(priority);
        return line == null || line.isEmpty() ? Optional.empty() : Optional.of(line.firstEntry().getValue());
    }

    /** When the next job at rest falls due. */
    Optional<Instant> nextDue() {
        return resting.isEmpty() ? Optional.empty() : Optional.of(resting.first().dueAt);
    }

    /** The first of the jobs at rest if it has fallen due. */
    Optional<MemoryJob> due(Instant now) {
        return resting.isEmpty() || resting.first().dueAt.isAfter(now) ? Optional.empty()
                : Optional.of(resting.first());
    }

    /** How many scheduled and retrying jobs fall due by then. */
    long dueBy(Instant by) {
        return resting.stream().filter(job -> job.place != Place.PARKED && !job.dueAt.isAfter(by)).count();
    }

    /** How many are handed out before a job that waits in line. */
    int ahead(MemoryJob job) {
        int before = of(released, job).headMap(job.entry).size();
        return job.place == Place.RELEASED ? before
                : of(released, job).size() + of(lines, job).headMap(job.entry).size();
    }

    /**
     * The next job to drop: the first whose retention is over, or the oldest of more finished ones than may be kept.
     */
    Optional<MemoryJob> surplus(Instant now, long maxKept) {
        if (!records.isEmpty() && !records.first().keptUntil.isAfter(now)) {
            return Optional.of(records.first());
        }
        return finished.size() > maxKept ? Optional.of(finished.firstEntry().getValue()) : Optional.empty();
    }
}
