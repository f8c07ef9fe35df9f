package io.headrace.cli.faults;

import io.headrace.JobId;
import io.headrace.cli.faults.InjectedFault.Damage;
import io.headrace.cli.faults.handler.ExecutionNotes;
import io.headrace.contract.history.Execution;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.contract.process.RedisServer;
import io.headrace.contract.process.TcpProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What can go wrong with processes and network around a single Redis, and with that Redis. */
final class ProcessFaults {
    private ProcessFaults() {}

    static final InjectedFault NONE = InjectedFault.of("nothing", InjectedFault.Blow.lasting((stage, random) -> {
        last(Duration.ofSeconds(1));
    }));

    static final InjectedFault WORKER_KILLED = InjectedFault.of("worker: kill -9", (stage, random) -> {
        String victim = any(stage.workers(), random);
        stage.killWorker(victim);
        Damage damage = Damage.since(System.currentTimeMillis(), running(stage, victim));
        stage.startWorkerSoon();
        return damage;
    });

    static final InjectedFault WORKER_FROZEN = InjectedFault.of("worker: stopped for two leases", (stage, random) -> {
        String victim = any(stage.workers(), random);
        HeadraceProcess worker = stage.worker(victim);
        worker.freeze();
        Damage damage = Damage.since(System.currentTimeMillis(), running(stage, victim));
        last(stage.plan().lease().multipliedBy(2).plusMillis(random.nextInt(1_000)));
        worker.thaw();
        return damage;
    });

    static final InjectedFault API_KILLED = InjectedFault.of("api: kill -9",
            InjectedFault.Blow.lasting((stage, random) -> {
                stage.restartApi();
            }));

    static final InjectedFault REDIS_KILLED = InjectedFault.of("Redis: kill -9, back after 1–2 s",
            InjectedFault.Blow.lasting((stage, random) -> {
                RedisServer redis = stage.topology().primary();
                redis.kill9();
                last(Duration.ofMillis(1_000 + random.nextInt(1_000)));
                redis.restart();
            }));

    static final InjectedFault REDIS_FROZEN = InjectedFault.of("Redis: stands still for 6 s",
            InjectedFault.Blow.lasting((stage, random) -> {
                RedisServer redis = stage.topology().primary();
                redis.freeze();
                last(Duration.ofSeconds(6));
                redis.thaw();
            }));

    static final InjectedFault CLIENTS_KILLED = InjectedFault.of("Redis: CLIENT KILL every 200 ms",
            InjectedFault.Blow.lasting((stage, random) -> {
                for (int i = 0; i < 15; i++) {
                    for (String type : List.of("normal", "pubsub")) {
                        stage.topology().primary().ask("CLIENT", "KILL", "TYPE", type);
                    }
                    last(Duration.ofMillis(200));
                }
            }));

    static final InjectedFault DISK_FULL = InjectedFault.of("Redis: disk full for 4 s",
            InjectedFault.Blow.lasting((stage, random) -> {
                RedisServer redis = stage.topology().primary();
                limitFiles(redis, "" + (largest(redis.folder()) + 2_000 + random.nextInt(20_000)));
                last(Duration.ofSeconds(4));
                if (redis.alive()) {
                    limitFiles(redis, "unlimited");
                } else {
                    redis.restart(); // it gives up when it must write each command to disk and cannot
                }
            }));

    static final InjectedFault CUT = throughProxy("network: cut ten times",
            InjectedFault.Blow.lasting((stage, random) -> {
                for (int i = 0; i < 10; i++) {
                    stage.proxy().cut();
                    last(Duration.ofMillis(100 + random.nextInt(300)));
                }
            }));

    static final InjectedFault CUT_IN_REPLY = throughProxy("network: cut in the middle of a reply, ten times",
            InjectedFault.Blow.lasting((stage, random) -> {
                for (int i = 0; i < 10; i++) {
                    stage.proxy().cutAfter(1 + random.nextInt(3_000));
                    RedisForms.await("a reply is cut", () -> !stage.proxy().cutDue());
                    last(Duration.ofMillis(random.nextInt(300)));
                }
            }));

    static final InjectedFault DELAY = throughProxy("network: 50–250 ms slower for 4 s",
            InjectedFault.Blow.lasting((stage, random) -> {
                stage.proxy().delay(Duration.ofMillis(50 + random.nextInt(200)));
                last(Duration.ofSeconds(4));
                stage.proxy().pass();
            }));

    static final InjectedFault REPLIES_MISSING = throughProxy("network: half-open, replies missing for 5 s",
            InjectedFault.Blow.lasting((stage, random) -> silence(stage, TcpProxy.Towards.CLIENT)));

    static final InjectedFault COMMANDS_MISSING = throughProxy("network: half-open, commands missing for 5 s",
            InjectedFault.Blow.lasting((stage, random) -> silence(stage, TcpProxy.Towards.SERVER)));

    static final InjectedFault BLACK_HOLE = throughProxy("network: black hole for 6 s",
            InjectedFault.Blow.lasting((stage, random) -> {
                stage.proxy().blackHole();
                last(Duration.ofSeconds(6));
                stage.proxy().pass();
            }));

    static final InjectedFault CLOCKS = new InjectedFault("clocks: api 5 h behind, workers 7 h ahead",
            plan -> plan.withClocks("-5h", "+7h"), NONE.blow());

    /** All of them. */
    static final List<InjectedFault> ALL = List.of(NONE, WORKER_KILLED, WORKER_FROZEN, API_KILLED, REDIS_KILLED,
            REDIS_FROZEN,
            CLIENTS_KILLED, DISK_FULL, CUT, CUT_IN_REPLY, DELAY, REPLIES_MISSING, COMMANDS_MISSING, BLACK_HOLE,
            CLOCKS);

    private static InjectedFault throughProxy(String name, InjectedFault.Blow blow) {
        return new InjectedFault(name, FaultStage.Plan::throughProxy, blow);
    }

    private static void silence(FaultStage stage, TcpProxy.Towards side) throws InterruptedException {
        stage.proxy().halfOpen(side);
        last(Duration.ofSeconds(5));
        stage.proxy().pass();
    }

    /** A fault lasts its time: this is no wait for something to happen. */
    static void last(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    static <T> T any(List<T> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }

    /** What a worker had begun and not ended, as its handlers noted. */
    static Set<JobId> running(FaultStage stage, String worker) throws IOException {
        Set<Execution> running = new HashSet<>(ExecutionNotes.runs(stage.notes().started(worker)));
        ExecutionNotes.runs(stage.notes().completed(worker)).forEach(running::remove);
        ExecutionNotes.runs(stage.notes().failed(worker)).forEach(running::remove);
        return running.stream().map(Execution::job).collect(Collectors.toSet());
    }

    private static long largest(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).max().orElse(0);
        }
    }

    private static void limitFiles(RedisServer redis, String bytes) throws IOException, InterruptedException {
        Process prlimit = new ProcessBuilder("prlimit", "--pid", "" + redis.pid(), "--fsize=" + bytes + ":unlimited")
                .inheritIO().start();
        if (prlimit.waitFor() != 0) {
            throw new AssertionError("prlimit failed");
        }
    }
}
