package io.headrace.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.BrokerUnavailable;
import io.headrace.Idempotency;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.broker.Broker;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.QueueDeletion;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.WriteResult;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The end of queues. */
abstract class DeletingContract extends ContractSteps {
    private QueueDeletion delete(boolean drop) {
        return queues().delete(queue, drop);
    }

    @Test
    void aQueueWithoutJobsIsDeletedWithAllThatIsKnownOfIt() {
        queues().settings(queue, new QueueSettings(5, LONG, 100));
        JobId ended = succeeded(job());
        assertThat(jobs().cancel(send(job()))).isNotNull();
        QueueDeletion deletion = delete(false);
        assertThat(deletion.result()).isEqualTo(QueueDeletion.Result.DELETED);
        assertThat(deletion.count()).isZero();
        assertThat(queues().info(queue)).isEmpty();
        assertThat(queues().names()).doesNotContain(queue);
        assertThat(queues().all()).extracting(QueueInfo::queue).doesNotContain(queue);
        assertThat(broker().find(ended)).isEqualTo(Lookup.UNKNOWN);
        assertThat(queues().settings(queue)).isEqualTo(QueueSettings.DEFAULT);
        assertThat(delete(true).result()).isEqualTo(QueueDeletion.Result.UNKNOWN);
    }

    @Test
    void jobsGoWithTheirQueueOnlyIfTheyAreToAndDoNotRun() {
        send(job());
        send(job().delay(LONG));
        QueueDeletion refused = delete(false);
        assertThat(refused.result()).isEqualTo(QueueDeletion.Result.NOT_EMPTY);
        assertThat(refused.jobs()).containsEntry(JobState.QUEUED, 1L).containsEntry(JobState.SCHEDULED, 1L);
        ClaimedJob running = claimOne(ann);
        assertThat(delete(true).result()).as("while a job runs").isEqualTo(QueueDeletion.Result.NOT_EMPTY);
        assertThat(delete(true).jobs()).containsEntry(JobState.RUNNING, 1L);
        assertThat(settle(release(running))).isEqualTo(WriteResult.RECORDED);
        assertThat(delete(false).jobs()).containsEntry(JobState.QUEUED, 1L).containsEntry(JobState.RUNNING, 0L);
        assertThat(settle(bury(claimOne(bob)))).isEqualTo(WriteResult.RECORDED);
        assertThat(delete(false).jobs()).containsEntry(JobState.DEAD, 1L);
        assertThat(delete(true)).extracting(QueueDeletion::result, QueueDeletion::count)
                .containsExactly(QueueDeletion.Result.DELETED, 2L);
        assertThat(queues().info(queue)).isEmpty();
    }

    @Test
    void theNextJobCreatesADeletedQueueAnew() {
        NewJob.Builder same = job().uniqueKey("u").idempotency(new Idempotency("order", "fingerprint"));
        JobId first = send(same);
        assertThat(delete(true).result()).isEqualTo(QueueDeletion.Result.DELETED);
        assertThat(claim(ann, 1)).isEmpty();
        assertThat(queues().names()).as("a worker brings it not back").doesNotContain(queue);
        fixture().tick();
        JobId second = send(same);
        assertThat(second).isNotEqualTo(first);
        assertThat(claimOne(ann).lease().job()).isEqualTo(second);
        QueueInfo anew = queues().info(queue).orElseThrow();
        assertThat(anew.counts()).containsEntry(JobState.RUNNING, 1L).containsEntry(JobState.QUEUED, 0L);
        assertThat(queues().names()).contains(queue);
    }

    @Test
    void aWorkerThatOnlyClaimedFromADeletedQueueBringsItNotBack() {
        send(job());
        Broker worker = fixture().another();
        ClaimedJob job = worker.claim(ask(bob, 1)).jobs().get(0);
        worker.settle(succeed(job)).toCompletableFuture().join();
        assertThat(delete(false).result()).isEqualTo(QueueDeletion.Result.DELETED);
        assertThat(worker.claim(ask(bob, 1)).jobs()).isEmpty();
        assertThat(queues().names()).doesNotContain(queue);
        fixture().tick();
        JobId next = send(job());
        assertThat(worker.claim(ask(bob, 1)).jobs()).extracting(claimed -> claimed.lease().job())
                .containsExactly(next);
    }

    @Test
    void anotherProcessThatKnewTheQueueCreatesItAnew() {
        fixture().another().enqueue(job().build()).toCompletableFuture().join();
        assertThat(delete(true).result()).isEqualTo(QueueDeletion.Result.DELETED);
        fixture().another().enqueue(job().build()).toCompletableFuture().join();
        assertThat(count(JobState.QUEUED)).isEqualTo(1);
        claimOne(ann);
    }

    /** Each job that was accepted is there in the end, or went with one of the deletions. */
    @Test
    void noJobIsLostBesideDeletionsButThoseThatTheyTell() {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Long> sender = CompletableFuture.supplyAsync(() -> {
            long accepted = 0;
            while (!over.get()) {
                try {
                    fixture().another().enqueue(job().build()).toCompletableFuture().join();
                    accepted++;
                } catch (CompletionException e) {
                    assertThat(e).as("refused while the deletion lasts").hasCauseInstanceOf(BrokerUnavailable.class);
                }
            }
            return accepted;
        });
        long dropped = 0;
        for (int i = 0; i < 20; i++) {
            dropped += delete(true).count();
        }
        over.set(true);
        long accepted = sender.join();
        long left = queues().info(queue).map(QueueInfo::counts).map(counts -> counts.get(JobState.QUEUED))
                .orElse(0L);
        assertThat(dropped + left).isEqualTo(accepted);
        assertThat(claim(ann, 1000)).hasSize((int) Math.min(1000, left));
    }
}
