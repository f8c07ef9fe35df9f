package io.headrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerUnavailable;
import io.headrace.Idempotency;
import io.headrace.IdempotencyConflict;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.OutcomeUnknown;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.broker.Broker;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class JobClientTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    /** Well below the time after which a waiter looks without having heard anything. */
    private static final Duration PROMPT = Duration.ofMillis(1500);

    private final ManualClock clock = new ManualClock();
    private final InMemoryBroker broker = new InMemoryBroker(clock);
    private final JobClient client = new JobClient(broker);

    @AfterEach
    void close() {
        broker.close();
    }

    private static NewJob job(int n) {
        return NewJob.of("q", "t", List.of(n)).build();
    }

    private void succeedNext() {
        ClaimedJob claimed = broker.claim(new ClaimRequest(new QueueName("q"), new WorkerId("w"), 1, LONG,
                List.of(Priority.values()))).jobs().get(0);
        broker.settle(Verdict.finish(claimed.lease(), claimed.document()
                .with(claimed.document().history().ended(JobState.SUCCEEDED, clock.now(), Json.parse("42")))));
    }

    @Test
    void enqueueAnswersWhatTheBrokerAnswered() {
        Submission answer = client.enqueue(job(1));
        assertThat(answer.kind()).isEqualTo(Submission.Kind.ACCEPTED);
        assertThat(broker.find(answer.id()).job()).isPresent();
        assertThat(client.enqueueAsync(job(2)).toCompletableFuture().join().id()).isNotEqualTo(answer.id());
    }

    @Test
    void enqueueThrowsTheBrokersOwnExceptions() {
        broker.unavailable(true);
        assertThatThrownBy(() -> client.enqueue(job(1))).isInstanceOf(BrokerUnavailable.class);
        broker.unavailable(false);
        broker.answersLost(true);
        assertThatThrownBy(() -> client.enqueue(job(1))).isInstanceOf(OutcomeUnknown.class);
        broker.answersLost(false);
        client.enqueue(NewJob.of("q", "t", 1).idempotency(new Idempotency("k", "f")).build());
        assertThatThrownBy(
                () -> client.enqueue(NewJob.of("q", "t", 1).idempotency(new Idempotency("k", "g")).build()))
                .isInstanceOf(IdempotencyConflict.class);
    }

    @Test
    void enqueueAllAnswersEachInItsPlace() {
        List<NewJob> jobs = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            jobs.add(job(i));
        }
        List<Submission> answers = client.enqueueAll(jobs);
        assertThat(answers).hasSize(500);
        assertThat(broker.find(answers.get(417).id()).job().orElseThrow().document().spec().payload())
                .isEqualTo(Json.parse("[417]"));
        assertThat(client.enqueueAll(List.of())).isEmpty();
    }

    @Test
    void enqueueAllThrowsTheFirstFailureAfterTheOthersWereStored() {
        NewJob first = NewJob.of("q", "t", 1).idempotency(new Idempotency("k", "f")).build();
        NewJob clash = NewJob.of("q", "t", 2).idempotency(new Idempotency("k", "g")).build();
        assertThatThrownBy(() -> client.enqueueAll(List.of(first, clash, job(3))))
                .isInstanceOf(IdempotencyConflict.class);
        assertThat(broker.queues().info(new QueueName("q")).orElseThrow().counts())
                .containsEntry(JobState.QUEUED, 2L);
    }

    @Test
    void awaitAnswersAJobThatHasEndedAtOnce() throws InterruptedException {
        JobId id = client.enqueue(job(1)).id();
        succeedNext();
        Job job = client.await(id, LONG);
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(job.document().history().result()).isEqualTo(Json.parse("42"));
    }

    @Test
    void awaitHearsOfTheEnd() throws Exception {
        JobId id = client.enqueue(job(1)).id();
        CompletableFuture<Job> awaited = CompletableFuture.supplyAsync(() -> await(client, id));
        succeedNext();
        long start = System.nanoTime();
        assertThat(awaited.join().state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PROMPT);
    }

    @Test
    void aJobThatEndsWhileItIsLookedAtIsNotMissed() {
        JobId id = client.enqueue(job(1)).id();
        JobClient racing = new JobClient(endingTheJobDuringTheFirstLook());
        long start = System.nanoTime();
        assertThat(await(racing, id).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).as("it was heard, not found later")
                .isLessThan(PROMPT);
    }

    /** The same broker, whose first look-up answers what was true just before the job ended. */
    private Broker endingTheJobDuringTheFirstLook() {
        boolean[] looked = {false};
        return (Broker) Proxy.newProxyInstance(Broker.class.getClassLoader(), new Class<?>[]{Broker.class},
                (self, method, arguments) -> {
                    try {
                        Object answer = method.invoke(broker, arguments);
                        if (method.getName().equals("await") && !looked[0]) {
                            looked[0] = true;
                            succeedNext();
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static Job await(JobClient client, JobId id) {
        try {
            return client.await(id, LONG);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void awaitEndsWithItsBound() throws InterruptedException {
        JobId id = client.enqueue(job(1)).id();
        long start = System.nanoTime();
        assertThat(client.await(id, Duration.ofMillis(50)).state()).isEqualTo(JobState.QUEUED);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(50), PROMPT);
        assertThat(client.await(id, Duration.ZERO).state()).isEqualTo(JobState.QUEUED);
    }

    @Test
    void awaitKnowsNoJobThatIsNotOnRecord() {
        assertThatThrownBy(() -> client.await(JobId.parse("q_n1-0"), LONG)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("q_n1-0");
    }
}
