package io.headrace.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.NewJob;
import io.headrace.broker.BrokerObserver;
import io.headrace.cli.faults.BrokenWorker.Bug;
import io.headrace.cli.faults.handler.ExecutionNotes;
import io.headrace.cli.faults.handler.NotingHandler;
import io.headrace.contract.history.HistoryChecker;
import io.headrace.contract.history.RedisHistory;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The history checker finds bugs that were planted, in processes that are really killed, and is silent without them.
 */
final class PlantedBugsIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final List<JobId> accepted = new ArrayList<>();
    private RedisTopology redis;
    private RedisBroker broker;
    private ExecutionNotes notes;
    private HeadraceProcess.Launcher launcher;

    @BeforeEach
    void start() throws Exception {
        redis = RedisForms.standalone(folder, DurabilityMode.FSYNC);
        parts.push(redis);
        broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
        parts.push(broker);
        notes = new ExecutionNotes(folder);
        launcher = new HeadraceProcess.Launcher(Path.of(System.getProperty("java.home"), "bin", "java"), pack(),
                folder);
    }

    @AfterEach
    void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    /** A jar that starts a broken worker on the class path of this test. */
    private Path pack() throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, BrokenWorker.class.getName());
        attributes.put(Attributes.Name.CLASS_PATH, Stream.of(System.getProperty("java.class.path")
                .split(File.pathSeparator, -1)).map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" ")));
        Path jar = folder.resolve("broken.jar");
        try (OutputStream out = Files.newOutputStream(jar)) {
            new JarOutputStream(out, manifest).close();
        }
        return jar;
    }

    private void submit(int jobs, int ms) {
        for (int i = 0; i < jobs; i++) {
            accepted.add(new JobClient(broker).enqueue(NewJob.of(RedisTopology.QUEUE, "work",
                    Map.of("ms", ms, "failures", 0, "deadly", false)).build()).id());
        }
    }

    private HeadraceProcess worker(String name, Bug bug) throws InterruptedException {
        HeadraceProcess worker = launcher.start(name, Map.of(NotingHandler.NOTES, notes.file(name)),
                List.of("" + redis.servers().get(0).port(), bug.name()));
        parts.push(worker);
        notes.named(name, worker.awaitOut("^worker w-", SOON).substring("worker ".length()));
        return worker;
    }

    private void awaitStarted(String name, int jobs) {
        RedisForms.await(name + " runs " + jobs, () -> count(name) >= jobs);
    }

    private int count(String name) {
        try {
            return notes.started(name).size();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What the checker says when the queue is empty. */
    private List<String> verdict() throws IOException {
        RedisForms.await("the queue is empty", () -> queued().equals("0"));
        return new HistoryChecker(accepted, List.of()).check(RedisHistory.read(redis.history().orElseThrow()),
                ExecutionNotes.runs(notes.started()), ExecutionNotes.runs(notes.completed()));
    }

    private String queued() {
        try {
            return redis.primary().ask("XLEN", RedisTopology.BASE + "ready:n");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /**
     * One worker loses its lease and goes on; another takes the job over, and runs it when the first comes to its end.
     */
    private List<String> overtaken(Bug bug) throws Exception {
        submit(1, 8_000);
        worker("first", bug);
        awaitStarted("first", 1);
        worker("second", Bug.NONE);
        awaitStarted("second", 1);
        RedisForms.await("the first has ended", () -> ended("first"));
        return verdict();
    }

    private boolean ended(String name) {
        try {
            return !notes.completed(name).isEmpty();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void anUnfencedAcknowledgeIsCaught() throws Exception {
        assertThat(overtaken(Bug.UNFENCED)).anySatisfy(sentence -> assertThat(sentence)
                .contains("a verdict of " + notes.worker("first"))
                .contains("was accepted while " + notes.worker("second") + " held its lease"));
    }

    @Test
    void aFencedAcknowledgeIsFoundInOrder() throws Exception {
        assertThat(overtaken(Bug.FORGETFUL)).isEmpty();
    }

    @Test
    void popThenPushIsCaught() throws Exception {
        submit(3, 50);
        HeadraceProcess first = worker("first", Bug.POP_THEN_PUSH);
        first.awaitOut("popped 3", SOON);
        first.kill9();
        submit(2, 50);
        worker("second", Bug.NONE);

        List<String> broken = verdict();

        assertThat(broken).hasSize(3);
        assertThat(accepted.subList(0, 3)).allSatisfy(id -> assertThat(broken)
                .contains(id + " is lost: it was accepted and is not on record"));
    }

    @Test
    void acknowledgeBeforeTheRunIsCaught() throws Exception {
        List<String> broken = killedInTheMiddle(Bug.ACK_BEFORE_RUN);
        assertThat(broken).hasSize(3);
        assertThat(accepted.subList(0, 3)).allSatisfy(id -> assertThat(broken).anySatisfy(sentence -> assertThat(
                sentence).startsWith(id + " is on record as succeeded, and no handler ran to its end")));
    }

    @Test
    void aWorkerKilledInTheMiddleOfItsJobsIsFoundInOrder() throws Exception {
        assertThat(killedInTheMiddle(Bug.NONE)).isEmpty();
    }

    private List<String> killedInTheMiddle(Bug bug) throws Exception {
        submit(3, 600);
        HeadraceProcess first = worker("first", bug);
        awaitStarted("first", 3);
        first.kill9();
        submit(2, 50);
        worker("second", Bug.NONE);
        return verdict();
    }
}
