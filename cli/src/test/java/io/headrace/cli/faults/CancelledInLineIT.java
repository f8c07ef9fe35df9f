package io.headrace.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.MoveResult;
import io.headrace.broker.QueueSettings;
import io.headrace.cli.faults.handler.ExecutionNotes;
import io.headrace.cli.faults.handler.ExecutionNotes.Note;
import io.headrace.cli.faults.handler.NotingHandler;
import io.headrace.cli.faults.handler.PluginJar;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.contract.process.HeadraceProcess.Launcher;
import io.headrace.contract.process.TcpProxy;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Jobs are cancelled while they wait in line, and the workers that take them out are killed behind each command of
 * theirs in turn, and by chance: none of the jobs ever runs.
 */
@Tag("faults")
final class CancelledInLineIT {
    private static final Duration START = Duration.ofSeconds(60);
    private static final QueueName QUEUE = new QueueName(RedisTopology.QUEUE);
    private static final int WORKERS = 3;
    /** A worker that wakes up, claims and settles sends fewer before it claims again. */
    private static final int IN_TURN = 15;
    private static final int AFTERWARDS = 60;
    /** One job of so many is not cancelled, which shows that the workers work. */
    private static final int CONTROL = 100;

    private final Set<JobId> cancelled = ConcurrentHashMap.newKeySet();
    private final List<HeadraceProcess> started = new ArrayList<>();
    private int kills;

    @Test
    void noJobThatWasCancelledInLineRunsWhereverItsWorkerIsKilled() throws Exception {
        Path folder = MatrixReport.folder("cancelled-in-line");
        Random random = FaultSettings.random("cancelled in line", DurabilityMode.MEMORY);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        ExecutionNotes notes = new ExecutionNotes(Files.createDirectories(folder.resolve("notes")));
        try (RedisTopology redis = RedisForms.standalone(folder, DurabilityMode.MEMORY);
                RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE)) {
            Launcher launcher = Launcher.in(folder);
            Path plugins = PluginJar.folder(folder);
            broker.queues().settings(QUEUE, new QueueSettings(0, Duration.ofDays(1), 10_000_000));
            int rounds = 2 * IN_TURN;
            for (int round = 0; round < rounds; round++) {
                broker.queues().pause(QUEUE);
                fill(broker, threads, FaultSettings.CANCELLED / rounds + 1);
                int step = round < IN_TURN ? round + 1 : 1 + random.nextInt(AFTERWARDS);
                strike(launcher, redis, notes, plugins, broker, step);
            }
            HeadraceProcess last = worker(launcher, redis.url(), notes, plugins);
            broker.queues().resume(QUEUE);
            Awaitility.await().atMost(Duration.ofMinutes(10)).pollInterval(Duration.ofMillis(200))
                    .until(() -> unfinished(broker) == 0);
            assertThat(last.alive()).isTrue();
            judge(broker, threads, notes);
        } finally {
            started.forEach(HeadraceProcess::close);
            threads.shutdownNow();
        }
        MatrixReport.note(
                String.format(Locale.ROOT, "%d jobs cancelled in line while %d workers were killed behind a command of"
                        + " their claims: none ran.", cancelled.size(), kills));
        MatrixReport.delete(folder);
    }

    private void fill(RedisBroker broker, ExecutorService threads, int count) throws Exception {
        List<JobId> ids = new JobClient(broker).enqueueAll(Collections.nCopies(count,
                NewJob.of(QUEUE.value(), "work", Map.of("ms", 0, "failures", 0, "deadly", false)).build())).stream()
                .map(Submission::id).toList();
        List<Future<?>> open = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            JobId id = ids.get(i);
            if (i % CONTROL != CONTROL - 1) {
                open.add(threads.submit(() -> {
                    assertThat(broker.jobs().cancel(id)).isEqualTo(MoveResult.DONE);
                    cancelled.add(id);
                }));
            }
        }
        for (Future<?> each : open) {
            each.get();
        }
    }

    /** Lets new workers loose on the line, each of which is dead behind the n-th command from then on. */
    private void strike(Launcher launcher, RedisTopology redis, ExecutionNotes notes, Path plugins, RedisBroker broker,
            int step)
            throws Exception {
        List<TcpProxy> proxies = new ArrayList<>();
        List<HeadraceProcess> victims = new ArrayList<>();
        try {
            for (int i = 0; i < WORKERS; i++) {
                TcpProxy proxy = TcpProxy.to(redis.primary().port());
                proxies.add(proxy);
                victims.add(launch(launcher, "redis://127.0.0.1:" + proxy.port(), notes, plugins));
            }
            for (int i = 0; i < WORKERS; i++) {
                await(victims.get(i), notes);
            }
            for (int i = 0; i < WORKERS; i++) {
                proxies.get(i).silenceAfter(step + i);
            }
            broker.queues().resume(QUEUE);
            Awaitility.await().atMost(START).pollInterval(Duration.ofMillis(1))
                    .until(() -> proxies.stream().noneMatch(TcpProxy::silenceDue));
        } finally {
            victims.forEach(HeadraceProcess::kill9);
            proxies.forEach(TcpProxy::close);
            kills += victims.size();
        }
    }

    private HeadraceProcess worker(Launcher launcher, String redis, ExecutionNotes notes, Path plugins)
            throws Exception {
        HeadraceProcess worker = launch(launcher, redis, notes, plugins);
        await(worker, notes);
        return worker;
    }

    private HeadraceProcess launch(Launcher launcher, String redis, ExecutionNotes notes, Path plugins) {
        String name = "worker" + started.size();
        HeadraceProcess worker = launcher.start(name, Map.of(NotingHandler.NOTES, notes.file(name)), List.of("worker",
                "--redis", redis, "--slots", "100", "--lease", "2s", "--plugins", plugins.toString()));
        started.add(worker);
        return worker;
    }

    private void await(HeadraceProcess worker, ExecutionNotes notes) throws InterruptedException {
        String line = worker.awaitErr("worker started id=", START);
        notes.named("worker" + started.indexOf(worker), line.replaceFirst(".* id=(\\S+) .*", "$1"));
    }

    private static long unfinished(RedisBroker broker) {
        Map<JobState, Long> counts = broker.queues().info(QUEUE).orElseThrow().counts();
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private void judge(RedisBroker broker, ExecutorService threads, ExecutionNotes notes) throws Exception {
        List<Note> runs = notes.started();
        assertThat(runs).extracting(note -> note.run().job()).as("what ran").isNotEmpty()
                .doesNotContainAnyElementsOf(cancelled);
        List<Future<Optional<JobState>>> looks = new ArrayList<>();
        for (JobId id : cancelled) {
            looks.add(threads.submit(() -> broker.find(id).job().map(Job::state)));
        }
        for (Future<Optional<JobState>> look : looks) {
            assertThat(look.get()).contains(JobState.CANCELLED);
        }
    }
}
