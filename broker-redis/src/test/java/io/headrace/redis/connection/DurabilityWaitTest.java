package io.headrace.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerUnavailable;
import io.headrace.Durability;
import io.headrace.DurabilityUnavailable;
import io.headrace.HeadraceException;
import io.headrace.Idempotency;
import io.headrace.JobClient;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.OutcomeUnknown;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.broker.BrokerObserver;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.TestServer;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.DataFolder;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** A submission is answered when it is as safe as was asked, or refused; never with less. */
@Timeout(60)
final class DurabilityWaitTest {
    private static final QueueName QUEUE = new QueueName("email");
    private static final Map<String, String> ALWAYS = Map.of("appendfsync", "always");

    @TempDir
    Path folder;

    private static NewJob job(Durability durability) {
        return NewJob.of("email", "welcome", 1).durability(durability).build();
    }

    private static RedisBroker connect(EmbeddedRedis redis) {
        return RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
    }

    /** One that waits for no further replicas before it sends its data, nor for its replica when it is told to stop. */
    private EmbeddedRedis primary(@Nullable Path program) throws Exception {
        return EmbeddedRedis.start(folder.resolve("primary"), 0, program,
                Map.of("shutdown-timeout", "0", "repl-diskless-sync-delay", "0"));
    }

    private EmbeddedRedis replica(EmbeddedRedis primary, @Nullable Path program) throws Exception {
        EmbeddedRedis replica = EmbeddedRedis.start(folder.resolve("replica"), 0, program,
                Map.of("replicaof", "127.0.0.1 " + primary.port(), "appendonly", "no"));
        Eventually.until("the replica is online", () -> info(primary, "replication").contains("state=online"));
        return replica;
    }

    private static String info(EmbeddedRedis redis, String section) {
        try (Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            return jedis.info(section);
        }
    }

    private static long stored(RedisBroker broker) {
        return broker.queues().info(QUEUE).map(queue -> queue.counts().get(JobState.QUEUED)).orElse(0L);
    }

