package io.headrace.redis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Submission.Kind;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.MoveResult;
import io.headrace.broker.Verdict;
import io.headrace.redis.RedisSteps;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A uniqueness key is held exactly as long as its job has not ended: it has no clock of its own. */
final class UniquenessTest extends RedisSteps {
    private static final QueueName QUEUE = new QueueName("once");
    private static final String LOCK = "hr:{once}:unique:k";
    private static final Duration FORTY_DAYS = Duration.ofDays(40);

    UniquenessTest() {
        super(QUEUE);
    }

    @Test
    void theKeyNeverExpiresWhileTheJobWaitsRunsRestsOrIsTakenUpAgain() {
        JobId id = submit(FORTY_DAYS, Kind.ACCEPTED);
        assertHeld(id);
        assertThat(broker.jobs().runNow(id)).isEqualTo(MoveResult.DONE);
        assertHeld(id);
        ClaimedJob first = claim();
        assertHeld(id);
        settle(Verdict.retry(first.lease(), FORTY_DAYS, first.document()));
        assertHeld(id);
        broker.jobs().runNow(id);
        ClaimedJob second = claim();
        settle(Verdict.park(second.lease(), FORTY_DAYS, second.document()));
        assertHeld(id);
        broker.jobs().runNow(id);
        ClaimedJob third = claim();
        settle(Verdict.bury(third.lease(), third.document()));
        assertThat(jedis.exists(LOCK)).isFalse();
        assertThat(broker.jobs().retry(List.of(id))).containsExactly(MoveResult.DONE);
        assertHeld(id);
    }

    @Test
    void theKeyOfAJobThatHasEndedAllTheSameIsTakenOver() {
        JobId ended = submit(Duration.ZERO, Kind.ACCEPTED);
        ClaimedJob job = claim();
        succeed(job);
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
        settle(Verdict.bury(job.lease(), job.document()));
        jedis.set(LOCK, new JobId(QUEUE, Priority.NORMAL, false, 1, 0).toString());
        assertThat(broker.jobs().retry(List.of(dead))).containsExactly(MoveResult.DONE);
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
}
