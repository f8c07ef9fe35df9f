package io.headrace.cli.faults.rolling;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.Attempt;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.cli.faults.handler.ExecutionNotes;
import io.headrace.cli.faults.handler.ExecutionNotes.Note;
import io.headrace.cli.faults.rolling.ChangingFleet.Age;
import io.headrace.cli.faults.rolling.Phases.Phase;
import io.headrace.cli.faults.rolling.SteadySubmissions.Submitted;
import io.headrace.contract.history.HistoryChecker;
import io.headrace.contract.history.HistoryChecker.Recorded;
import io.headrace.contract.history.LeaseHistory;
import io.headrace.contract.history.RedisHistory;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * What became of every job of a change-over, judged by what Redis wrote down and what the handlers noted. Each sentence
 * tells the job, where it was accepted and run, and in which phases. Used by one thread.
 */
final class ChangeVerdict {
    private static final Duration DRAIN = Duration.ofMinutes(2);
    private static final Set<String> UNFINISHED = Set.of("scheduled", "queued", "running", "retrying", "parked");
    /** So many broken jobs tell what is wrong. */
    private static final int TOLD = 20;

    private final ChangingFleet fleet;
    private final Phases phases;
    private final Map<JobId, Submitted> accepted;
    private final List<String> broken = new ArrayList<>();
    /** Of each job, the runs that its handlers began and those that they brought to an end. */
    private final Map<JobId, List<String>> runs = new HashMap<>();

    ChangeVerdict(ChangingFleet fleet, Phases phases, SteadySubmissions load) {
        this.fleet = fleet;
        this.phases = phases;
        this.broken.addAll(load.wrong());
        this.accepted = load.accepted().stream().collect(Collectors.toMap(Submitted::id, job -> job));
    }

    /** A sentence for each promise that was broken; empty when all were kept. */
    List<String> judge() throws IOException, InterruptedException {
        drain();
        List<Note> started = notes("began", fleet.notes()::started);
        List<Note> completed = notes("came to its end", fleet.notes()::completed);
        Awaitility.await("the append-only file is written").atMost(DRAIN)
                .until(() -> fleet.redis().info("aof_buffer_length").equals("0"));
        LeaseHistory history = RedisHistory.read(fleet.redis().folder());
        broken.addAll(new HistoryChecker(accepted.keySet(), List.of()).check(history, ExecutionNotes.runs(started),
                ExecutionNotes.runs(completed)));
        for (JobId id : history.unfinished().stream().limit(TOLD).toList()) {
            broken.add(id + " is not at its end: " + fleet.ask(0, "GET", "/v1/jobs/" + id + "/why", ""));
        }
        history.records().forEach(this::judge);
        takenOver(history);
        mixed(started);
        started.stream().filter(ChangeVerdict::ofPausedQueue).filter(note -> phases.inPause(note.atMs()))
                .forEach(note -> broken.add(note.run().job() + " began in a paused queue"));
        return broken.stream().limit(TOLD).map(this::explained).toList();
    }

    private static boolean ofPausedQueue(Note note) {
        return note.run().job().queue().value().equals(ChangingFleet.NARROW);
    }

    /** Each end is the one that the job asks for, after as many attempts, and only who was killed lost one. */
    private void judge(Recorded record) {
        Submitted job = accepted.get(record.job());
        if (job == null) {
            broken.add(record.job() + " ended, and nobody was told that it was accepted");
            return;
        }
        if (record.state() != job.kind().end()) {
            broken.add(job.id() + " is " + record.state().label() + ", and should be " + job.kind().end().label());
        }
        List<Attempt> lost = record.attempts().stream().filter(it -> it.outcome() == Attempt.Outcome.LOST).toList();
        for (Attempt attempt : lost) {
            if (!fleet.killed().contains(process(attempt.worker()))) {
                broken.add(job.id() + " lost attempt " + attempt.number() + " of " + attempt.worker()
                        + ", which was never killed");
            }
        }
        int attempts = job.kind().failures() + (record.state() == JobState.SUCCEEDED ? 1 : 0);
        if (lost.isEmpty() && record.attempts().size() != attempts) {
            broken.add(job.id() + " took " + record.attempts().size() + " attempts, and should take " + attempts);
        }
    }

    /** Each worker that was killed had leases, which others took over. */
    private void takenOver(LeaseHistory history) {
        Set<String> lost = history.records().stream().flatMap(record -> record.attempts().stream())
                .filter(attempt -> attempt.outcome() == Attempt.Outcome.LOST)
                .map(attempt -> process(attempt.worker())).collect(Collectors.toSet());
        fleet.killed().stream().filter(worker -> !lost.contains(worker))
                .forEach(worker -> broken.add(worker + " was killed, and no lease of it was taken over"));
    }

