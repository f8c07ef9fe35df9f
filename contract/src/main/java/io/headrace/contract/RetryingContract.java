package io.headrace.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.Lookup;
import io.headrace.Priority;
import io.headrace.Submission;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.MoveResult;
import io.headrace.broker.RetryPace;
import io.headrace.broker.RetryResult;
import io.headrace.broker.WriteResult;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bringing dead jobs back, running resting ones at once, and deleting. */
abstract class RetryingContract extends ContractSteps {
    @Test
    void aRequeuedJobRunsAgainWithItsHistoryAndFreshRetries() {
        JobId id = dead(job().priority(Priority.LOW));
        assertThat(jobs().retry(List.of(id))).containsExactly(MoveResult.DONE);
        Job waiting = find(id);
        assertThat(waiting.state()).isEqualTo(JobState.QUEUED);
        assertThat(waiting.document().history().outcome()).isNull();
        assertThat(waiting.document().history().attempts()).hasSize(1);
        assertThat(waiting.document().history().forgiven()).isEqualTo(1);
        assertThat(count(JobState.DEAD)).isZero();
        assertThat(count(JobState.QUEUED)).isEqualTo(1);
        ClaimedJob again = claimOne(bob);
        assertThat(again.lease().job()).isEqualTo(id);
        assertThat(again.lease().attempt()).isEqualTo(2);
        assertThat(again.document().history().attempts()).hasSize(1);
        assertThat(state(id)).isEqualTo(JobState.RUNNING);
        settle(succeed(again));
        assertThat(state(id)).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void aRequeuedJobIsAJobLikeAnyOther() {
        JobId id = dead(job());
        jobs().retry(List.of(id));
        ClaimedJob second = claimOne(ann);
        ClaimedJob third = takenOver(second, bob);
        assertThat(settle(succeed(second))).isEqualTo(WriteResult.LEASE_LOST);
        settle(bury(third));
        assertThat(state(id)).isEqualTo(JobState.DEAD);
        jobs().retry(List.of(id));
        assertThat(jobs().cancel(id)).isEqualTo(MoveResult.DONE);
        assertThat(state(id)).isEqualTo(JobState.CANCELLED);
        assertNothingToRun();
    }

    @Test
    void anEditedPayloadHasTheLimitOfANewOne() {
        JobId id = dead(job());
        Json larger = Json.of("x".repeat(400_000));
        assertThatThrownBy(() -> jobs().retry(id, larger)).isInstanceOf(InvalidInput.class)
                .hasMessage("payload has 400002 bytes, the limit is 262144");
        assertThat(state(id)).isEqualTo(JobState.DEAD);
        assertThat(jobs().retry(id, larger, 400_002)).isEqualTo(MoveResult.DONE);
        assertThat(claimOne(ann).document().spec().payload()).isEqualTo(larger);
    }

    @Test
    void aDeadJobCanBeRequeuedWithAnotherPayload() {
        JobId id = dead(job().maxRetries(7).uniqueKey("k"));
        Json edited = Json.parse("{ \"to\" : \"bob@example.org\", \"n\" : 1.00 }");
        assertThat(jobs().retry(id, edited)).isEqualTo(MoveResult.DONE);
        ClaimedJob again = claimOne(ann);
        assertThat(again.document().spec().payload()).isEqualTo(edited);
        assertThat(again.document().spec().maxRetries()).isEqualTo(7);
        assertThat(again.document().history().attempts()).hasSize(1);
        assertThat(submit(job().uniqueKey("k")).id()).isEqualTo(id);
    }

    @Test
    void aRequeueIsRefusedWhileAnotherJobHasItsUniqueKey() {
        JobId id = dead(job().uniqueKey("k"));
        JobId holder = send(job().uniqueKey("k"));
        assertThat(jobs().retry(List.of(id))).containsExactly(MoveResult.DUPLICATE);
        assertThat(jobs().retry(id, Json.NULL)).isEqualTo(MoveResult.DUPLICATE);
        assertThat(state(id)).isEqualTo(JobState.DEAD);
        jobs().cancel(holder);
        assertThat(jobs().retry(List.of(id))).containsExactly(MoveResult.DONE);
        assertThat(submit(job().uniqueKey("k")).kind()).isEqualTo(Submission.Kind.DUPLICATE);
    }

    @Test
    void ofTwoDeadJobsWithOneUniqueKeyOneIsRequeued() {
        JobId first = dead(job().uniqueKey("k"));
        JobId second = dead(job().uniqueKey("k"));
        assertThat(jobs().retry(List.of(first, second))).containsExactly(MoveResult.DONE, MoveResult.DUPLICATE);
        assertThat(state(second)).isEqualTo(JobState.DEAD);
    }

    @Test
    void manyAreAnsweredEachInItsPlace() {
        JobId unknown = new JobId(newQueue(), Priority.NORMAL, false, 1, 0);
        JobId dead = dead(job());
        JobId done = succeeded(job());
        JobId resting = retrying(job());
        ClaimedJob running = running(ann);
        send(job());
        ClaimedJob dying = claimOne(bob);
        settle(bury(dying));
        JobId alsoDead = dying.lease().job();
        assertThat(jobs().retry(List.of(unknown, dead, done, resting, running.lease().job(), alsoDead)))
                .containsExactly(MoveResult.NOT_FOUND, MoveResult.DONE, MoveResult.WRONG_STATE, MoveResult.DONE,
                        MoveResult.WRONG_STATE,
                        MoveResult.DONE);
        assertThat(state(running.lease().job())).isEqualTo(JobState.RUNNING);
        assertThat(state(done)).isEqualTo(JobState.SUCCEEDED);
        assertThat(claim(ann, 10)).extracting(job -> job.lease().job())
                .containsExactlyInAnyOrder(dead, resting, alsoDead);
    }

    @Test
    void hundredsOfDeadJobsComeBackAtOnce() {
        send(300);
        List<ClaimedJob> claimed = claim(ann, 300);
        claimed.forEach(job -> settle(bury(job)));
        List<JobId> ids = claimed.stream().map(job -> job.lease().job()).toList();
        assertThat(jobs().retry(ids)).hasSize(300).containsOnly(MoveResult.DONE);
        assertThat(claim(bob, 300)).extracting(job -> job.lease().job()).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void onlyADeadJobCanGetAnotherPayload() {
        JobId resting = retrying(job());
        assertThat(jobs().retry(resting, Json.NULL)).isEqualTo(MoveResult.WRONG_STATE);
        assertThat(jobs().retry(send(job()), Json.NULL)).isEqualTo(MoveResult.WRONG_STATE);
        assertThat(jobs().retry(new JobId(newQueue(), Priority.LOW, false, 1, 0), Json.NULL))
                .isEqualTo(MoveResult.NOT_FOUND);
        assertThat(find(resting).document().spec().payload()).isEqualTo(job().build().spec().payload());
    }

    @ParameterizedTest
    @ValueSource(strings = {"scheduled", "retrying", "parked"})
    void aRestingJobCanBeRunNow(String where) {
        for (boolean byRetry : new boolean[]{false, true}) {
            JobId id = switch (where) {
                case "scheduled" -> send(job().delay(LONG));
                case "retrying" -> retrying(job());
                default -> parked(job());
            };
            assertThat(byRetry ? jobs().retry(List.of(id)).get(0) : jobs().runNow(id)).isEqualTo(MoveResult.DONE);
            fixture().tick();
            ClaimedJob claimed = claimOne(bob);
            assertThat(claimed.lease().job()).isEqualTo(id);
            assertThat(claimed.lease().attempt()).isEqualTo(where.equals("retrying") ? 2 : 1);
        }
    }

    @Test
    void onlyARestingJobCanBeRunNow() {
        JobId dead = dead(job());
        JobId done = succeeded(job());
        ClaimedJob running = running(ann);
        JobId queued = send(job());
        for (JobId id : List.of(dead, done, running.lease().job(), queued)) {
            JobState before = state(id);
            assertThat(jobs().runNow(id)).isEqualTo(MoveResult.WRONG_STATE);
            assertThat(state(id)).isEqualTo(before);
        }
        assertThat(jobs().runNow(new JobId(newQueue(), Priority.HIGH, true, 1, 0))).isEqualTo(MoveResult.NOT_FOUND);
    }

    @Test
    void aDeletedDeadJobIsGoneForEver() {
        JobId dead = dead(job());
        JobId other = dead(job());
        JobId queued = send(job());
        JobId unknown = new JobId(newQueue(), Priority.NORMAL, false, 1, 0);
        assertThat(jobs().deleteDead(List.of(unknown, dead, queued)))
                .containsExactly(MoveResult.NOT_FOUND, MoveResult.DONE, MoveResult.WRONG_STATE);
        assertThat(broker().find(dead)).isEqualTo(Lookup.GONE);
        assertThat(jobs().retry(List.of(dead))).containsExactly(MoveResult.NOT_FOUND);
        assertThat(count(JobState.DEAD)).isEqualTo(1);
        assertThat(state(other)).isEqualTo(JobState.DEAD);
        assertThat(state(queued)).isEqualTo(JobState.QUEUED);
    }

    @Test
    void manyAreRequeuedInOneCallAndTheOthersStay() {
        JobId dead = dead(job());
        JobId other = dead(job());
        JobId resting = retrying(job());
        JobId queued = send(job());
        JobId unknown = new JobId(queue, Priority.NORMAL, false, 1, 0);
        RetryResult retried = jobs().retry(queue, List.of(dead, resting, unknown, other, queued, dead), null);
        assertThat(retried.answers()).startsWith(MoveResult.DONE, MoveResult.WRONG_STATE, MoveResult.WRONG_STATE,
                MoveResult.DONE,
                MoveResult.WRONG_STATE);
        assertThat(state(resting)).isEqualTo(JobState.RETRYING);
        assertThat(find(dead).document().history().forgiven()).isEqualTo(1);
        assertThat(claim(ann, 10)).extracting(job -> job.lease().job()).containsExactlyInAnyOrder(dead, other, queued);
    }

    @Test
    void retriedJobsRespectUniqueKeysAmongThemselvesAndOthers() {
        JobId first = dead(job().uniqueKey("k"));
        JobId second = dead(job().uniqueKey("k"));
        JobId held = dead(job().uniqueKey("h"));
        JobId holder = send(job().uniqueKey("h"));
        assertThat(jobs().retry(queue, List.of(first, second, held), new RetryPace(10, null)).answers())
                .containsExactly(MoveResult.DONE, MoveResult.DUPLICATE, MoveResult.DUPLICATE);
        assertThat(state(second)).isEqualTo(JobState.DEAD);
        assertThat(state(held)).isEqualTo(JobState.DEAD);
        assertThat(submit(job().uniqueKey("k")).id()).isEqualTo(first);
        assertThat(submit(job().uniqueKey("h")).id()).isEqualTo(holder);
    }

    @Test
    void atAPaceTheyFallDueOneAfterAnother() {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(dead(job()));
        }
        Instant start = queues().time(queue).plusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
        RetryResult retried = jobs().retry(queue, ids, new RetryPace(2, start));
        assertThat(retried.answers()).containsOnly(MoveResult.DONE);
        assertThat(retried.nextAt()).isEqualTo(start.plusMillis(2500));
        for (int i = 0; i < ids.size(); i++) {
            Job job = find(ids.get(i));
            assertThat(job.state()).isEqualTo(JobState.RETRYING);
            assertThat(job.runAt()).isEqualTo(start.plusMillis(500L * i));
            assertThat(job.document().history().forgiven()).isEqualTo(1);
        }
        assertThat(count(JobState.DEAD)).isZero();
        assertThat(claim(ann, 10)).isEmpty();
        assertThat(jobs().cancel(ids.get(4))).isEqualTo(MoveResult.DONE);
        assertThat(jobs().runNow(ids.get(3))).isEqualTo(MoveResult.DONE);
        assertThat(claimOne(ann).lease().attempt()).isEqualTo(2);
    }

    @Test
    void aPaceThatBeganInThePastBeginsNow() {
        JobId id = dead(job());
        Instant before = queues().time(queue);
        RetryResult retried = jobs().retry(queue, List.of(id), new RetryPace(1, before.minusSeconds(3600)));
        Instant after = queues().time(queue);
        assertThat(retried.nextAt()).isBetween(before.plusMillis(999), after.plusMillis(1001));
        fixture().tick();
        assertThat(claimOne(ann).lease().job()).isEqualTo(id);
    }

    @Test
    void hundredsFallDueInOrderOverSeveralCalls() {
        send(500);
        List<JobId> ids = claim(ann, 500).stream().map(job -> {
            settle(bury(job));
            return job.lease().job();
        }).toList();
        Instant start = queues().time(queue).plusSeconds(600);
        Instant next = jobs().retry(queue, ids.subList(0, 300), new RetryPace(100, start)).nextAt();
        assertThat(jobs().retry(queue, ids.subList(300, 500), new RetryPace(100, next)).nextAt())
                .isCloseTo(start.plusSeconds(5), CLOCKS);
        assertThat(count(JobState.RETRYING)).isEqualTo(500);
        assertThat(find(ids.get(499)).runAt()).isCloseTo(start.plusMillis(4990), CLOCKS);
        assertThat(queues().due(queue, Duration.ofSeconds(500))).isZero();
        assertThat(queues().due(queue, Duration.ofSeconds(700))).isEqualTo(500);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 0.001, 10_001, Double.NaN})
    void aPaceOutOfBoundsIsRefused(double perSecond) {
        assertThatThrownBy(() -> new RetryPace(perSecond, null)).isInstanceOf(InvalidInput.class);
    }

    @Test
    void hundredsOfDeadJobsAreDeletedAtOnce() {
        send(450);
        List<JobId> ids = claim(ann, 450).stream().map(job -> {
            settle(bury(job));
            return job.lease().job();
        }).toList();
        assertThat(jobs().deleteDead(ids)).hasSize(450).containsOnly(MoveResult.DONE);
        assertThat(count(JobState.DEAD)).isZero();
        assertThat(broker().find(ids.get(0))).isEqualTo(Lookup.GONE);
        assertThat(broker().find(ids.get(449))).isEqualTo(Lookup.GONE);
    }
}
