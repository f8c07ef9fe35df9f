package io.headrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.BrokerOperator.Answer;
import io.headrace.ClaimedJob;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.Level;
import io.headrace.Lookup;
import io.headrace.Settlement;
import io.headrace.Submission;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bringing dead jobs back, running resting ones at once, and deleting. */
abstract class RequeueingContract extends ContractSteps {
    @Test
    void aRequeuedJobRunsAgainWithItsHistoryAndFreshRetries() {
        JobId id = dead(job().level(Level.LOW));
        assertThat(operator().retry(List.of(id))).containsExactly(Answer.DONE);
        Job waiting = find(id);
        assertThat(waiting.state()).isEqualTo(JobState.QUEUED);
        assertThat(waiting.document().run().outcome()).isNull();
        assertThat(waiting.document().run().attempts()).hasSize(1);
        assertThat(waiting.document().run().forgiven()).isEqualTo(1);
        assertThat(count(JobState.DEAD)).isZero();
        assertThat(count(JobState.QUEUED)).isEqualTo(1);
        ClaimedJob again = claimOne(bob);
        assertThat(again.lease().job()).isEqualTo(id);
        assertThat(again.lease().attempt()).isEqualTo(2);
        assertThat(again.document().run().attempts()).hasSize(1);
        assertThat(state(id)).isEqualTo(JobState.RUNNING);
        settle(succeed(again));
        assertThat(state(id)).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void aRequeuedJobIsAJobLikeAnyOther() {
        JobId id = dead(job());
        operator().retry(List.of(id));
        ClaimedJob second = claimOne(ann);
        ClaimedJob third = takenOver(second, bob);
        assertThat(settle(succeed(second))).isEqualTo(Settlement.LEASE_LOST);
        settle(bury(third));
        assertThat(state(id)).isEqualTo(JobState.DEAD);
        operator().retry(List.of(id));
        assertThat(operator().cancel(id)).isEqualTo(Answer.DONE);
        assertThat(state(id)).isEqualTo(JobState.CANCELLED);
        assertNothingToRun();
    }

    @Test
    void aDeadJobCanBeRequeuedWithAnotherPayload() {
        JobId id = dead(job().maxRetries(7).uniqueKey("k"));
        Json edited = Json.parse("{ \"to\" : \"bob@example.org\", \"n\" : 1.00 }");
        assertThat(operator().retry(id, edited)).isEqualTo(Answer.DONE);
        ClaimedJob again = claimOne(ann);
        assertThat(again.document().spec().payload()).isEqualTo(edited);
        assertThat(again.document().spec().maxRetries()).isEqualTo(7);
        assertThat(again.document().run().attempts()).hasSize(1);
        assertThat(submit(job().uniqueKey("k")).id()).isEqualTo(id);
    }

    @Test
    void aRequeueIsRefusedWhileAnotherJobHasItsUniqueKey() {
        JobId id = dead(job().uniqueKey("k"));
        JobId holder = send(job().uniqueKey("k"));
        assertThat(operator().retry(List.of(id))).containsExactly(Answer.DUPLICATE);
        assertThat(operator().retry(id, Json.NULL)).isEqualTo(Answer.DUPLICATE);
        assertThat(state(id)).isEqualTo(JobState.DEAD);
        operator().cancel(holder);
        assertThat(operator().retry(List.of(id))).containsExactly(Answer.DONE);
        assertThat(submit(job().uniqueKey("k")).kind()).isEqualTo(Submission.Kind.DUPLICATE);
    }

    @Test
    void ofTwoDeadJobsWithOneUniqueKeyOneIsRequeued() {
        JobId first = dead(job().uniqueKey("k"));
        JobId second = dead(job().uniqueKey("k"));
        assertThat(operator().retry(List.of(first, second))).containsExactly(Answer.DONE, Answer.DUPLICATE);
        assertThat(state(second)).isEqualTo(JobState.DEAD);
    }

    @Test
    void manyAreAnsweredEachInItsPlace() {
        JobId unknown = new JobId(newQueue(), Level.NORMAL, false, 1, 0);
        JobId dead = dead(job());
        JobId done = succeeded(job());
        JobId resting = retrying(job());
        ClaimedJob running = running(ann);
        send(job());
        ClaimedJob dying = claimOne(bob);
        settle(bury(dying));
        JobId alsoDead = dying.lease().job();
        assertThat(operator().retry(List.of(unknown, dead, done, resting, running.lease().job(), alsoDead)))
                .containsExactly(Answer.NOT_FOUND, Answer.DONE, Answer.WRONG_STATE, Answer.DONE, Answer.WRONG_STATE,
                        Answer.DONE);
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
        assertThat(operator().retry(ids)).hasSize(300).containsOnly(Answer.DONE);
        assertThat(claim(bob, 300)).extracting(job -> job.lease().job()).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void onlyADeadJobCanGetAnotherPayload() {
        JobId resting = retrying(job());
        assertThat(operator().retry(resting, Json.NULL)).isEqualTo(Answer.WRONG_STATE);
        assertThat(operator().retry(send(job()), Json.NULL)).isEqualTo(Answer.WRONG_STATE);
        assertThat(operator().retry(new JobId(newQueue(), Level.LOW, false, 1, 0), Json.NULL))
                .isEqualTo(Answer.NOT_FOUND);
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
            assertThat(byRetry ? operator().retry(List.of(id)).get(0) : operator().runNow(id)).isEqualTo(Answer.DONE);
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
            assertThat(operator().runNow(id)).isEqualTo(Answer.WRONG_STATE);
            assertThat(state(id)).isEqualTo(before);
        }
        assertThat(operator().runNow(new JobId(newQueue(), Level.HIGH, true, 1, 0))).isEqualTo(Answer.NOT_FOUND);
    }

    @Test
    void aDeletedDeadJobIsGoneForEver() {
        JobId dead = dead(job());
        JobId other = dead(job());
        JobId queued = send(job());
        JobId unknown = new JobId(newQueue(), Level.NORMAL, false, 1, 0);
        assertThat(operator().deleteDead(List.of(unknown, dead, queued)))
                .containsExactly(Answer.NOT_FOUND, Answer.DONE, Answer.WRONG_STATE);
        assertThat(broker().find(dead)).isEqualTo(Lookup.GONE);
        assertThat(operator().retry(List.of(dead))).containsExactly(Answer.NOT_FOUND);
        assertThat(count(JobState.DEAD)).isEqualTo(1);
        assertThat(state(other)).isEqualTo(JobState.DEAD);
        assertThat(state(queued)).isEqualTo(JobState.QUEUED);
    }
}
