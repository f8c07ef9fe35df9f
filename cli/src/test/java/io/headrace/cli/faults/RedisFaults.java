package io.headrace.cli.faults;

import io.headrace.contract.process.RedisConnection;
import io.headrace.contract.process.RedisServer;
import io.headrace.contract.process.TcpProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** What operators, disks and limits do to a single Redis. */
final class RedisFaults {
    private RedisFaults() {}

    static final InjectedFault PAUSED = InjectedFault.of("Redis: CLIENT PAUSE of 20 s",
            InjectedFault.Blow.lasting((stage, random) -> {
                stage.topology().primary().ask("CLIENT", "PAUSE", "20000", "ALL");
                ProcessFaults.last(Duration.ofSeconds(20));
            }));

    static final InjectedFault SCRIPTS_FLUSHED = InjectedFault.of("Redis: SCRIPT FLUSH every 50 ms",
            InjectedFault.Blow.lasting((stage, random) -> {
                for (int i = 0; i < 60; i++) {
                    stage.topology().primary().ask("SCRIPT", "FLUSH");
                    ProcessFaults.last(Duration.ofMillis(50));
                }
            }));

    static final InjectedFault MEMORY_FULL = InjectedFault.of("Redis: maxmemory reached for 4 s",
            InjectedFault.Blow.lasting((stage, random) -> {
                RedisServer redis = stage.topology().primary();
                long used = Long.parseLong(redis.info("used_memory"));
                redis.ask("CONFIG", "SET", "maxmemory", "" + (used - random.nextInt(100_000)));
                ProcessFaults.last(Duration.ofSeconds(4));
                redis.ask("CONFIG", "SET", "maxmemory", "0");
            }));

    /** The delay between two keys makes the rewrite last until the end of the server. */
    static final InjectedFault KILLED_IN_REWRITE = InjectedFault.of("Redis: kill -9 while it rewrites its file",
            InjectedFault.Blow.lasting((stage, random) -> {
                RedisServer redis = stage.topology().primary();
                redis.ask("CONFIG", "SET", "rdb-key-save-delay", "100000");
                redis.ask("BGREWRITEAOF");
                RedisForms.await("a rewrite", () -> inRewrite(redis));
                ProcessFaults.last(Duration.ofMillis(random.nextInt(1_500)));
                List<ProcessHandle> rewriting = ProcessHandle.of(redis.pid()).stream()
                        .flatMap(ProcessHandle::descendants).toList();
                redis.kill9();
                rewriting.forEach(ProcessHandle::destroyForcibly);
                redis.restart();
            }));

    /** What a power failure leaves: a command of which only the beginning was written, and which nobody was told of. */
    static final InjectedFault TORN_TAIL = InjectedFault.of("Redis: kill -9, the last command in its file torn",
            InjectedFault.Blow.lasting((stage, random) -> {
                RedisServer redis = stage.topology().primary();
                redis.kill9();
                String torn = "*5\r\n$4\r\nXADD\r\n$20\r\nhr:{default}:ready:n\r\n"
                        + "$1\r\n*\r\n$3\r\njob\r\n$64\r\n{\"type\"";
                Files.writeString(newestLog(redis), torn.substring(0, 1 + random.nextInt(torn.length() - 1)),
                        StandardOpenOption.APPEND);
                redis.restart();
            }));

    /** Somebody who may talk to Redis says what is not so, as often as he can. */
    static final InjectedFault MEDDLERS = InjectedFault.of("Redis: 40,000 forged hints, tokens and index members",
            InjectedFault.Blow.lasting((stage, random) -> {
                List<String> ids = running(stage);
                try (RedisConnection redis = stage.topology().primary().connect()) {
                    for (int i = 0; i < 10_000; i++) {
                        redis.call("PUBLISH", RedisTopology.BASE + "cancel", any(ids, i, random));
                        redis.call("PUBLISH", RedisTopology.BASE + "changed", any(ids, i, random));
                        redis.call("PUBLISH", "hr:wished:" + random.nextInt(), "quiet");
                        redis.call("LPUSH", RedisTopology.BASE + "wake", "token" + i);
                        if (i % 100 == 0) {
                            redis.call("ZADD", RedisTopology.BASE + "scheduled", "0", "no job " + i);
                            redis.call("SADD", "hr:queues", "No Queue " + i);
                            redis.call("SADD", "hr:workers", "w-" + random.nextInt());
                            ids = running(stage);
                        }
                    }
                }
            }));