    /** In each phase workers of each build that has some began jobs: else it would show nothing. */
    private void mixed(List<Note> started) {
        Map<Phase, Set<Age>> ran = new HashMap<>();
        started.forEach(note -> ran.computeIfAbsent(phases.of(note.atMs()), any -> EnumSet.noneOf(Age.class))
                .add(ChangingFleet.age(process(note.run().worker()))));
        phases.all().stream().filter(phase -> !ran.getOrDefault(phase, Set.of()).containsAll(phase.workers()))
                .forEach(phase -> broken.add("in '" + phase.name() + "' workers of " + phase.workers()
                        + " are up, and of these began jobs: " + ran.getOrDefault(phase, Set.of())));
    }

    /** A job and the first of its runs. */
    private record Begun(Submitted job, Note run) {
        long waitedMs() {
            return Math.max(0, run.atMs() - job.atMs()); // it may begin before its sender has read the answer
        }

        /** It came alone, to a queue that is never paused, could start at once, and was claimed by nobody who died. */
        boolean couldStart() {
            return run.run().attempt() == 1 && job.lone() && job.kind().startsAtOnce() && !ofPausedQueue(run);
        }
    }

    /** What became of the jobs that were accepted in each phase, for whoever compares. */
    List<String> figures() throws IOException {
        Map<JobId, Begun> begun = new HashMap<>();
        for (Note note : fleet.notes().started()) {
            Submitted job = accepted.get(note.run().job());
            if (job != null) {
                begun.merge(job.id(), new Begun(job, note),
                        (one, other) -> one.run().atMs() <= other.run().atMs() ? one : other);
            }
        }
        Map<Phase, List<Begun>> of = begun.values().stream()
                .collect(Collectors.groupingBy(each -> phases.of(each.job().atMs())));
        return phases.all().stream().filter(of::containsKey)
                .map(phase -> phase.name() + ": " + figures(of.getOrDefault(phase, List.of()))).toList();
    }

    private String figures(List<Begun> jobs) {
        Map<String, Integer> starts = new TreeMap<>();
        jobs.forEach(each -> starts.merge(process(each.run().run().worker()), 1, Integer::sum));
        long[] waitsMs = jobs.stream().filter(Begun::couldStart).mapToLong(Begun::waitedMs).sorted().toArray();
        String begun = jobs.size() + " jobs, begun by " + starts;
        return waitsMs.length == 0 ? begun
                : String.format(Locale.ROOT, "%s; lone ones waited %d ms in the median, %d ms in 99 of 100, %d ms at"
                        + " most", begun, waitsMs[waitsMs.length / 2], waitsMs[waitsMs.length * 99 / 100],
                        waitsMs[waitsMs.length - 1]);
    }

    private void drain() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + DRAIN.toNanos();
        Map<String, String> left = unfinished();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            left = unfinished();
        }
        left.forEach((queue, counts) -> broken.add(DRAIN.toSeconds() + " s after the last submission the queue "
                + queue + " still has jobs " + counts));
    }

    private Map<String, String> unfinished() throws IOException, InterruptedException {
        Map<String, String> left = new TreeMap<>();
        JsonNode body = JsonFormat.mapper().readTree(fleet.ask(0, "GET", "/v1/queues", "").http().body());
        for (JsonNode queue : body.get("queues")) {
            boolean some = queue.get("counts").properties().stream()
                    .anyMatch(count -> UNFINISHED.contains(count.getKey()) && count.getValue().asLong() > 0);
            if (some) {
                left.put(queue.get("queue").asText(), queue.get("counts").toString());
            }
        }
        return left;
    }

    /** Reads the notes of one worker. */
    private interface Reading {
        List<Note> of(String worker) throws IOException;
    }

    private List<Note> notes(String what, Reading reading) throws IOException {
        List<Note> all = new ArrayList<>();
        for (String worker : fleet.everyWorker()) {
            for (Note note : reading.of(worker)) {
                all.add(note);
                runs.computeIfAbsent(note.run().job(), any -> new ArrayList<>()).add("attempt " + note.run().attempt()
                        + " " + what + " in " + worker + ", " + phases.at(note.atMs()));
            }
        }
        return all;
    }

    /** The process in which a worker ran. */
    private String process(String worker) {
        return fleet.everyWorker().stream().filter(name -> fleet.notes().worker(name).equals(worker)).findFirst()
                .orElse(worker);
    }

    private String explained(String sentence) {
        StringBuilder text = new StringBuilder(sentence);
        for (String word : sentence.split(" ", -1)) {
            Submitted job = accepted.values().stream().filter(it -> it.id().toString().equals(word)).findFirst()
                    .orElse(null);
            if (job != null) {
                text.append("\n    ").append(job.kind()).append(" job, accepted by ").append(job.api()).append(", ")
                        .append(phases.at(job.atMs()));
                runs.getOrDefault(job.id(), List.of()).forEach(run -> text.append("\n    ").append(run));
            }
        }
        String named = text.toString();
        for (String worker : fleet.everyWorker()) {
            named = named.replace(fleet.notes().worker(worker), worker);
        }
        return named;
    }
}
