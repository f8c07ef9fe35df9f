package io.headrace.contract.history;

import io.headrace.Attempt;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.contract.history.HistoryChecker.Recorded;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a broker stored about its jobs, in the order in which it did: who was given which lease, what was
 * written under it. Judges each write as it comes: one that was accepted from somebody who did not hold the lease
 * breaks the promise. Used by one thread.
 */
public final class LeaseHistory {
    private final Map<JobId, Course> courses = new HashMap<>();
    private final List<Recorded> records = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private long leases;

    /** What has happened to one job so far. */
    private static final class Course {
        @Nullable
        String holder;
        /** Those whose lease was taken over by a successor. */
        Set<String> lost = Set.of();
        /** Which delivery since it was last put down the holder has. */
        int delivery;
        /** How many attempts it had behind it when it was last put down. */
        int before;
        /** The newest attempt of which something is on record. */
        int recorded;
        boolean ended;
    }

    /** The job exists from now on. */
    public void submitted(JobId job) {
        courses.computeIfAbsent(job, id -> new Course());
    }

    /**
     * A worker was given the lease; whoever had it before has lost it.
     *
     * @param delivery which it is since the job was last put down, from 1
     */
    public void leased(JobId job, String worker, int delivery) {
        Course course = course(job);
        leases++;
        if (course.ended) {
            broken.add(job + " was leased to " + worker + " after it had ended");
        }
        if (course.holder != null) {
            if (course.lost.isEmpty()) {
                course.lost = new HashSet<>();
            }
            course.lost.add(course.holder);
        }
        course.holder = worker;
        course.delivery = delivery;
    }

    /** The lease was given a new term, or came with the lease. */
    public void renewed(JobId job, String worker) {
        String holder = course(job).holder;
        if (!worker.equals(holder)) {
            broken.add("the lease of " + job + " was renewed for " + worker + " while " + named(holder) + " held it");
        }
    }

    /**
     * A worker has the job in this delivery from now on: one more than before is a lease, the same a renewal by its
     * holder.
     */
    public void delivered(JobId job, String worker, int delivery) {
        Course course = course(job);
        if (course.holder != null && course.delivery == delivery) {
            renewed(job, worker);
        } else {
            leased(job, worker, delivery);
        }
    }

    /** Nobody holds the lease any more. */
    public void surrendered(JobId job) {
        course(job).holder = null;
    }

    /** The job was put down to run again. */
    public void putDown(JobId job, JobDocument document) {
        written(job, document);
        course(job).before = document.history().attempt();
    }

    /** The job's end was recorded. */
    public void ended(JobId job, JobState state, JobDocument document) {
        Course course = course(job);
        boolean unheld = course.holder == null;
        if (unheld && state != JobState.CANCELLED) {
            broken.add(job + " was recorded as " + state.label() + " while nobody held its lease");
        }
        written(job, document);
        course.ended = true;
        records.add(new Recorded(job, state, document.history().attempts()));
    }

    /** The newest attempt must be the holder's; those before it that were lost must have been leases. */
    private void written(JobId job, JobDocument document) {
        Course course = course(job);
        List<Attempt> attempts = document.history().attempts();
        for (int i = 0; i < attempts.size(); i++) {
            Attempt attempt = attempts.get(i);
            if (attempt.number() <= course.recorded) {
                continue;
            }
            if (attempt.outcome() == Attempt.Outcome.LOST) {
                if (!course.lost.contains(attempt.worker()) && !attempt.worker().equals(course.holder)) {
                    broken.add(job + " has a lost attempt of " + attempt.worker() + ", which never lost its lease");
                }
            } else if (course.holder != null && !attempt.worker().equals(course.holder)) {
                broken.add("a verdict of " + attempt.worker() + " on " + job + " was accepted while "
                        + course.holder + " held its lease");
            } else if (attempt.number() != course.before + course.delivery) {
                broken.add("a verdict on attempt " + attempt.number() + " of " + job + " was accepted while attempt "
                        + (course.before + course.delivery) + " of " + attempt.worker() + " was leased");
            }
            course.recorded = attempt.number();
        }
    }

    private Course course(JobId job) {
        return courses.computeIfAbsent(job, id -> new Course());
    }

    private static String named(@Nullable String holder) {
        return holder == null ? "nobody" : holder;
    }

    /** A sentence for each write that should not have been accepted. */
    public List<String> broken() {
        return Collections.unmodifiableList(broken);
    }

    /** Every end that was recorded; more than one of a job when that went wrong. */
    public List<Recorded> records() {
        return Collections.unmodifiableList(records);
    }

    /** Every job that was ever stored. */
    public Set<JobId> jobs() {
        return Collections.unmodifiableSet(courses.keySet());
    }

    /** Those of them whose end is not on record. */
    public List<JobId> unfinished() {
        return courses.entrySet().stream().filter(job -> !job.getValue().ended).map(Map.Entry::getKey).sorted()
                .toList();
    }

    /** How many leases were given. */
    public long leases() {
        return leases;
    }
}