    /** Nothing of these may be lost. */
    static final List<InjectedFault> ALL = List.of(PAUSED, SCRIPTS_FLUSHED, MEMORY_FULL, KILLED_IN_REWRITE, TORN_TAIL,
            MEDDLERS);

    static final InjectedFault TAIL_CUT = InjectedFault.of("Redis: kill -9, the last 20 kB of its file cut off",
            InjectedFault.Blow.lasting((stage, random) -> {
                RedisServer redis = stage.topology().primary();
                redis.kill9();
                Path log = newestLog(redis);
                byte[] written = Files.readAllBytes(log);
                int left = Math.max(0, written.length - 20_000 - random.nextInt(200));
                Files.write(log, Arrays.copyOf(written, left));
                redis.restart();
            }));

    static final InjectedFault FLUSHED = InjectedFault.of("Redis: FLUSHALL",
            InjectedFault.Blow.lasting((stage, random) -> {
                stage.topology().primary().ask("FLUSHALL");
            }));

    static final InjectedFault STALE_COPY = InjectedFault.of("Redis: replaced by its own copy of 3 s before",
            (stage, random) -> {
                RedisServer redis = stage.topology().primary();
                Path logs = redis.folder().resolve("appendonlydir");
                Path copy = redis.folder().resolve("copy");
                copy(logs, copy);
                ProcessFaults.last(Duration.ofSeconds(3));
                redis.kill9();
                long replacedMs = System.currentTimeMillis();
                MatrixReport.delete(logs);
                copy(copy, logs);
                redis.restart();
                return InjectedFault.Damage.endedNow(replacedMs);
            });

    /** What was accepted there is there, and nobody runs it. */
    static final InjectedFault ELSEWHERE = new InjectedFault(
            "network: the address leads to another, empty Redis for 4 s",
            FaultStage.Plan::throughProxy, RedisFaults::leadElsewhere);

    /** What an operator or a file takes away is lost; what was accepted before or after it is not. */
    static final List<InjectedFault> LOSING = List.of(TAIL_CUT, FLUSHED, STALE_COPY, ELSEWHERE);

    /** Ids of jobs that run now, as far as notes tell. */
    private static List<String> running(FaultStage stage) throws IOException {
        List<String> ids = new ArrayList<>();
        for (String worker : stage.workers()) {
            ProcessFaults.running(stage, worker).forEach(id -> ids.add(id.toString()));
        }
        return ids;
    }

    /** Mostly a job that runs, else words that name none. */
    private static String any(List<String> ids, int i, Random random) {
        return ids.isEmpty() || i % 5 == 0 ? "no job \u0000" + random.nextInt() : ProcessFaults.any(ids, random);
    }

    private static InjectedFault.Damage leadElsewhere(FaultStage stage, Random random)
            throws IOException, InterruptedException {
        TcpProxy proxy = stage.proxy();
        Path folder = stage.topology().primary().folder().resolveSibling("elsewhere");
        try (RedisServer other = RedisForms.server(folder, stage.plan().mode(), Map.of())) {
            proxy.lead(other.port());
            ProcessFaults.last(Duration.ofMillis(4_000 + random.nextInt(500)));
            proxy.lead(stage.topology().primary().port());
            return InjectedFault.Damage.endedNow(System.currentTimeMillis());
        }
    }

    private static boolean inRewrite(RedisServer redis) {
        try {
            return redis.info("aof_rewrite_in_progress").equals("1");
        } catch (IOException e) {
            return false;
        }
    }

    /** The part of the append-only file that is written to. */
    private static Path newestLog(RedisServer redis) throws IOException {
        Path logs = redis.folder().resolve("appendonlydir");
        List<String> parts = Files.readAllLines(logs.resolve("appendonly.aof.manifest"));
        return logs.resolve(parts.get(parts.size() - 1).split(" ", -1)[1]);
    }

    private static void copy(Path from, Path into) throws IOException {
        Files.createDirectories(into);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, into.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
