package io.headrace.worker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.broker.Broker;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** How a worker stops, in good order and otherwise. */
@Timeout(60)
class WorkerStopTest extends WorkerOnThreads {
    @Test
    void stoppingRecordsWhatEndsWithinTheGraceAndHandsBackTheRest() throws InterruptedException {
        CountDownLatch both = new CountDownLatch(2);
        Semaphore quick = new Semaphore(0);
        Worker worker = started(Worker.builder(broker).slots(4).grace(Duration.ofMillis(500))
                .handler(JobHandler.of("quick", Json.class, (payload, context) -> {
                    both.countDown();
                    quick.acquire();
                    return "done";
                })).handler(JobHandler.of("long", Json.class, (payload, context) -> {
                    both.countDown();
                    letGo.await();
                    return "never";
                })));
        JobId quickly = enqueue("quick");
        JobId slowly = enqueue("long");
        assertThat(both.await(30, SECONDS)).isTrue();

        Thread stopper = new Thread(worker::stop);
        stopper.start();
        quick.release();
        stopper.join(30_000);

        assertThat(job(quickly).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(job(slowly).state()).isEqualTo(JobState.QUEUED);
        assertThat(job(slowly).attempt()).as("no attempt used").isZero();
        assertThat(broker.workers().live()).isEmpty();
    }

    /** The broker, with something done before calls of one name. */
    private Broker before(String call, Interruptible step) {
        return (Broker) Proxy.newProxyInstance(Broker.class.getClassLoader(), new Class<?>[]{Broker.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals(call)) {
                        step.run();
                    }
                    try {
                        return method.invoke(broker, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private interface Interruptible {
        void run() throws InterruptedException;
    }

    @Test
    void aWorkerThatCannotGoOnLetsItsJobsGoTellsItsHostAndEndsNothingElse() throws InterruptedException {
        CountDownLatch told = new CountDownLatch(1);
        Semaphore interrupted = new Semaphore(0);
        AtomicBoolean broken = new AtomicBoolean();
        Worker worker = started(Worker.builder(before("awaitReady", () -> {
            if (broken.get()) {
                throw new OutOfMemoryError("unable to create native thread: a test");
            }
        })).slots(3).onBreakdown(error -> told.countDown())
                .handler(JobHandler.of("wait", Json.class, (payload, context) -> {
                    running.countDown();
                    try {
                        letGo.await();
                    } finally {
                        interrupted.release();
                    }
                    return null;
                })));
        JobId id = enqueue("wait");
        assertThat(running.await(30, SECONDS)).isTrue();
        broken.set(true);
        enqueue("wait"); // what wakes it up, so that it comes to wait again

        assertThat(told.await(30, SECONDS)).isTrue();
        assertThat(interrupted.tryAcquire(30, SECONDS)).isTrue();
        await(id, job -> job.state() == JobState.QUEUED);
        assertThat(job(id).attempt()).as("no attempt is used").isZero();
        assertThat(worker.live()).isFalse();
        worker.stop();
    }

    @Test
    void aHeartbeatUnderWayDoesNotMakeAStoppedWorkerKnownAgain() throws InterruptedException {
        CountDownLatch beating = new CountDownLatch(1);
        Worker worker = started(Worker.builder(before("heartbeat", () -> {
            beating.countDown();
            letGo.await(1, SECONDS); // as long as nobody stops it: that is what a retiring worker has to wait for
        })).handler(JobHandler.of("ok", Json.class, (payload, context) -> null)));
        assertThat(beating.await(30, SECONDS)).isTrue();

        worker.stop();

        assertThat(broker.workers().live()).isEmpty();
        letGo.countDown();
        assertThat(broker.workers().live()).isEmpty();
    }

    @Test
    void aStoppingWorkerTellsHowManyHandlersRunAndCountsNoClaimUnderWay() throws InterruptedException {
        CountDownLatch claiming = new CountDownLatch(1);
        Worker worker = started(Worker.builder(before("claim", () -> {
            claiming.countDown();
            letGo.await();
        })).slots(10).handler(JobHandler.of("ok", Json.class, (payload, context) -> null)));
        assertThat(claiming.await(30, SECONDS)).isTrue();
        Logger logger = (Logger) LoggerFactory.getLogger(Shutdown.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            Thread stopper = new Thread(worker::stop);
            stopper.start();
            while (lines.list.isEmpty()) {
                Thread.onSpinWait();
            }
            letGo.countDown();
            stopper.join(30_000);
            assertThat(lines.list.get(0).getFormattedMessage()).contains("running=0 ");
        } finally {
            logger.detachAppender(lines);
        }
    }

    @Test
    void aHandlerThatIgnoresItsInterruptIsHandedBackAllTheSame() throws InterruptedException {
        Worker worker = started(Worker.builder(broker).slots(1).grace(Duration.ZERO)
                .handler(JobHandler.of("deaf", Json.class, this::deaf)));
        JobId id = enqueue("deaf");
        assertThat(running.await(30, SECONDS)).isTrue();

        worker.stop();

        assertThat(job(id).state()).isEqualTo(JobState.QUEUED);
        assertThat(job(id).attempt()).isZero();
    }
}
