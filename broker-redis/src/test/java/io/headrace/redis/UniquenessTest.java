package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.BrokerObserver;
import io.headrace.BrokerOperator.Answer;
import io.headrace.ClaimRequest;
import io.headrace.ClaimedJob;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Level;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.Submission.Kind;
import io.headrace.Verdict;
import io.headrace.WorkerId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** A uniqueness key is held exactly as long as its job has not ended: it has no clock of its own. */
final class UniquenessTest {
    private static final QueueName QUEUE = new QueueName("once");
    private static final String LOCK = "hr:{once}:unique:k";
    private static final Duration FORTY_DAYS = Duration.ofDays(40);

    @TempDir
    Path folder;

    private EmbeddedRedis redis;
    private RedisBroker broker;
    private Jedis jedis;

    @BeforeEach
    void start() throws Exception {
        redis = EmbeddedRedis.start(folder, 0, null, Map.of("appendonly", "no"));
        broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
        jedis = new Jedis("127.0.0.1", redis.port());
    }

    @AfterEach
    void stop() throws Exception {
        jedis.close();
        broker.close();
        redis.close();
    }

    @Test
    void theKeyNeverExpiresWhileTheJobWaitsRunsRestsOrIsTakenUpAgain() {
        JobId id = submit(FORTY_DAYS, Kind.ACCEPTED);
        assertHeld(id);
        assertThat(broker.operator().runNow(id)).isEqualTo(Answer.DONE);
        assertHeld(id);
        ClaimedJob first = claim();
        assertHeld(id);
        broker.settle(Verdict.retry(first.lease(), FORTY_DAYS, first.document())).toCompletableFuture().join();
        assertHeld(id);
        broker.operator().runNow(id);
        ClaimedJob second = claim();
        broker.settle(Verdict.park(second.lease(), FORTY_DAYS, second.document())).toCompletableFuture().join();
        assertHeld(id);
        broker.operator().runNow(id);
        ClaimedJob third = claim();
        broker.settle(Verdict.bury(third.lease(), third.document())).toCompletableFuture().join();
        assertThat(jedis.exists(LOCK)).isFalse();
        assertThat(broker.operator().retry(List.of(id))).containsExactly(Answer.DONE);
        assertHeld(id);
    }

    @Test
    void theKeyOfAJobThatHasEndedAllTheSameIsTakenOver() {
        JobId ended = submit(Duration.ZERO, Kind.ACCEPTED);
        ClaimedJob job = claim();
        broker.settle(Verdict.finish(job.lease(), job.document().with(job.document().run()
                .ended(JobState.SUCCEEDED, job.claimedAt(), null)))).toCompletableFuture().join();
        jedis.set(LOCK, ended.toString());

        JobId next = submit(Duration.ZERO, Kind.ACCEPTED);
        assertThat(next).isNotEqualTo(ended);
        assertHeld(next);
    }

    @Test
    void theKeyOfAJobThatRedisLostIsTakenOver() {
        submit(Duration.ZERO, Kind.ACCEPTED);
        jedis.del("hr:{once}:ready:n");
        submit(Duration.ZERO, Kind.ACCEPTED);
    }

    @Test
    void aDeadJobGetsItsKeyBackFromOneThatHasEnded() {
        JobId dead = submit(Duration.ZERO, Kind.ACCEPTED);
        ClaimedJob job = claim();
        broker.settle(Verdict.bury(job.lease(), job.document())).toCompletableFuture().join();
        jedis.set(LOCK, new JobId(QUEUE, Level.NORMAL, false, 1, 0).toString());
        assertThat(broker.operator().retry(List.of(dead))).containsExactly(Answer.DONE);
        assertHeld(dead);
    }

    private void assertHeld(JobId id) {
        assertThat(jedis.get(LOCK)).isEqualTo(id.toString());
        assertThat(jedis.pttl(LOCK)).as("it has no clock of its own").isEqualTo(-1);
        assertThat(submit(Duration.ZERO, Kind.DUPLICATE)).isEqualTo(id);
        assertThat(jedis.pttl(LOCK)).isEqualTo(-1);
    }

    private JobId submit(Duration delay, Kind expected) {
        var answer = new JobClient(broker)
                .enqueue(NewJob.of(QUEUE.value(), "welcome", 1).uniqueKey("k").delay(delay).build());
        assertThat(answer.kind()).isEqualTo(expected);
        return answer.id();
    }

    private ClaimedJob claim() {
        List<ClaimedJob> jobs = broker.claim(new ClaimRequest(QUEUE, new WorkerId("w1"), 1, Duration.ofSeconds(30),
                List.of(Level.NORMAL))).jobs();
        assertThat(jobs).hasSize(1);
        return jobs.get(0);
    }
}
