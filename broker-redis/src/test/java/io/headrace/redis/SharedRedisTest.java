package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Subscription;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.MoveResult;
import io.headrace.broker.Steer;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

/** Installations that share a Redis, and strangers that publish there. */
final class SharedRedisTest {
    private static final QueueName QUEUE = new QueueName("mail");
    private static final WorkerId WORKER = new WorkerId("w1");
    private static final long SOON_S = 10;

    @TempDir
    Path folder;

    private EmbeddedRedis redis;
    private Jedis jedis;

    @BeforeEach
    void start() throws Exception {
        redis = EmbeddedRedis.start(folder, 0, null, Map.of("appendonly", "no"));
        jedis = new Jedis("127.0.0.1", redis.port());
    }

    @AfterEach
    void stop() throws Exception {
        jedis.close();
        redis.close();
    }

    private RedisBroker connect(int database, String prefix) {
        return RedisBroker.connect(RedisConfig.parse("redis://127.0.0.1:" + redis.port() + '/' + database)
                .withPrefix(prefix), BrokerObserver.NONE);
    }

    @ParameterizedTest
    @CsvSource({"0, hr:, 1, hr:", "1, hr:, 0, hr:", "3, hr:, 12, hr:", "0, hr:, 0, other:", "2, hr:, 2, hr:2:"})
    void nobodyHearsWhatHappensInTheOtherInstallation(int database, String prefix, int otherDatabase,
            String otherPrefix) throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (RedisBroker ours = connect(database, prefix);
                RedisBroker theirs = connect(otherDatabase, otherPrefix);
                Subscription cancelled = ours.onCancel(Set.of(QUEUE), job -> heard.add("cancel " + job));
                Subscription changed = ours.onChange(QUEUE, job -> heard.add("change " + job));
                Subscription wished = ours.onSteer(WORKER, () -> heard.add("wish"))) {
            events(theirs);
            JobId own = events(ours);
            assertThat(heard.poll(SOON_S, TimeUnit.SECONDS)).as("what is heard first").isEqualTo("change " + own);
            String next = "";
            while (!next.equals("wish")) {
                next = heard.poll(SOON_S, TimeUnit.SECONDS);
                assertThat(next).isIn("change " + own, "cancel " + own, "wish");
            }
        }
    }

    /** A claim, a cancellation and a wish, in that order. */
    private static JobId events(RedisBroker broker) {
        JobId id = new JobClient(broker).enqueue(NewJob.of("mail", "welcome", 1).build()).id();
        try (Subscription watched = broker.onChange(QUEUE, job -> {})) {
            ClaimedJob job = broker
                    .claim(new ClaimRequest(QUEUE, WORKER, 1, Duration.ofSeconds(30), List.of(Priority.values())))
                    .jobs()
                    .get(0);
            assertThat(broker.jobs().cancel(job.lease().job())).isEqualTo(MoveResult.REQUESTED);
        }
        broker.heartbeat(new WorkerInfo(WORKER, "h", 1, Instant.now(), List.of(QUEUE), List.of(), 1, 0,
                Duration.ofSeconds(30), "running", "test", List.of()), Duration.ofMinutes(1));
        assertThat(broker.workers().steer(WORKER, Steer.QUIET)).isTrue();
        return id;
    }

    @Test
    void whatStrangersPublishOnOurChannelsIsPassedOver() throws Exception {
        BlockingQueue<JobId> heard = new LinkedBlockingQueue<>();
        try (RedisBroker broker = connect(0, "hr:");
                Subscription cancelled = broker.onCancel(Set.of(QUEUE), heard::add);
                Subscription changed = broker.onChange(QUEUE, heard::add)) {
            for (String channel : List.of("hr:{mail}:cancel", "hr:{mail}:changed")) {
                for (String text : List.of("", " ", "nonsense", "other_n1763770000123-0", "mail_x1-1", "mail_n1-1-1",
                        "\u0000\r\n", "x".repeat(1_000_000), "mail_n99999999999999999999-0", "-1 0 mail")) {
                    jedis.publish(channel, text);
                }
                jedis.publish(channel, "nonsense mail_n1763770000123-7 other_n1-0");
                assertThat(heard.poll(SOON_S, TimeUnit.SECONDS)).hasToString("mail_n1763770000123-7");
            }
            assertThat(heard).isEmpty();
        }
    }

    @Test
    void everyChannelStartsWithThePrefix() throws Exception {
        try (RedisBroker broker = connect(5, "mine:");
                Subscription cancelled = broker.onCancel(Set.of(QUEUE), job -> {});
                Subscription changed = broker.onChange(QUEUE, job -> {});
                Subscription wished = broker.onSteer(WORKER, () -> {})) {
            assertThat(jedis.pubsubChannels()).containsExactlyInAnyOrder("mine:5:silence", "mine:{mail}:5:cancel",
                    "mine:{mail}:5:changed", "mine:wished:5:w1");
        }
    }
}
