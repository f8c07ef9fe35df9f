package io.headrace.cli.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.Attempt;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.cli.faults.InjectedFault.Damage;
import io.headrace.cli.faults.handler.ExecutionNotes;
import io.headrace.cli.faults.handler.ExecutionNotes.Note;
import io.headrace.contract.history.HistoryChecker;
import io.headrace.contract.history.HistoryChecker.Recorded;
import io.headrace.contract.history.LeaseHistory;
import io.headrace.contract.history.RedisHistory;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** One fault while jobs are submitted and run, and what came of it. */
final class FaultTrial {
    private static final Duration DRAIN = Duration.ofSeconds(60);
    /** Between two submissions, or two jobs, less is no silence. */
    private static final long SILENCE_MS = 300;

    private final FaultStage stage;
    private final String name;
    private final List<String> broken = new ArrayList<>();

    FaultTrial(FaultStage stage, String name) {
        this.stage = stage;
        this.name = name;
    }

    /** Runs a fault on a stage of its own. */
    static TrialResult run(InjectedFault fault, DurabilityMode mode, Path folder, Redis redis) throws Exception {
        Random random = FaultSettings.random(fault.name(), mode);
        try (FaultStage stage = new FaultStage(folder, fault.plan().apply(FaultStage.Plan.of(mode)),
                redis.start(folder, mode))) {
            return new FaultTrial(stage, fault.name()).run(fault, random, redis.label());
        }
    }

    /** How the Redis of a trial is started. */
    record Redis(String label, Starter starter) {
        static final Redis STANDALONE = new Redis("alone", RedisForms::standalone);
        static final Redis FORGETFUL = new Redis("alone", RedisForms::forgetful);
        static final Redis SENTINEL = new Redis("Sentinel", SentinelTopology::start);
        static final Redis LAGGING = new Redis("Sentinel, lagging", SentinelTopology::startLagging);
        static final Redis CLUSTER = new Redis("Cluster", ClusterTopology::start);

        interface Starter {
            RedisTopology start(Path folder, DurabilityMode mode) throws IOException;
        }

        RedisTopology start(Path folder, DurabilityMode mode) throws IOException {
            return starter.start(folder, mode);
        }
    }

    private TrialResult run(InjectedFault fault, Random random, String redis) throws Exception {
        SubmissionLoad.Shape shape = new SubmissionLoad.Shape(FaultSettings.RATE, 10, 60, 1_500);
        try (SubmissionLoad load = new SubmissionLoad(stage.apiUri(), shape, random.nextLong()).start()) {
            ProcessFaults.last(Duration.ofMillis(1_000 + random.nextInt(1_000)));
            Damage damage = fault.blow().strike(stage, random);
            RedisForms.await("submissions are accepted again",
                    () -> load.newestMs() > Math.max(damage.sinceMs(), System.currentTimeMillis() - 200));
            ProcessFaults.last(Duration.ofSeconds(FaultSettings.SECONDS));
            load.stop();
            return judge(load, damage, redis);
        }
    }

    /** Waits until no job is left, and judges what became of all. */
    TrialResult judge(SubmissionLoad load, Damage damage, String redis) throws Exception {
        stage.adopt();
        drain();
        broken.addAll(load.wrong());
        Set<JobId> accepted = load.acceptedAtMs().keySet();
        Optional<Path> folder = stage.topology().history();
        Optional<LeaseHistory> history = folder.isPresent()
                ? Optional.of(RedisHistory.read(folder.get()))
                : Optional.empty();
        Collection<Recorded> records = history.isPresent() ? history.get().records() : lookUp(accepted);
        List<Note> started = stage.notes().started();
        List<Note> completed = stage.notes().completed();
        HistoryChecker checker = new HistoryChecker(accepted, List.of());
        broken.addAll(history.isPresent()
                ? checker.check(history.get(), ExecutionNotes.runs(started), ExecutionNotes.runs(completed))
                : checker.unearned(records, ExecutionNotes.runs(completed)));
        records.stream().filter(record -> record.state() == JobState.CANCELLED)
                .forEach(record -> broken.add(record.job() + " is cancelled, which nobody had asked for"));
        MatrixReport.say("not accepted: " + load.reasons());
        return row(load, damage, redis, records, started, completed);
    }

    private TrialResult row(SubmissionLoad load, Damage damage, String redis, Collection<Recorded> records,
            List<Note> started,
            List<Note> completed) throws IOException, InterruptedException {
        Set<JobId> recorded = new HashSet<>();
        records.forEach(record -> recorded.add(record.job()));
        LongSummaryStatistics lostMs = load.acceptedAtMs().entrySet().stream()
                .filter(job -> !recorded.contains(job.getKey()))
                .mapToLong(job -> job.getValue() - damage.struckMs()).summaryStatistics();
        // else what handlers note has another clock than we have
        boolean timed = stage.plan().clocks().worker().isEmpty();
        return new TrialResult(name, stage.plan().mode(), redis, load.acceptedAtMs().size(), load.refused(),
                load.unknown(),
                (int) lostMs.getCount(), Math.max(records.size() - recorded.size(), countedTwice()),
                extra(records, started), (long) stage.meter("headrace_stale_writes_refused_total"),
                resumed(damage, load.acceptedAtMs().values()), timed ? first(damage, started, load.newestMs()) : -1,
                last(damage, started), lostMs, explained(broken, started, completed));
    }

