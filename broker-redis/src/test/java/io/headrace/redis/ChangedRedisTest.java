package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerUnavailable;
import io.headrace.InvalidInput;
import io.headrace.JobClient;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Subscription;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WriteResult;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

/** Redis is filled, emptied, set otherwise or breaks connections under a broker that stays. */
final class ChangedRedisTest {
    private static final QueueName QUEUE = new QueueName("email");
    private static final ClaimRequest CLAIM = new ClaimRequest(QUEUE, new WorkerId("w1"), 10, Duration.ofSeconds(30),
            List.of(Priority.values()));

    @TempDir
    Path folder;

    @Test
    void aFullRedisRefusesSubmissionsAndStillLetsJobsEnd() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0);
                RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
                Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            JobClient client = new JobClient(broker);
            client.enqueue(job());
            jedis.configSet("maxmemory", "1");

            assertThatThrownBy(() -> client.enqueue(job())).isInstanceOf(BrokerUnavailable.class)
                    .hasMessageContaining("OOM");
            assertThat(broker.readiness()).hasValueSatisfying(why -> assertThat(why).contains("full"));
            var claimed = broker.claim(CLAIM).jobs().get(0);
            var ended = claimed.document().with(
                    claimed.document().history().ended(JobState.SUCCEEDED, claimed.claimedAt(), null));
            assertThat(broker.settle(Verdict.finish(claimed.lease(), ended)).toCompletableFuture().get(5,
                    TimeUnit.SECONDS))
                    .isEqualTo(WriteResult.RECORDED);
        }
    }

    @Test
    void aRedisThatEvictsKeysIsRefused() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0, null, Map.of("maxmemory-policy", "allkeys-lru"))) {
            assertThatThrownBy(() -> RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE))
                    .isInstanceOf(InvalidInput.class).hasMessageContaining("allkeys-lru")
                    .hasMessageContaining("noeviction");
        }
    }

    @Test
    void aRedisThatStartsToEvictKeysMakesTheBrokerUnready() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0);
                RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
                Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            jedis.configSet("maxmemory-policy", "volatile-ttl");
            assertThat(broker.readiness())
                    .hasValueSatisfying(why -> assertThat(why).contains("volatile-ttl"));
        }
    }

    @Test
    void aScriptCacheThatWasEmptiedIsFilledAgain() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0);
                RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
                Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            JobClient client = new JobClient(broker);
            client.enqueue(job());
            jedis.scriptFlush();
            assertThat(broker.claim(CLAIM).jobs()).hasSize(1);
        }
    }

    @Test
    void aQueueThatWasEmptiedFromOutsideIsCreatedAgain() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0);
                RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
                Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            JobClient client = new JobClient(broker);
            client.enqueue(job());
            jedis.flushAll();
            client.enqueue(job());
            assertThat(broker.claim(CLAIM).jobs()).hasSize(1);
            assertThat(broker.queues().all()).hasSize(1);
        }
    }

    @Test
    void aWakeTokenThatCannotBeGivenBackSilencesNobody() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0);
                RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
                Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            JobClient client = new JobClient(broker);
            Thread waiter = new Thread(() -> assertThatThrownBy(
                    () -> broker.awaitReady(Set.of(QUEUE), Duration.ofSeconds(5)))
                    .isInstanceOf(InterruptedException.class));
            waiter.start();
            Eventually.until("it waits in Redis", () -> jedis.clientList().contains("cmd=blpop"));
            waiter.interrupt();
            waiter.join();
            jedis.configSet("maxmemory", "1");
            jedis.eval("#!lua flags=allow-oom\nreturn redis.call('LPUSH', KEYS[1], '1')", 1, "hr:{email}:wake");
            Eventually.until("the token was refused back", () -> jedis.info("errorstats").contains("errorstat_OOM"));
            jedis.configSet("maxmemory", "0");

            client.enqueue(job());

            assertThat(broker.awaitReady(Set.of(QUEUE), Duration.ofSeconds(5))).isTrue();
        }
    }

    @Test
    void aSubscriptionStandsAlthoughTheConnectionBreaksUnderIt() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0);
                RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
                Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            try (Subscription first = broker.onChange(QUEUE, id -> {})) {
                for (int i = 0; i < 10; i++) {
                    jedis.clientKill(new ClientKillParams().type(ClientType.PUBSUB));
                    for (String name : List.of("a" + i, "b" + i, "c" + i)) {
                        try (Subscription next = broker.onChange(new QueueName(name), id -> {})) {
                            String channel = "hr:{" + name + "}:changed";
                            assertThat(jedis.pubsubNumSub(channel)).containsEntry(channel, 1L);
                        }
                    }
                }
            }
        }
    }

    private static NewJob job() {
        return NewJob.of("email", "welcome", 1).build();
    }
}
