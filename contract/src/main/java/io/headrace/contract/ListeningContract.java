package io.headrace.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Subscription;
import io.headrace.broker.Broker;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Waking idle workers, and telling watchers what changes. */
abstract class ListeningContract extends ContractSteps {
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void aWaitForNothingEndsInTime() throws InterruptedException {
        long start = System.nanoTime();
        assertThat(broker().awaitReady(Set.of(queue), Duration.ofMillis(50))).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(45), SOON);
    }

    @Test
    void aWaiterIsWokenByASubmission() throws Exception {
        Future<Boolean> waiter = threads.submit(() -> broker().awaitReady(Set.of(queue), SOON));
        long start = System.nanoTime();
        fixture().another().enqueue(job().build()).toCompletableFuture().join();
        assertThat(waiter.get()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON.dividedBy(2));
    }

    @Test
    void aSubmissionBeforeTheWaitIsNotMissed() throws InterruptedException {
        assertThat(claim(ann, 1)).isEmpty();
        send(job());
        assertThat(broker().awaitReady(Set.of(queue), SOON)).isTrue();
    }

    @Test
    void aWaiterHearsOfAnyOfItsQueues() throws InterruptedException {
        send(job());
        assertThat(broker().awaitReady(Set.of(newQueue(), queue), SOON)).isTrue();
    }

    @Test
    void otherQueuesWakeNobody() throws InterruptedException {
        send(job());
        assertThat(broker().awaitReady(Set.of(newQueue()), Duration.ofMillis(50))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"in line", "urgent", "handed back", "due", "retried", "put in line"})
    void aLookFindsTheQueueThatHasSomethingToClaim(String what) {
        JobId later = send(job().delay(LONG));
        JobId dead = dead(job());
        assertThat(look()).isEmpty();
        switch (what) {
            case "in line" -> send(job());
            case "urgent" -> send(job().priority(Priority.HIGH));
            case "handed back" -> {
                ClaimedJob first = running(ann);
                running(ann);
                assertThat(look()).as("while all of them run").isEmpty();
                settle(release(first));
            }
            case "due" -> fixture().makeDue(later);
            case "retried" -> jobs().retry(List.of(dead));
            default -> jobs().runNow(later);
        }
        assertThat(look()).containsExactly(queue);
        queues().pause(queue);
        assertThat(look()).as("paused").isEmpty();
        queues().resume(queue);
        assertThat(claim(ann, 10)).hasSize(1);
        assertThat(look()).as("claimed").isEmpty();
    }

    /** Among queues that are empty or have never been. */
    private Set<QueueName> look() {
        QueueName drained = newQueue();
        broker().enqueue(NewJob.of(drained.value(), "mail", 1).build()).toCompletableFuture().join();
        broker().claim(new ClaimRequest(drained, bob, 1, LEASE, ORDER));
        return broker().ready(ann, Set.of(newQueue(), queue, drained));
    }

    @Test
    void oneSubmissionWakesOneWaiter() throws Exception {
        List<Future<Boolean>> waiters = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Broker connection = i % 2 == 0 ? broker() : fixture().another();
            Callable<Boolean> wait = () -> connection.awaitReady(Set.of(queue), Duration.ofSeconds(1));
            waiters.add(threads.submit(wait));
        }
        send(job());
        int woken = 0;
        for (Future<Boolean> waiter : waiters) {
            woken += waiter.get() ? 1 : 0;
        }
        assertThat(woken).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"release", "retry of a dead job", "run now", "resume", "closer due time"})
    void whateverBringsWorkWakesAWaiter(String what) throws Exception {
        JobId resting = send(job().delay(LONG));
        JobId dead = dead(job());
        ClaimedJob running = running(ann);
        drainWakeUps();
        Future<Boolean> waiter = threads.submit(() -> broker().awaitReady(Set.of(queue), SOON));
        switch (what) {
            case "release" -> settle(release(running));
            case "retry of a dead job" -> jobs().retry(List.of(dead));
            case "run now" -> jobs().runNow(resting);
            case "closer due time" -> send(job().delay(Duration.ofMinutes(1)));
            default -> {
                queues().pause(queue);
                queues().resume(queue);
            }
        }
        assertThat(waiter.get()).isTrue();
    }

    private void drainWakeUps() throws InterruptedException {
        while (broker().awaitReady(Set.of(queue), Duration.ofMillis(20))) {
            claim(ann, 100);
        }
    }

    @Test
    void aWaiterThatIsInterruptedStopsWaiting() throws Exception {
        BlockingQueue<String> ended = new LinkedBlockingQueue<>();
        Thread waiter = new Thread(() -> {
            try {
                broker().awaitReady(Set.of(queue), SOON);
                ended.add("returned");
            } catch (InterruptedException e) {
                ended.add("interrupted");
            }
        });
        waiter.start();
        waiter.interrupt();
        assertThat(ended.poll(SOON.toMillis() / 2, TimeUnit.MILLISECONDS)).isEqualTo("interrupted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"claim", "report", "finish", "retry", "park", "bury", "release", "cancel", "cancel at rest",
        "retry of a dead job",
        "take-over"})
    void aWatcherHearsEveryChangeAfterItSubscribed(String what) throws Exception {
        ClaimedJob running = running(ann);
        JobId resting = send(job().delay(LONG));
        JobId dead = dead(job());
        JobId queued = what.equals("claim") ? send(job()) : resting;
        BlockingQueue<JobId> heard = new LinkedBlockingQueue<>();
        try (Subscription watch = fixture().another().onChange(queue, heard::add)) {
            JobId expected = running.lease().job();
            switch (what) {
                case "claim" -> {
                    expected = queued;
                    claimOne(ann);
                }
                case "report" ->
                    broker().report(running.lease(), null, 0, List.of("line")).toCompletableFuture().join();
                case "cancel" -> jobs().cancel(expected);
                case "cancel at rest" -> {
                    expected = resting;
                    jobs().cancel(resting);
                }
                case "retry of a dead job" -> {
                    expected = dead;
                    jobs().retry(List.of(dead));
                }
                case "take-over" -> takenOver(running, bob);
                default -> settle(verdict(Verdict.Move.valueOf(what.toUpperCase(Locale.ROOT)), running));
            }
            assertHears(heard, expected);
        }
    }

    @Test
    void aWatcherHearsOfItsQueueOnlyAndNothingAfterItsEnd() throws Exception {
        BlockingQueue<JobId> heard = new LinkedBlockingQueue<>();
        BlockingQueue<JobId> witness = new LinkedBlockingQueue<>();
        Subscription watch = broker().onChange(newQueue(), heard::add);
        Subscription ended = broker().onChange(queue, heard::add);
        ended.close();
        ended.close();
        try (Subscription other = broker().onChange(queue, witness::add)) {
            JobId id = succeeded(job());
            assertHears(witness, id);
        }
        watch.close();
        assertThat(heard).isEmpty();
    }

    @Test
    void twoWatchersOfOneQueueBothHear() throws Exception {
        BlockingQueue<JobId> first = new LinkedBlockingQueue<>();
        BlockingQueue<JobId> second = new LinkedBlockingQueue<>();
        Subscription early = broker().onChange(queue, first::add);
        try (Subscription late = broker().onChange(queue, second::add)) {
            JobId id = succeeded(job());
            assertHears(first, id);
            assertHears(second, id);
            early.close();
            assertHears(second, succeeded(job()));
        }
    }

    /** The job is heard of, be it behind others or more than once. */
    private static void assertHears(BlockingQueue<JobId> heard, JobId expected) throws InterruptedException {
        JobId next;
        do {
            next = heard.poll(SOON.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(next).as("what is heard before %s", expected).isNotNull();
        } while (!expected.equals(next));
    }
}
