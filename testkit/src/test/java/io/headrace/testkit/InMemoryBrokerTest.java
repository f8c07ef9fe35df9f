package io.headrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerUnavailable;
import io.headrace.ClaimRequest;
import io.headrace.ClaimedJob;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Level;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.Settlement;
import io.headrace.Verdict;
import io.headrace.WorkerId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InMemoryBrokerTest extends BrokerContract {
    private final ManualClock clock = new ManualClock();
    private final InMemoryBroker broker = new InMemoryBroker(clock);

    @Override
    protected BrokerFixture open() {
        return new InMemoryFixture();
    }

    private ClaimRequest ask(int max) {
        return new ClaimRequest(new QueueName("q"), new WorkerId("w-1"), max, Duration.ofSeconds(30),
                List.of(Level.values()));
    }

    private JobId send(NewJob.Builder job) {
        return broker.enqueue(job.build()).toCompletableFuture().join().id();
    }

    @Test
    void aFinishedJobIsGoneAfterItsRetention() {
        JobId id = send(NewJob.of("q", "t", 1).retention(Duration.ofMinutes(1)));
        ClaimedJob job = broker.claim(ask(1)).jobs().get(0);
        Verdict done = Verdict.finish(job.lease(),
                job.document().with(job.document().run().ended(JobState.SUCCEEDED, clock.now(), null)));
        assertThat(broker.settle(done).toCompletableFuture().join()).isEqualTo(Settlement.RECORDED);
        assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.SUCCEEDED);
        clock.advance(Duration.ofMinutes(1));
        assertThat(broker.find(id)).isEqualTo(Lookup.GONE);
    }

    @Test
    void aBrokerThatIsAwayFailsEveryCallAndChangesNothing() {
        JobId id = send(NewJob.of("q", "t", 1));
        broker.unavailable(true);
        assertThat(broker.enqueue(NewJob.of("q", "t", 1).build()).toCompletableFuture()).isCompletedExceptionally();
        assertThatThrownBy(() -> broker.claim(ask(1))).isInstanceOf(BrokerUnavailable.class);
        assertThat(broker.operator().readiness()).isPresent();
        broker.unavailable(false);
        assertThat(broker.claim(ask(10)).jobs()).extracting(job -> job.lease().job()).containsExactly(id);
    }
}
