package io.headrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Job;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.OutcomeUnknown;
import io.headrace.Progress;
import io.headrace.broker.Broker;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What handlers say while they run. */
@Timeout(60)
class WorkerReportsTest extends WorkerOnThreads {
    @Test
    void linesWhoseAnswerWasLostAreStoredOnce() throws InterruptedException {
        AtomicInteger reports = new AtomicInteger();
        Broker lossy = (Broker) Proxy.newProxyInstance(Broker.class.getClassLoader(), new Class<?>[]{Broker.class},
                (proxy, method, arguments) -> {
                    Object answer = method.invoke(broker, arguments);
                    boolean lost = method.getName().equals("report") && reports.incrementAndGet() % 2 == 1;
                    return lost ? CompletableFuture.failedFuture(new OutcomeUnknown("lost", null)) : answer;
                });
        Semaphore steps = new Semaphore(0);
        try (Worker worker = started(Worker.builder(lossy).slots(1)
                .handler(JobHandler.of("talk", Json.class, (payload, context) -> {
                    context.log("one");
                    context.log("two");
                    steps.acquire();
                    context.log("three");
                    return null;
                })))) {
            JobId id = enqueue("talk");
            await(id, job -> broker.jobs().log(id, 0, 10).lines().contains("two"));
            steps.release();
            await(id, job -> job.state() == JobState.SUCCEEDED);
            assertThat(broker.jobs().log(id, 0, 10).lines()).containsExactly("one", "two", "three");
            assertThat(reports.get()).isGreaterThan(1);
            assertThat(worker.live()).isTrue();
        }
    }

    @Test
    void everyKindOfLineEndEndsALineOfTheLog() throws InterruptedException {
        try (Worker worker = started(Worker.builder(broker).slots(1)
                .handler(JobHandler.of("talk", Json.class, (payload, context) -> {
                    context.log("10%\r20%");
                    context.log("one\r\ntwo\nthree");
                    return null;
                })))) {
            JobId id = enqueue("talk");
            await(id, job -> job.state() == JobState.SUCCEEDED);

            assertThat(broker.jobs().log(id, 0, 10).lines()).containsExactly("10%", "20%", "one", "two", "three");
            assertThat(worker.live()).isTrue();
        }
    }

    @Test
    void progressAndLinesAreSeenWhileTheJobRunsAndKeptWithItsVerdict() throws InterruptedException {
        try (Worker worker = started(Worker.builder(broker).handler(
                JobHandler.of("talk", Json.class, (payload, context) -> {
                    context.progress(0.5, "half way");
                    context.log("one");
                    letGo.await();
                    context.progress(1, "through");
                    context.log("two");
                    return null;
                })))) {
            assertThat(worker.id().value()).startsWith("w-");
            JobId id = enqueue("talk");
            await(id, job -> new Progress(0.5, "half way").equals(job.progress()));
            letGo.countDown();

            Job job = client.await(id, Duration.ofSeconds(30));

            assertThat(job.document().history().progress()).isEqualTo(new Progress(1, "through"));
            assertThat(broker.jobs().log(id, 0, 10).lines()).containsExactly("one", "two");
        }
    }
}
