package io.headrace.redis.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BacklogFull;
import io.headrace.BrokerUnavailable;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Progress;
import io.headrace.QueueName;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.QueueDeletion;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.RedisSteps;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.connection.Replies;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Protocol.Command;

/**
 * What a process knows of queues does not outlive them: Redis was emptied, an older copy took over, or somebody deleted
 * a key.
 */
final class LostQueuesTest extends RedisSteps {
    private static final QueueName QUEUE = new QueueName("mail");

    LostQueuesTest() {
        super(QUEUE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "unique", "delayed"})
    void theFirstJobAfterRedisWasEmptiedBringsItsQueueBack(String kind) {
        submit("plain");
        submit("unique");
        jedis.flushAll();
        JobId job = submit(kind);
        assertThat(broker.find(job).job()).isPresent();
        assertThat(queues()).containsExactly(QUEUE);
        QueueInfo info = broker.queues().info(QUEUE).orElseThrow();
        assertThat(info.counts()).containsEntry(kind.equals("delayed") ? JobState.SCHEDULED : JobState.QUEUED, 1L);
        assertThat(Replies.list(jedis.sendCommand(Command.XINFO, "GROUPS", "hr:{mail}:ready:n"))).hasSize(1);
    }

    @Test
    void aWholeBurstIsStoredOnceWhenItsQueueIsGone() {
        submit("plain");
        jedis.flushAll();
        List<CompletionStage<?>> burst = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            burst.add(broker.enqueue(NewJob.of("mail", "welcome", i).build()));
        }
        burst.forEach(stage -> stage.toCompletableFuture().join());
        assertThat(broker.queues().info(QUEUE).orElseThrow().counts()).containsEntry(JobState.QUEUED, 300L);
        assertThat(claim("ann", 1000)).hasSize(300);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hr:queues", "hr:{mail}:settings", "hr:{mail}:ready:n"})
    void aQueueIsSeenAgainSoonAfterOneOfItsKeysWasDeleted(String key) {
        submit("plain");
        jedis.del(key);
        aSecondPasses();
        submit("plain");
        Eventually.until("the queue is on the list", () -> queues().contains(QUEUE));
        assertThat(broker.queues().info(QUEUE)).isPresent();
        assertThat(claim("ann", 10)).isNotEmpty();
    }

    @Test
    void aHeartbeatPutsAQueueBackOnTheListThatNobodySubmitsTo() {
        submit("plain");
        jedis.del("hr:queues");
        broker.heartbeat(new WorkerInfo(new WorkerId("ann"), "host", 1, Instant.EPOCH, List.of(QUEUE), List.of(), 1, 0,
                LEASE, "running", "1", List.of()), LEASE);
        assertThat(queues()).containsExactly(QUEUE);
    }

    @Test
    void aWorkerFindsWhatIsInAQueueWhoseGroupIsGone() {
        submit("plain");
        jedis.sendCommand(Command.XGROUP, "DESTROY", "hr:{mail}:ready:n", "workers");
        assertThat(claim("ann", 10)).hasSize(1);
    }

    @Test
    void aWorkerMakesItsQueueKnownWhenItStartsAndBringsNoneBackThatIsGone() {
        assertThat(claim("ann", 1)).isEmpty();
        assertThat(queues()).containsExactly(QUEUE);
        jedis.flushAll();
        assertThat(claim("ann", 1)).isEmpty();
        assertThat(queues()).isEmpty();
        submit("plain");
        assertThat(claim("ann", 1)).hasSize(1);
    }

