package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerObserver;
import io.headrace.ClaimRequest;
import io.headrace.ClaimedJob;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Level;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.WorkerId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

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
                client.enqueue(NewJob.of("email", "welcome", 1).level(Level.HIGH).build());
                running = broker.claim(
                        new ClaimRequest(QUEUE, new WorkerId("w1"), 1, Duration.ofSeconds(30), List.of(Level.HIGH)))
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
                    .hasMessageContaining("in use by another headrace")
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
    void theServerThatAKilledOwnerLeftBehindIsEndedByTheNextStart() throws Exception {
        Process owner = owner("left behind");
        long pid = Long.parseLong(owner.inputReader().readLine());
        ProcessHandle orphan = ProcessHandle.of(pid).orElseThrow();
        owner.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        assertThat(orphan.isAlive()).isTrue();

        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0)) {
            assertThat(orphan.isAlive()).isFalse();
            assertThat(redis.process().isAlive()).isTrue();
        }
    }

    @Test
    void aServerForOneProcessEndsWithItHoweverThatDies() throws Exception {
        Process owner = owner("for this process");
        ProcessHandle server = ProcessHandle.of(Long.parseLong(owner.inputReader().readLine())).orElseThrow();
        assertThat(server.isAlive()).isTrue();

        owner.destroyForcibly();

        server.onExit().get(10, TimeUnit.SECONDS);
        assertThat(server.isAlive()).isFalse();
    }

    @Test
    void aServerForOneProcessStopsLikeAnyOther() throws Exception {
        EmbeddedRedis redis = EmbeddedRedis.startForThisProcess(folder, null, Map.of("appendonly", "no"));
        try (redis; Jedis jedis = jedis(redis)) {
            assertThat(jedis.ping()).isEqualTo("PONG");
        }
        assertThat(redis.process().isAlive()).isFalse();
    }

    private Process owner(String how) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), Owner.class.getName(),
                folder.toString(), how).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** Starts a server, tells its process id, and waits to be killed. */
    static final class Owner {
        public static void main(String[] arguments) throws Exception {
            Path folder = Path.of(arguments[0]);
            try (EmbeddedRedis redis = arguments[1].equals("for this process")
                    ? EmbeddedRedis.startForThisProcess(folder, null, Map.of())
                    : EmbeddedRedis.start(folder, 0)) {
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
