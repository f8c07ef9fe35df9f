package io.headrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerUnavailable;
import io.headrace.Idempotency;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.OutcomeUnknown;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.access.AccessKey;
import io.headrace.access.AccessStore;
import io.headrace.access.Digest;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WriteResult;
import io.headrace.contract.BrokerContract;
import io.headrace.contract.BrokerFixture;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class InMemoryBrokerTest extends BrokerContract {
    private static final QueueName QUEUE = new QueueName("q");
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(10);

    private final ManualClock clock = new ManualClock();
    private final InMemoryBroker broker = new InMemoryBroker(clock);

    @Override
    protected BrokerFixture open() {
        return new InMemoryFixture();
    }

    private ClaimRequest ask(int max) {
        return new ClaimRequest(QUEUE, new WorkerId("w-1"), max, LEASE,
                List.of(Priority.values()));
    }

    private JobId send(NewJob.Builder job) {
        return broker.enqueue(job.build()).toCompletableFuture().join().id();
    }

    private Verdict success(ClaimedJob job) {
        return Verdict.finish(job.lease(),
                job.document().with(job.document().history().ended(JobState.SUCCEEDED, clock.now(), null)));
    }

    private WriteResult settle(Verdict verdict) {
        return broker.settle(verdict).toCompletableFuture().join();
    }

    private ClaimedJob claimOne() {
        return broker.claim(ask(1)).jobs().get(0);
    }

    @Test
    void aFinishedJobIsGoneAfterItsRetention() {
        JobId id = send(NewJob.of("q", "t", 1).retention(Duration.ofMinutes(1)));
        settle(success(claimOne()));
        clock.advance(Duration.ofMinutes(1).minusMillis(1));
        assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.SUCCEEDED);
        clock.advance(Duration.ofMillis(1));
        assertThat(broker.find(id)).isEqualTo(Lookup.GONE);
    }

    @Test
    void aFinishedJobIsKeptForADayByDefaultAndADeadOneForThirty() {
        JobId done = send(NewJob.of("q", "t", 1));
        settle(success(claimOne()));
        JobId dead = send(NewJob.of("q", "t", 1));
        ClaimedJob dying = claimOne();
        settle(Verdict.bury(dying.lease(), dying.document()));
        clock.advance(Duration.ofHours(24));
        assertThat(broker.find(done)).isEqualTo(Lookup.GONE);
        clock.advance(Duration.ofDays(29).minusMillis(1));
        assertThat(broker.find(dead).kind()).isEqualTo(Lookup.Kind.FOUND);
        clock.advance(Duration.ofMillis(1));
        assertThat(broker.find(dead)).isEqualTo(Lookup.GONE);
    }

    @Test
    void theOldestOfTooManyFinishedJobsGoFirst() {
        broker.queues().settings(QUEUE, new QueueSettings(0, Duration.ofHours(1), 2));
        List<JobId> ids = List.of(send(NewJob.of("q", "t", 1)), send(NewJob.of("q", "t", 2)),
                send(NewJob.of("q", "t", 3)));
        broker.claim(ask(3)).jobs().forEach(job -> settle(success(job)));
        assertThat(ids.stream().map(id -> broker.find(id).kind()))
                .containsExactly(Lookup.Kind.GONE, Lookup.Kind.FOUND, Lookup.Kind.FOUND);
        broker.queues().settings(QUEUE, new QueueSettings(0, Duration.ofHours(1), 1));
        assertThat(broker.find(ids.get(1))).isEqualTo(Lookup.GONE);
    }

    @Test
    void anIdempotencyKeyIsForgottenAfterADay() {
        NewJob.Builder job = NewJob.of("q", "t", 1).idempotency(new Idempotency("k", "f"));
        JobId first = send(job);
        clock.advance(Duration.ofHours(24).minusMillis(1));
        assertThat(send(job)).isEqualTo(first);
        clock.advance(Duration.ofMillis(1));
        assertThat(send(job)).isNotEqualTo(first);
    }

    @Test
    void timeAloneExpiresALease() {
        send(NewJob.of("q", "t", 1));
        ClaimedJob first = claimOne();
        clock.advance(LEASE.minusMillis(1));
        assertThat(broker.reclaim(ask(1), true)).isEmpty();
        clock.advance(Duration.ofMillis(1));
        ClaimedJob second = broker.reclaim(ask(1), true).get(0);
        assertThat(second.lost().get(0).finishedAt()).isEqualTo(first.claimedAt().plus(LEASE));
    }

    @Test
    void anAdvanceThatMakesAJobDueWakesAWaiter() throws Exception {
        send(NewJob.of("q", "t", 1).delay(Duration.ofHours(1)));
        assertThat(broker.awaitReady(Set.of(QUEUE), SOON)).as("the closer due time").isTrue();
        CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(this::awaitReady);
        clock.advance(Duration.ofHours(1));
        assertThat(waiter.join()).isTrue();
        claimOne();
    }

    private boolean awaitReady() {
        try {
            return broker.awaitReady(Set.of(QUEUE), SOON);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aBrokerThatIsAwayFailsEveryCallAndChangesNothing() {
        JobId id = send(NewJob.of("q", "t", 1));
        broker.unavailable(true);
        assertThat(broker.enqueue(NewJob.of("q", "t", 1).build()).toCompletableFuture()).isCompletedExceptionally();
        assertThatThrownBy(() -> broker.claim(ask(1))).isInstanceOf(BrokerUnavailable.class);
        assertThatThrownBy(() -> broker.awaitReady(Set.of(QUEUE), SOON)).isInstanceOf(BrokerUnavailable.class);
        assertThat(broker.readiness()).isPresent();
        broker.unavailable(false);
        assertThat(broker.claim(ask(10)).jobs()).extracting(job -> job.lease().job()).containsExactly(id);
    }

    @Test
    void aWaiterLearnsThatTheBrokerWentAway() {
        CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(this::awaitReady);
        broker.unavailable(true);
        assertThatThrownBy(waiter::join).hasCauseInstanceOf(BrokerUnavailable.class);
    }

    @Test
    void aVerdictWhoseAnswerGotLostIsRecordedWhenRepeated() {
        JobId id = send(NewJob.of("q", "t", 1));
        Verdict verdict = success(claimOne());
        broker.answersLost(true);
        assertThatThrownBy(() -> settle(verdict)).hasCauseInstanceOf(OutcomeUnknown.class);
        broker.answersLost(false);
        assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(settle(verdict)).isEqualTo(WriteResult.RECORDED);
        assertThat(broker.queues().info(QUEUE).orElseThrow().totals()).containsEntry(JobState.SUCCEEDED, 1L);
    }

    @Test
    void aKeyWhoseAnswerGotLostIsKept() {
        AccessStore access = broker.access();
        broker.answersLost(true);
        assertThatThrownBy(() -> access.create("ann", Digest.of("secret"), Role.VIEWER, Scope.ALL, null))
                .isInstanceOf(OutcomeUnknown.class);
        broker.answersLost(false);
        assertThat(access.keys()).extracting(AccessKey::name).containsExactly("ann");
    }

    @Test
    void aClosedBrokerIsAway() {
        broker.close();
        assertThatThrownBy(() -> broker.claim(ask(1))).isInstanceOf(BrokerUnavailable.class);
    }

    @Test
    void theClockDoesNotRunBackwards() {
        assertThatThrownBy(() -> clock.advance(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
    }
}