    @Test
    void aBoundThatAnotherProcessSetHoldsAfterASecond() {
        submit("plain");
        try (RedisBroker other = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE)) {
            other.queues().settings(QUEUE, new QueueSettings(2, Duration.ofHours(1), 10));
        }
        aSecondPasses();
        submit("plain");
        assertThatThrownBy(() -> submit("plain")).isInstanceOf(BacklogFull.class);
    }

    @Test
    void nothingIsLeftOfADeletedQueueAndAllOfTheOthers() {
        submit("plain");
        submit("unique");
        submit("delayed");
        ClaimedJob job = claim("ann", 1).get(0);
        broker.report(job.lease(), new Progress(0.5, "half"), 0, List.of("a line")).toCompletableFuture().join();
        broker.settle(Verdict.bury(job.lease(), job.document())).toCompletableFuture().join();
        new JobClient(broker).enqueue(NewJob.of("mail-2", "welcome", 1).build());
        Set<String> others = jedis.keys("hr:{mail-2}:*");
        assertThat(jedis.keys("hr:{mail}:*")).hasSizeGreaterThan(10);

        assertThat(broker.queues().delete(QUEUE, true).result()).isEqualTo(QueueDeletion.Result.DELETED);

        assertThat(jedis.keys("hr:{mail}:*")).isEmpty();
        assertThat(jedis.smembers("hr:queues")).containsExactly("mail-2");
        assertThat(jedis.keys("hr:{mail-2}:*")).isEqualTo(others);
    }

    @Test
    void nobodyCreatesAQueueWhileItIsBeingDeleted() {
        submit("plain");
        jedis.flushAll();
        jedis.set("hr:{mail}:deleting", "1");
        assertThatThrownBy(() -> submit("plain")).isInstanceOf(BrokerUnavailable.class)
                .hasMessageContaining("is being deleted");
        assertThatThrownBy(() -> submit("delayed")).isInstanceOf(BrokerUnavailable.class);
        assertThatThrownBy(() -> broker.queues().pause(QUEUE)).isInstanceOf(BrokerUnavailable.class);
        jedis.del("hr:{mail}:deleting");
        submit("plain");
    }

    @Test
    void aDeletionThatBrokeOffGoesOnWhenItIsAskedForAgain() {
        submit("unique");
        submit("delayed");
        jedis.del("hr:{mail}:settings", "hr:{mail}:ready:n", "hr:{mail}:ready:h", "hr:{mail}:ready:l",
                "hr:{mail}:scheduled");
        assertThat(broker.queues().info(QUEUE)).isEmpty();
        assertThat(broker.queues().delete(QUEUE, false).result()).isEqualTo(QueueDeletion.Result.DELETED);
        assertThat(jedis.keys("hr:*")).isEmpty();
        assertThat(broker.queues().delete(QUEUE, false).result()).isEqualTo(QueueDeletion.Result.UNKNOWN);
    }

    @Test
    void aPrefixIsNoPatternToADeletion() {
        RedisConfig config = RedisConfig.parse(redis.url());
        try (RedisBroker odd = RedisBroker.connect(config.withPrefix("h?[r]*:"), BrokerObserver.NONE)) {
            submit("plain");
            new JobClient(odd).enqueue(NewJob.of("mail", "welcome", 1).build());
            assertThat(odd.queues().delete(QUEUE, true).result()).isEqualTo(QueueDeletion.Result.DELETED);
        }
        assertThat(jedis.keys("*").stream().filter(key -> key.startsWith("h?"))).isEmpty();
        assertThat(broker.queues().info(QUEUE).orElseThrow().counts()).containsEntry(JobState.QUEUED, 1L);
    }

    @Test
    void aQueueWithoutBoundCostsALookASecondAndNothingMoreAJob() {
        submit("plain");
        jedis.configResetStat();
        for (int i = 0; i < 10; i++) {
            submit("plain");
        }
        assertThat(jedis.info("commandstats")).contains("cmdstat_xadd:calls=10,", "cmdstat_lpush:calls=10,")
                .doesNotContain("hmget", "evalsha", "xlen", "sadd");
    }

    private void aSecondPasses() {
        ahead.addAndGet(Duration.ofMillis(1_001).toNanos());
    }

    private List<QueueName> queues() {
        return broker.queues().all().stream().map(QueueInfo::queue).toList();
    }

    private JobId submit(String kind) {
        NewJob.Builder job = NewJob.of("mail", "welcome", 1);
        return new JobClient(broker).enqueue(switch (kind) {
            case "unique" -> job.uniqueKey("u").build();
            case "delayed" -> job.delay(Duration.ofHours(1)).build();
            default -> job.build();
        }).id();
    }

    private List<ClaimedJob> claim(String worker, int most) {
        return claim(broker, new WorkerId(worker), most);
    }
}
