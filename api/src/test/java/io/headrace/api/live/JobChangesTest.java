package io.headrace.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.Subscription;
import io.headrace.api.http.BlockingCalls;
import io.headrace.api.http.ClientMemory;
import io.headrace.broker.Broker;
import io.headrace.runtime.ByteBudget;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.vertx.core.Future;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The shared subscriptions, on a broker that takes its time to subscribe or breaks. */
class JobChangesTest {
    private static final JobId JOB = JobId.parse("mail_n1-0");

    private final InMemoryBroker memory = new InMemoryBroker(new ManualClock());
    private final BlockingCalls blocking = new BlockingCalls(2, new ClientMemory(new ByteBudget(1 << 24), 1024));
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();

    @AfterEach
    void close() {
        blocking.close();
        memory.close();
    }

    /** A broker whose onChange does this. */
    private JobChanges changes(Supplier<Subscription> onChange) {
        Broker broker = (Broker) Proxy.newProxyInstance(Broker.class.getClassLoader(), new Class<?>[]{Broker.class},
                (proxy, method, arguments) -> onChange.get());
        return new JobChanges(broker, blocking, nanos::get);
    }

    private static void settled(Future<?> future) throws InterruptedException, TimeoutException {
        try {
            future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertThat(future.failed()).isTrue();
        }
    }

    @Test
    void aSubscriptionThatStandsOnlyAfterItsListenersHaveGoneIsClosedInTheEnd() throws Exception {
        CountDownLatch letStand = new CountDownLatch(1);
        JobChanges changes = changes(() -> {
            try {
                letStand.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            open.incrementAndGet();
            return open::decrementAndGet;
        });
        Runnable listener = () -> {};
        Future<?> stands = changes.listen(JOB, listener);
        changes.forget(JOB, listener);
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        changes.sweep();
        letStand.countDown();
        settled(stands);
        assertThat(open).hasValue(1);

        changes.sweep();

        assertThat(open).hasValue(0);
        assertThat(changes.listeners()).isZero();
    }

    @Test
    void aSubscriptionThatBreaksFailsItsListenersAndIsTriedAgain() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        JobChanges changes = changes(() -> {
            tries.incrementAndGet();
            throw new IllegalStateException("a bug");
        });
        Runnable listener = () -> {};
        for (int i = 1; i <= 2; i++) {
            Future<?> stands = changes.listen(JOB, listener);
            settled(stands);
            assertThat(stands.failed()).isTrue();
            changes.forget(JOB, listener);
            assertThat(tries).hasValue(i);
        }
    }
}
