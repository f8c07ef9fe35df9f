package io.headrace.contract.history;

import io.headrace.Attempt;
import io.headrace.History;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Judges what a system did to its jobs while its processes were killed, frozen and cut off: nothing lost, one verdict
 * each, every execution accounted for. It knows nothing of how the system works, only what was promised.
 */
public final class HistoryChecker {
    private final Set<JobId> accepted;
    private final Set<String> stopped;

    /**
     * @param accepted the jobs whose submission was answered as stored; others are ignored, since a submission whose
     *            answer got lost may or may not have been stored
     * @param stopped the workers that were stopped in good order: what they gave back runs again and uses no attempt
     */
    public HistoryChecker(Collection<JobId> accepted, Collection<String> stopped) {
        this.accepted = Set.copyOf(accepted);
        this.stopped = Set.copyOf(stopped);
    }

    /**
     * What is on record about a job.
     *
     * @param attempts oldest first, as far as they are kept
     */
    public record Recorded(JobId job, JobState state, List<Attempt> attempts) {
        public Recorded {
            attempts = List.copyOf(attempts);
        }

        /** What a broker knows. */
        public static Recorded of(Job job) {
            return new Recorded(job.id(), job.state(), job.document().history().attempts());
        }
    }

    /**
     * Judges by everything that was ever stored. Jobs that nobody knows to be accepted must have ended once as well,
     * for they are stored.
     *
     * @param completed those of the executions that went on to their handler's end
     */
    public List<String> check(LeaseHistory history, Collection<Execution> executions,
            Collection<Execution> completed) {
        Set<JobId> all = new HashSet<>(accepted);
        all.addAll(history.jobs());
        List<String> broken = new ArrayList<>(history.broken());
        broken.addAll(new HistoryChecker(all, stopped).check(history.records(), executions));
        broken.addAll(unearned(history.records(), completed));
        return broken;
    }

    /** A sentence for each job that is on record as succeeded although the handler never got to its end. */
    public List<String> unearned(Collection<Recorded> records, Collection<Execution> completed) {
        Set<Execution> earned = Set.copyOf(completed);
        return records.stream().filter(record -> record.state() == JobState.SUCCEEDED)
                .filter(record -> record.attempts().stream()
                        .noneMatch(attempt -> attempt.outcome() == Attempt.Outcome.SUCCEEDED && earned.contains(
                                new Execution(record.job(), attempt.number(), attempt.worker()))))
                .map(record -> record.job() + " is on record as succeeded, and no handler ran to its end: "
                        + briefly(record.attempts()))
                .toList();
    }

    /** A sentence for each broken promise; empty when all were kept. */
    public List<String> check(Collection<Recorded> records, Collection<Execution> executions) {
        Map<JobId, List<Recorded>> recordsOf = records.stream().collect(Collectors.groupingBy(Recorded::job));
        Map<JobId, List<Execution>> executionsOf = executions.stream()
                .collect(Collectors.groupingBy(Execution::job));
        List<String> broken = new ArrayList<>();
        accepted.stream().sorted().forEach(id -> {
            List<Recorded> found = recordsOf.getOrDefault(id, List.of());
            if (found.isEmpty()) {
                broken.add(id + " is lost: it was accepted and is not on record");
            } else if (found.size() > 1) {
                broken.add(id + " is in " + found.size() + " places: "
                        + found.stream().map(record -> record.state().label()).toList());
            } else {
                check(found.get(0), executionsOf.getOrDefault(id, List.of()), broken);
            }
        });
        return broken;
    }

    private void check(Recorded record, List<Execution> executions, List<String> broken) {
        if (!record.state().terminal()) {
            broken.add(record.job() + " has not ended: it is " + record.state().label());
        }
        checkVerdict(record, executions, broken);
        checkExecutions(record, executions, broken);
    }

    /** One success, the last attempt's, by a worker that really ran it. */
    private static void checkVerdict(Recorded record, List<Execution> executions, List<String> broken) {
        List<Attempt> successes = record.attempts().stream()
                .filter(attempt -> attempt.outcome() == Attempt.Outcome.SUCCEEDED).toList();
        if (successes.size() > 1) {
            broken.add(record.job() + " has " + successes.size() + " successes: " + briefly(successes));
        }
        Set<Integer> numbers = new HashSet<>();
        for (Attempt attempt : record.attempts()) {
            if (!numbers.add(attempt.number())) {
                broken.add(record.job() + " has two verdicts on attempt " + attempt.number() + ": "
                        + briefly(record.attempts()));
            }
        }
        if (record.state() != JobState.SUCCEEDED) {
            return;
        }
        Attempt last = record.attempts().isEmpty() ? null : record.attempts().get(record.attempts().size() - 1);
        if (last == null || last.outcome() != Attempt.Outcome.SUCCEEDED) {
            broken.add(record.job() + " succeeded without an attempt that did: " + briefly(record.attempts()));
        } else if (executions.stream().noneMatch(run -> explains(last, run))) {
            broken.add(record.job() + " succeeded in attempt " + last.number() + " of " + last.worker()
                    + ", which never ran it");
        }
    }

    /** Each execution is an attempt on record, once; or its worker gave the job back. */
    private void checkExecutions(Recorded record, List<Execution> executions, List<String> broken) {
        int oldest = record.attempts().size() < History.KEPT ? 0 : record.attempts().get(0).number();
        Map<Execution, Integer> times = new HashMap<>();
        for (Execution run : executions) {
            if (run.attempt() < oldest || stopped.contains(run.worker())) {
                continue;
            }
            if (record.attempts().stream().noneMatch(attempt -> explains(attempt, run))) {
                broken.add(record.job() + " was run as attempt " + run.attempt() + " by " + run.worker()
                        + ", of which there is no record: " + briefly(record.attempts()));
            } else if (times.merge(run, 1, Integer::sum) == 2) {
                broken.add(record.job() + " was run more than once as attempt " + run.attempt() + " by "
                        + run.worker());
            }
        }
    }

    private static boolean explains(Attempt attempt, Execution run) {
        return attempt.number() == run.attempt() && attempt.worker().equals(run.worker());
    }

    private static List<String> briefly(List<Attempt> attempts) {
        return attempts.stream()
                .map(attempt -> attempt.number() + " " + attempt.worker() + " " + attempt.outcome().label()).toList();
    }
}