    @ParameterizedTest
    @MethodSource("io.headrace.redis.TestServer#programs")
    void fsyncIsGivenByAServerThatSyncsBeforeItAnswersAndByNoOther(TestServer.Program program) throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0, program.path(), ALWAYS);
                Jedis jedis = new Jedis("127.0.0.1", redis.port());
                RedisBroker always = connect(redis)) {
            assertThat(new JobClient(always).enqueue(job(Durability.FSYNC)).kind())
                    .isEqualTo(Submission.Kind.ACCEPTED);
            for (String other : List.of("everysec", "no")) {
                jedis.configSet("appendfsync", other);
                try (RedisBroker lax = connect(redis)) {
                    assertThatThrownBy(() -> new JobClient(lax).enqueue(job(Durability.FSYNC)))
                            .isInstanceOf(DurabilityUnavailable.class).hasMessageContaining("appendfsync to always");
                    assertThat(stored(lax)).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void fsyncIsRefusedWithoutAnAppendOnlyFile() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0, null, Map.of("appendonly", "no"));
                RedisBroker broker = connect(redis)) {
            assertThatThrownBy(() -> new JobClient(broker).enqueue(job(Durability.FSYNC)))
                    .isInstanceOf(DurabilityUnavailable.class).hasMessageContaining("appendonly to yes");
            assertThatThrownBy(() -> broker.require(Durability.FSYNC))
                    .isInstanceOf(DurabilityUnavailable.class);
            assertThat(stored(broker)).isZero();
        }
    }

    @Test
    void aServerThatIsStillReadingItsDataIsAwayForNow() throws Exception {
        EmbeddedRedis first = EmbeddedRedis.start(folder, 0, null, ALWAYS);
        try (RedisBroker broker = connect(first)) {
            new JobClient(broker).enqueueAll(Collections.nCopies(40_000, job(Durability.FSYNC)));
        }
        first.close();
        DataFolder data = DataFolder.open(folder);
        Process loading = EmbeddedRedis.launch(data, first.port(), "", EmbeddedRedis.unpack(),
                Map.of("appendfsync", "always", "key-load-delay", "100"));
        try (data) {
            Eventually.until("the server reads its data", () -> isLoading(first));
            try (RedisBroker broker = connect(first)) {
                assertThatThrownBy(() -> broker.require(Durability.FSYNC))
                        .isInstanceOf(BrokerUnavailable.class).hasMessageContaining("reading its data");
            }
        } finally {
            loading.destroyForcibly();
        }
    }

    private static boolean isLoading(EmbeddedRedis redis) {
        try {
            return info(redis, "persistence").contains("loading:1");
        } catch (JedisException e) {
            return false;
        }
    }

    @Test
    void aServerThatStopsToSyncIsNoticedByTheVeryFlush() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0, null, ALWAYS);
                RedisBroker broker = connect(redis);
                Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            JobClient client = new JobClient(broker);
            client.enqueue(job(Durability.FSYNC));
            jedis.configSet("appendfsync", "everysec");
            // Unless a second has passed, and the server was asked again before anything was written.
            assertThatThrownBy(() -> client.enqueue(job(Durability.FSYNC)))
                    .isInstanceOfAny(OutcomeUnknown.class, DurabilityUnavailable.class);
            assertThatThrownBy(() -> client.enqueue(job(Durability.FSYNC)))
                    .isInstanceOf(DurabilityUnavailable.class);
        }
    }

    @Test
    void aFlushIsConfirmedOnceHoweverManyJobsItCarries() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0, null, ALWAYS);
                RedisBroker broker = connect(redis)) {
            CompletableFuture.allOf(IntStream.range(0, 2_000)
                    .mapToObj(i -> broker.enqueue(job(Durability.FSYNC)).toCompletableFuture())
                    .toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
            assertThat(stored(broker)).isEqualTo(2_000);
            Matcher asked = Pattern.compile("cmdstat_config\\|get:calls=([0-9]+)").matcher(info(redis, "commandstats"));
            assertThat(asked.find()).isTrue();
            assertThat(Integer.parseInt(asked.group(1))).isLessThan(200);
        }
    }

    @Test
    void aReplicaHoldsTheJobBeforeItsSubmissionIsAnswered() throws Exception {
        try (EmbeddedRedis primary = primary(null);
                RedisBroker broker = connect(primary)) {
            JobClient client = new JobClient(broker);
            assertThatThrownBy(() -> client.enqueue(job(Durability.replicated(1))))
                    .isInstanceOf(DurabilityUnavailable.class).hasMessageContaining("0 of 1 replicas");
            assertThat(stored(broker)).isZero();

            try (EmbeddedRedis replica = replica(primary, null); Jedis jedis = new Jedis("127.0.0.1", replica.port())) {
                Eventually.until("the broker asks again", () -> canGive(broker, Durability.replicated(1)));
                client.enqueue(job(Durability.replicated(1)));
                assertThat(jedis.xlen("hr:{email}:ready:n")).isEqualTo(1);
                assertThatThrownBy(() -> client.enqueue(job(Durability.replicated(2))))
                        .isInstanceOf(DurabilityUnavailable.class).hasMessageContaining("1 of 2 replicas");
            }
        }
    }

    private static boolean canGive(RedisBroker broker, Durability durability) {
        try {
            broker.require(durability);
            return true;
        } catch (HeadraceException e) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("io.headrace.redis.TestServer#programs")
    void aReplicaThatHangsLeavesTheOutcomeUnknownAndHoldsUpNobodyElse(TestServer.Program program) throws Exception {
        NewJob replicated = NewJob.of("email", "welcome", 1).durability(Durability.replicated(1))
                .idempotency(new Idempotency("k", "f")).build();
        try (EmbeddedRedis primary = primary(program.path());
                EmbeddedRedis replica = replica(primary, program.path());
                RedisBroker broker = connect(primary)) {
            JobClient client = new JobClient(broker);
            client.enqueue(job(Durability.replicated(1)));
            TestServer.signal("STOP", replica);
            try {
                CompletableFuture<Submission> held = broker.enqueue(replicated).toCompletableFuture();
                client.enqueue(job(Durability.MEMORY));
                assertThat(held).isNotDone();
                assertThatThrownBy(held::join).isInstanceOf(CompletionException.class)
                        .hasCauseInstanceOf(OutcomeUnknown.class)
                        .hasMessageContaining("not on 1 replicas");
                // Sent again it is found, which writes nothing by itself, and is no safer than before.
                assertThatThrownBy(() -> client.enqueue(replicated)).isInstanceOf(OutcomeUnknown.class);
            } finally {
                TestServer.signal("CONT", replica);
            }
            Submission again = client.enqueue(replicated);
            assertThat(again.kind()).isEqualTo(Submission.Kind.REPLAYED);
            assertThat(stored(broker)).isEqualTo(3);
        }
    }
}
