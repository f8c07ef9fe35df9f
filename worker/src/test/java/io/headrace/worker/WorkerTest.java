package io.headrace.worker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Attempt;
import io.headrace.Backoff;
import io.headrace.Job;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.RetryPolicy;
import io.headrace.broker.Steer;
import io.headrace.worker.threads.JobThreads;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker at work. */
@Timeout(60)
class WorkerTest extends WorkerOnThreads {
    private static final RetryPolicy NO_RETRY = new RetryPolicy(0, Backoff.DEFAULT);

    @Test
    void aThousandJobsAreEachRunOnce() throws InterruptedException {
        Set<JobId> ran = ConcurrentHashMap.newKeySet();
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(1_000);
        try (Worker worker = started(Worker.builder(broker).slots(20).handler(
                JobHandler.of("count", Json.class, (payload, context) -> {
                    ran.add(context.id());
                    runs.incrementAndGet();
                    all.countDown();
                    return null;
                })))) {
            for (int i = 0; i < 1_000; i++) {
                client.enqueueAsync(NewJob.of("default", "count", i).build());
            }
            assertThat(all.await(30, SECONDS)).isTrue();
            assertThat(worker.live()).isTrue();
        }
        assertThat(runs).hasValue(1_000);
        assertThat(ran).hasSize(1_000);
        assertThat(broker.queues().info(QueueName.DEFAULT).orElseThrow().totals().get(JobState.SUCCEEDED))
                .isEqualTo(1_000);
    }

    @Test
    void anAttemptPastItsTimeoutIsInterruptedAndFails() throws InterruptedException {
        try (Worker worker = started(Worker.builder(broker).retryPolicy(NO_RETRY)
                .handler(JobHandler.of("slow", Json.class, (payload, context) -> {
                    assertThat(context.remaining()).isPresent();
                    letGo.await();
                    return null;
                })))) {
            JobId id = client.enqueue(NewJob.of("default", "slow", 1).timeout(Duration.ofMillis(50)).build()).id();

            Job job = client.await(id, Duration.ofSeconds(30));

            assertThat(worker.live()).isTrue();
            assertThat(job.state()).isEqualTo(JobState.DEAD);
            assertThat(job.document().history().attempts()).extracting(Attempt::outcome)
                    .containsExactly(Attempt.Outcome.TIMED_OUT);
        }
    }

    @Test
    void aHandlerThatIgnoresItsTimeoutIsGivenUpAndItsSlotServesOthers() throws InterruptedException {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (Worker worker = started(Worker.builder(broker).slots(1).retryPolicy(NO_RETRY).meters(meters)
                .timeout(Duration.ofMillis(50)).handler(JobHandler.of("deaf", Json.class, this::deaf))
                .handler(JobHandler.of("next", Json.class, (payload, context) -> "ran")))) {
            JobId deaf = enqueue("deaf");
            JobId next = enqueue("next");

            assertThat(client.await(deaf, Duration.ofSeconds(30)).state()).isEqualTo(JobState.DEAD);
            assertThat(job(deaf).document().history().attempts().get(0).error()).satisfies(error -> {
                assertThat(error).isNotNull();
                assertThat(error.type()).isEqualTo("timeout");
                assertThat(error.message()).contains("its thread was given up");
                assertThat(error.stack()).contains("deaf");
            });
            assertThat(client.await(next, Duration.ofSeconds(30)).state()).isEqualTo(JobState.SUCCEEDED);
            assertThat(meters.scrape())
                    .contains("headrace_attempts_abandoned_total{queue=\"default\",type=\"deaf\"} 1.0");
            assertThat(worker.live()).isTrue();
        }
    }

    @Test
    void aRunningJobThatIsCancelledStopsAndEndsAsCancelled() throws InterruptedException {
        try (Worker worker = started(Worker.builder(broker).handler(
                JobHandler.of("slow", Json.class, (payload, context) -> {
                    running.countDown();
                    letGo.await();
                    return null;
                })))) {
            JobId id = enqueue("slow");
            assertThat(running.await(30, SECONDS)).isTrue();
            assertThat(worker.live()).isTrue();

            broker.jobs().cancel(id);

            Job job = client.await(id, Duration.ofSeconds(30));
            assertThat(job.state()).isEqualTo(JobState.CANCELLED);
            assertThat(job.document().history().attempts()).extracting(Attempt::outcome)
                    .containsExactly(Attempt.Outcome.CANCELLED);
        }
    }

    @Test
    void aQuietWorkerClaimsNothingAndFinishesWhatItHas() throws InterruptedException {
        try (Worker worker = started(Worker.builder(broker).slots(2).handler(
                JobHandler.of("slow", Json.class, (payload, context) -> {
                    running.countDown();
                    letGo.await();
                    return "done";
                })))) {
            JobId first = enqueue("slow");
            assertThat(running.await(30, SECONDS)).isTrue();
            worker.quiet();
            letGo.countDown();

            assertThat(client.await(first, Duration.ofSeconds(30)).state()).isEqualTo(JobState.SUCCEEDED);
        }
    }

    @Test
    void aWorkerObeysAnOperatorWithinMoments() throws InterruptedException {
        try (Worker worker = started(Worker.builder(broker).handler(
                JobHandler.of("ok", Json.class, (payload, context) -> "done")))) {
            awaitState("running");
            broker.workers().steer(worker.id(), Steer.QUIET);
            awaitState("quiet");
            JobId id = enqueue("ok");
            assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.QUEUED);

            broker.workers().steer(worker.id(), Steer.RESUME);

            assertThat(client.await(id, Duration.ofSeconds(30)).state()).isEqualTo(JobState.SUCCEEDED);
            awaitState("running");
            worker.quiet();
            broker.workers().steer(worker.id(), Steer.RESUME);
            assertThat(client.await(enqueue("ok"), Duration.ofSeconds(30)).state()).isEqualTo(JobState.SUCCEEDED);
        }
    }

    /** What the worker's heartbeats say. */
    private void awaitState(String state) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (broker.workers().live().stream().noneMatch(worker -> worker.state().equals(state))) {
            assertThat(System.nanoTime()).as("a worker that is " + state).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void anOutageIsSurvivedWithoutARestart() throws InterruptedException {
        try (Worker worker = started(Worker.builder(broker).handler(
                JobHandler.of("slow", Json.class, (payload, context) -> {
                    running.countDown();
                    letGo.await();
                    return "done";
                })))) {
            JobId id = enqueue("slow");
            assertThat(running.await(30, SECONDS)).isTrue();
            broker.unavailable(true);
            letGo.countDown();
            broker.unavailable(false);

            assertThat(client.await(id, Duration.ofSeconds(30)).state()).isEqualTo(JobState.SUCCEEDED);
            assertThat(client.await(enqueue("slow"), Duration.ofSeconds(30)).state()).isEqualTo(JobState.SUCCEEDED);
            assertThat(worker.live()).isTrue();
        }
    }

    @Test
    void moreSlotsThanPlatformThreadsAreServedAtOnce() throws InterruptedException {
        int many = JobThreads.PLATFORM_MAX + 100;
        CountDownLatch all = new CountDownLatch(many);
        try (Worker worker = started(Worker.builder(broker).slots(many).handler(
                JobHandler.of("wait", Json.class, (payload, context) -> {
                    all.countDown();
                    letGo.await();
                    return null;
                })))) {
            for (int i = 0; i < many; i++) {
                client.enqueueAsync(NewJob.of("default", "wait", i).build());
            }
            assertThat(all.await(30, SECONDS)).isTrue();
            assertThat(worker.live()).isTrue();
            letGo.countDown();
        }
    }
}
