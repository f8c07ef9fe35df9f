package io.headrace.redis.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerUnavailable;
import io.headrace.InvalidInput;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.WorkerId;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.connection.DevCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

final class EmbeddedRedisTest {
    private static final QueueName QUEUE = new QueueName("email");

    @TempDir
    Path folder;

    private static Jedis jedis(EmbeddedRedis redis) {
        return new Jedis("127.0.0.1", redis.port());
    }

    @Test
    void jobsAndLeasesSurviveAKillOfTheServer() throws Exception {
        JobId queued;
        ClaimedJob running;
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0)) {
            try (RedisBroker broker = connect(redis)) {
                JobClient client = new JobClient(broker);
                client.enqueue(NewJob.of("email", "welcome", 1).priority(Priority.HIGH).build());
                running = broker.claim(
                        new ClaimRequest(QUEUE, new WorkerId("w1"), 1, Duration.ofSeconds(30), List.of(Priority.HIGH)))
                        .jobs().get(0);
                queued = client.enqueue(NewJob.of("email", "welcome", 2).build()).id();
            }
            // everysec: what was written more than a second ago is on disk
            flush(redis);
            redis.process().destroyForcibly();
            redis.process().onExit().get(10, TimeUnit.SECONDS);
        }
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0); RedisBroker broker = connect(redis)) {
            assertThat(broker.find(queued).job().orElseThrow().state()).isEqualTo(JobState.QUEUED);
            assertThat(broker.find(running.lease().job()).job().orElseThrow().worker()).isEqualTo("w1");
        }
    }

    @Test
    void itIsReadyWhenItsDataIsLoadedAndNotBefore() throws Exception {
        int keys = 500;
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0); Jedis jedis = jedis(redis)) {
            for (int i = 0; i < keys; i++) {
                jedis.set("key" + i, "value");
            }
        }
        Map<String, String> aMillisecondForEachKey = Map.of("key-load-delay", "1000");
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0, null, aMillisecondForEachKey);
                Jedis jedis = jedis(redis)) {
            assertThat(jedis.dbSize()).isEqualTo(keys);
        }
    }

    @Test
    void aSecondServerOnTheSameFolderIsRefused() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0)) {
            assertThat(redis.process().isAlive()).isTrue();
            assertThatThrownBy(() -> EmbeddedRedis.start(folder, 0)).isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by another headrace (process " + ProcessHandle.current().pid())
                    .hasMessageContaining(folder.toRealPath().toString());
        }
    }

    @Test
    void aTakenPortIsNamedInTheError(@TempDir Path other) throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0)) {
            assertThatThrownBy(() -> EmbeddedRedis.start(other, redis.port())).isInstanceOf(IOException.class)
                    .hasMessageContaining("did not start").hasMessageContaining(Integer.toString(redis.port()));
        }
    }

    @Test
    void serversThatStartAtTheSameTimeHaveEachAPortOfItsOwn() throws Exception {
        List<CompletableFuture<EmbeddedRedis>> starts = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d")) {
            starts.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return EmbeddedRedis.startPrivate(folder.resolve(name), null, Map.of());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }, task -> new Thread(task).start()));
        }
        List<EmbeddedRedis> started = new ArrayList<>();
        for (CompletableFuture<EmbeddedRedis> start : starts) {
            started.add(start.get(30, TimeUnit.SECONDS));
        }
        Set<Integer> ports = new HashSet<>();
        for (EmbeddedRedis redis : started) {
            ports.add(redis.port());
            redis.close();
        }
        assertThat(ports).hasSize(4);
    }

    @Test
    void theServerEndsWithItsOwnerHoweverThatDies() throws Exception {
        Process owner = owner();
        ProcessHandle server = ProcessHandle.of(Long.parseLong(owner.inputReader().readLine())).orElseThrow();
        assertThat(server.isAlive()).isTrue();

        owner.destroyForcibly();

        server.onExit().get(10, TimeUnit.SECONDS);
        assertThat(server.isAlive()).isFalse();
    }

    @Test
    void theServerThatAKilledOwnerAndItsCompanionLeftBehindIsEndedByTheNextStart() throws Exception {
        Process owner = owner();
        ProcessHandle orphan = ProcessHandle.of(Long.parseLong(owner.inputReader().readLine())).orElseThrow();
        assertThat(orphan.children().toList()).isNotEmpty().allMatch(ProcessHandle::destroyForcibly);
        owner.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        assertThat(orphan.isAlive()).isTrue();

        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0)) {
            assertThat(orphan.isAlive()).isFalse();
            assertThat(redis.process().isAlive()).isTrue();
        }
    }

    @Test
    void aStrangerOnTheOldPortNamesNoProcessToEnd() throws Exception {
        Process bystander = new ProcessBuilder("sleep", "60").start();
        try (PretendRedis stranger = PretendRedis.start(folder.toRealPath(), bystander.pid())) {
            Files.writeString(folder.resolve("redis.port"), stranger.port() + "\n");

            try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0)) {
                assertThat(redis.process().isAlive()).isTrue();
            }
            assertThat(bystander.isAlive()).isTrue();
        } finally {
            bystander.destroyForcibly();
        }
    }

    @Test
    void aProcessThatHasTheNumberOfAnOldServerIsLeftAlone() {
        ProcessHandle self = ProcessHandle.current();
        long start = self.info().startInstant().orElseThrow().toEpochMilli();

        assertThat(DataFolder.process(self.pid() + " " + start)).contains(self);
        assertThat(DataFolder.process(self.pid() + " " + (start - 60_000))).isEmpty();
        assertThat(DataFolder.process(self.pid() + "")).isEmpty();
    }

    @Test
    void aPrivateServerLetsInOnlyWhoCanReadItsFolder() throws Exception {
        Path data = folder.resolve("data");
        try (EmbeddedRedis redis = EmbeddedRedis.startPrivate(data, null, Map.of())) {
            try (Jedis stranger = jedis(redis)) {
                for (List<String> words : ATTACKS) {
                    assertThatThrownBy(
                            () -> stranger.sendCommand(() -> words.get(0).getBytes(StandardCharsets.US_ASCII),
                                    words.subList(1, words.size()).toArray(String[]::new)))
                            .as(words.toString()).isInstanceOf(JedisDataException.class).hasMessageContaining("NOAUTH");
                }
            }
            assertThat(RedisConfig.parse(redis.url()).toString()).isEqualTo("redis://127.0.0.1:" + redis.port());
            assertThat(EmbeddedRedis.runsOn(data)).isTrue();
            try (RedisBroker broker = connect(redis)) {
                new JobClient(broker).enqueue(NewJob.of("email", "welcome", "for their eyes only").build());
            }
            assertThat(redis.process().info().commandLine().orElseThrow()).doesNotContain(password(redis));
            assertThat(openToOthers(data)).isEmpty();
        }
        assertThat(EmbeddedRedis.runsOn(data)).isFalse();
    }

    /**
     * What reads, writes, runs or ends something; the first crashes the server of the jar when it is let in
     * (CVE-2024-31449).
     */
    private static final List<List<String>> ATTACKS = List.of(
            List.of("EVAL", "return bit.tohex(65535, -2147483648)", "0"),
            List.of("EVAL", "return 1", "0"), List.of("FUNCTION", "LIST"),
            List.of("KEYS", "*"), List.of("SCAN", "0"), List.of("CONFIG", "GET", "*"), List.of("INFO"),
            List.of("CONFIG", "SET", "dir", "/tmp"), List.of("FLUSHALL"), List.of("SHUTDOWN", "NOSAVE"),
            List.of("MONITOR"), List.of("SUBSCRIBE", "x"), List.of("PUBLISH", "x", "y"), List.of("ACL", "WHOAMI"),
            List.of("REPLICAOF", "127.0.0.1", "1"), List.of("PSYNC", "?", "-1"));

    /** Files and folders under one that others can read, write or enter. */
    private static List<String> openToOthers(Path top) throws IOException {
        List<String> open = new ArrayList<>();
        try (Stream<Path> all = Files.walk(top)) {
            for (Path each : all.toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(each));
                if (!mode.endsWith("------")) {
                    open.add(mode + " " + each);
                }
            }
        }
        return open;
    }

    private static String password(EmbeddedRedis redis) {
        return Objects.requireNonNull(RedisConfig.parse(redis.url()).password());
    }

    @Test
    void thePortOfAFolderStaysAndItsPasswordDoesNot() throws Exception {
        int port;
        String password;
        try (EmbeddedRedis redis = EmbeddedRedis.startPrivate(folder, null, Map.of())) {
            port = redis.port();
            password = password(redis);
        }
        try (EmbeddedRedis redis = EmbeddedRedis.startPrivate(folder, null, Map.of())) {
            assertThat(redis.port()).isEqualTo(port);
            assertThat(password(redis)).isNotEqualTo(password);
        }
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                EmbeddedRedis redis = EmbeddedRedis.startPrivate(folder, null, Map.of())) {
            assertThat(redis.port()).isNotEqualTo(taken.getLocalPort());
        }
    }

    @Test
    void whoNamesTheFolderFindsTheServerAgainAfterItsNextStart() throws Exception {
        EmbeddedRedis redis = EmbeddedRedis.startPrivate(folder, null, Map.of());
        RedisConfig config = RedisConfig.parse("dev:" + folder);
        assertThat(config.toString()).isEqualTo("redis://127.0.0.1:" + redis.port());
        assertThat(RedisConfig.parse(config.url())).isEqualTo(config);
        try (RedisBroker broker = RedisBroker.connect(config, BrokerObserver.NONE)) {
            JobId job = new JobClient(broker).enqueue(NewJob.of("email", "welcome", 1).build()).id();
            redis.close();
            assertThatThrownBy(() -> broker.find(job)).isInstanceOf(BrokerUnavailable.class);

            redis = EmbeddedRedis.startPrivate(folder, null, Map.of());
            Eventually.until("the broker finds the server again", () -> isQueued(broker, job));
        } finally {
            redis.close();
        }
        assertThatThrownBy(() -> RedisConfig.parse("dev:" + folder)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("no 'headrace dev' runs");
    }

    private static boolean isQueued(RedisBroker broker, JobId job) {
        try {
            return broker.find(job).job().orElseThrow().state() == JobState.QUEUED;
        } catch (BrokerUnavailable e) {
            return false;
        }
    }

    @Test
    void thePasswordIsToldToNobodyWhoTookThePort() throws Exception {
        EmbeddedRedis.startPrivate(folder, null, Map.of()).close();
        Files.writeString(folder.resolve("redis.secret"), "secret");

        assertThatThrownBy(() -> new DevCredentials(folder).get()).isInstanceOf(JedisConnectionException.class)
                .hasMessageContaining("held by another user, or by nobody");
    }

    @Test
    void aDamagedFileIsCutOffWhereTheDamageBeginsAndKeptAsItWas() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0); Jedis jedis = jedis(redis)) {
            for (int i = 0; i < 20; i++) {
                jedis.set("key" + i, "value");
            }
        }
        assertThat(DataRepair.of(folder, null)).isEmpty();
        Path file = folder.resolve("appendonlydir/appendonly.aof.1.incr.aof");
        byte[] damaged = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                .replace("*3\r\n$3\r\nset\r\n$5\r\nkey10", "XX\r\n$3\r\nset\r\n$5\r\nkey10")
                .replace("*3\r\n$3\r\nSET\r\n$5\r\nkey10", "XX\r\n$3\r\nSET\r\n$5\r\nkey10")
                .getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, damaged);
        assertThatThrownBy(() -> EmbeddedRedis.start(folder, 0)).isInstanceOf(DataUnreadable.class)
                .hasMessage("the data is damaged: appendonly.aof.1.incr.aof cannot be read to its end");

        DataRepair.Repaired repaired = DataRepair.of(folder, null).orElseThrow();

        assertThat(repaired.told()).contains("appendonly.aof.1.incr.aof from " + damaged.length + " bytes");
        assertThat(repaired.copy().resolve("appendonly.aof.1.incr.aof")).hasBinaryContent(damaged);
        assertThat(openToOthers(folder)).isEmpty();
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0); Jedis jedis = jedis(redis)) {
            assertThat(jedis.keys("*")).hasSize(10);
        }
    }

    @Test
    void whatAnEarlierVersionLeftOpenIsClosed() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path appended = Files.createDirectory(data.resolve("appendonlydir"));
        for (Path file : List.of(data.resolve("headrace.lock"), data.resolve("redis.log"),
                data.resolve("redis.conf"))) {
            Files.writeString(file, "");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        }
        for (Path each : List.of(data, appended)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxrwxr-x"));
        }
        try (EmbeddedRedis redis = EmbeddedRedis.startPrivate(data, null, Map.of())) {
            assertThat(redis.process().isAlive()).isTrue();
            assertThat(openToOthers(data)).isEmpty();
        }
    }

    @Test
    void aFolderThatHoldsOtherThingsKeepsItsModeAndItsFiles() throws Exception {
        Path script = Files.writeString(folder.resolve("mine.sh"), "true");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

        try (EmbeddedRedis redis = EmbeddedRedis.startPrivate(folder, null, Map.of())) {
            assertThat(redis.process().isAlive()).isTrue();
            assertThat(openToOthers(folder)).hasSize(2).allMatch(open -> open.startsWith("rwxr-xr-x"));
        }
    }

    @Test
    void aFolderThatOthersCanWriteToIsRefused() throws Exception {
        Files.writeString(folder.resolve("other"), "");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> EmbeddedRedis.startPrivate(folder, null, Map.of())).isInstanceOf(IOException.class)
                .hasMessageContaining("can be written by other users");
    }

    @Test
    void aLinkWhereAFileShouldBeIsNotFollowed(@TempDir Path elsewhere) throws Exception {
        Path target = Files.writeString(elsewhere.resolve("precious"), "as it was");
        Files.writeString(folder.resolve("headrace.lock"), "");
        Files.createSymbolicLink(folder.resolve("redis.conf"), target);

        assertThatThrownBy(() -> EmbeddedRedis.startPrivate(folder, null, Map.of())).isInstanceOf(IOException.class)
                .hasMessageContaining("redis.conf is a link");
        assertThat(target).hasContent("as it was");
    }

    private Process owner() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), Owner.class.getName(),
                folder.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** Starts a server, tells its process id, and waits to be killed. */
    static final class Owner {
        public static void main(String[] arguments) throws Exception {
            Path folder = Path.of(arguments[0]);
            try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0)) {
                System.out.println(redis.process().pid());
                System.in.read();
            }
        }
    }

    private static RedisBroker connect(EmbeddedRedis redis) {
        return RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
    }

    private static void flush(EmbeddedRedis redis) {
        try (Jedis jedis = jedis(redis)) {
            jedis.configSet("appendfsync", "always");
            jedis.set("flushed", "1");
        }
    }
}