    /** How many more ends the queue has counted than it has documents of ended jobs. */
    private int countedTwice() throws IOException {
        Map<String, Long> totals = stage.hash("totals");
        long ended = Stream.of("succeeded", "dead", "cancelled", "expired")
                .mapToLong(end -> totals.getOrDefault(end, 0L))
                .sum();
        long kept = stage.hash("kept").getOrDefault("total", 0L) + totals.getOrDefault("trimmed", 0L);
        return (int) (ended - kept - stage.dead());
    }

    private void drain() throws IOException {
        long deadline = System.nanoTime() + DRAIN.toNanos();
        List<String> unfinished = stage.unfinished();
        while (!unfinished.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            unfinished = stage.unfinished();
        }
        unfinished.forEach(place -> broken.add("a minute after the last submission there are still " + place));
    }

    /** Where servers took turns nobody has the whole history; what is promised must show in the end. */
    private Collection<Recorded> lookUp(Set<JobId> accepted) throws IOException, InterruptedException {
        List<Recorded> records = new ArrayList<>();
        for (JobId id : accepted) {
            HttpResponse<String> answer = stage.get("/v1/jobs/" + id);
            if (answer.statusCode() == 200) {
                records.add(recorded(id, JsonFormat.mapper().readTree(answer.body())));
            } else if (answer.statusCode() != 404 && answer.statusCode() != 410) {
                broken.add("the look-up of " + id + " is answered " + answer.statusCode() + ": " + answer.body());
            }
        }
        records.stream().filter(record -> !record.state().terminal())
                .forEach(record -> broken.add(record.job() + " has not ended: it is " + record.state().label()));
        return records;
    }

    /** What a failure needs to be understood: every run of the jobs that a sentence names. */
    private static List<String> explained(List<String> sentences, List<Note> started, List<Note> completed) {
        return sentences.stream().map(sentence -> sentence + "\n    began: " + of(sentence, started)
                + "\n    came to the end: " + of(sentence, completed)).toList();
    }

    private static List<Note> of(String sentence, List<Note> notes) {
        Set<String> words = new HashSet<>(List.of(sentence.split(" ", -1)));
        return notes.stream().filter(note -> words.contains(note.run().job().toString())).toList();
    }

    private static Recorded recorded(JobId id, JsonNode job) {
        List<Attempt> attempts = new ArrayList<>();
        job.get("attempts").forEach(attempt -> attempts.add(new Attempt(attempt.get("number").asInt(),
                attempt.get("worker").asText(), Instant.parse(attempt.get("startedAt").asText()),
                Instant.parse(attempt.get("finishedAt").asText()),
                Attempt.Outcome.valueOf(attempt.get("outcome").asText().toUpperCase(Locale.ROOT)), null)));
        return new Recorded(id, JobState.ofLabel(job.get("state").asText()), attempts);
    }

    private static long extra(Collection<Recorded> records, List<Note> started) {
        Map<JobId, Integer> runs = new HashMap<>();
        started.forEach(note -> runs.merge(note.run().job(), 1, Integer::sum));
        long extra = runs.values().stream().mapToLong(count -> count - 1).sum();
        long failed = records.stream().flatMap(record -> record.attempts().stream())
                .filter(attempt -> attempt.outcome() == Attempt.Outcome.FAILED).count();
        return Math.max(0, extra - failed);
    }

    /**
     * When it went on after the longest silence that began or ended under the fault, from the instant at which it
     * could; 0 when there was no silence worth the name, negative when it never went on.
     */
    private static long resumed(Damage damage, Collection<Long> times) {
        List<Long> sorted = times.stream().filter(time -> time >= damage.struckMs()).sorted().toList();
        long before = damage.struckMs();
        long longest = SILENCE_MS;
        long resumed = sorted.isEmpty() ? -1 : 0;
        for (long time : sorted) {
            if (time - before > longest && time >= damage.sinceMs()) {
                longest = time - before;
                resumed = time - damage.sinceMs();
            }
            before = time;
        }
        return resumed;
    }

    private static long first(Damage damage, List<Note> started, long lastAcceptedMs) {
        if (damage.affected().isEmpty()) {
            // What runs after the last submission is retries and leftovers, with pauses of their own.
            return resumed(damage, started.stream().map(Note::atMs).filter(atMs -> atMs <= lastAcceptedMs).toList());
        }
        return started.stream().filter(note -> damage.affected().contains(note.run().job()))
                .mapToLong(note -> note.atMs() - damage.sinceMs()).filter(ms -> ms >= 0).min().orElse(-1);
    }

    /** Until the last of the affected jobs ran elsewhere. */
    private static long last(Damage damage, List<Note> started) {
        Map<JobId, Long> elsewhere = new HashMap<>();
        started.stream().filter(note -> damage.affected().contains(note.run().job()))
                .filter(note -> note.atMs() > damage.sinceMs())
                .forEach(note -> elsewhere.merge(note.run().job(), note.atMs() - damage.sinceMs(), Math::min));
        return elsewhere.values().stream().mapToLong(Long::longValue).max().orElse(-1);
    }
}
