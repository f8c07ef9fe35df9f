package io.headrace.worker;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.Attempt;
import io.headrace.Backoff;
import io.headrace.Broker;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobContext;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.OutcomeUnknown;
import io.headrace.Progress;
import io.headrace.QueueName;
import io.headrace.RetryPolicy;
import io.headrace.Subscription;
import io.headrace.Wish;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** The whole worker with its own threads, on the in-memory broker whose clock stands still unless a test moves it. */
@Timeout(60)
class WorkerTest {
    private static final RetryPolicy NO_RETRY = new RetryPolicy(0, Backoff.DEFAULT);

    private final ManualClock time = new ManualClock();
    private final InMemoryBroker broker = new InMemoryBroker(time);
    private final JobClient client = new JobClient(broker);
    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch letGo = new CountDownLatch(1);

    @AfterEach
    void release() {
        letGo.countDown();
        broker.close();
    }

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
        assertThat(broker.operator().queue(QueueName.DEFAULT).orElseThrow().totals().get(JobState.SUCCEEDED))
                .isEqualTo(1_000);
    }

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
        assertThat(broker.operator().workers()).isEmpty();
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

        assertThat(broker.operator().workers()).isEmpty();
        letGo.countDown();
        assertThat(broker.operator().workers()).isEmpty();
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
            await(id, job -> broker.operator().log(id, 0, 10).lines().contains("two"));
            steps.release();
            await(id, job -> job.state() == JobState.SUCCEEDED);
            assertThat(broker.operator().log(id, 0, 10).lines()).containsExactly("one", "two", "three");
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

            assertThat(broker.operator().log(id, 0, 10).lines()).containsExactly("10%", "20%", "one", "two", "three");
            assertThat(worker.live()).isTrue();
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
            assertThat(job.document().run().attempts()).extracting(Attempt::outcome)
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
            assertThat(job(deaf).document().run().attempts().get(0).error()).satisfies(error -> {
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

            broker.operator().cancel(id);

            Job job = client.await(id, Duration.ofSeconds(30));
            assertThat(job.state()).isEqualTo(JobState.CANCELLED);
            assertThat(job.document().run().attempts()).extracting(Attempt::outcome)
                    .containsExactly(Attempt.Outcome.CANCELLED);
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

            assertThat(job.document().run().progress()).isEqualTo(new Progress(1, "through"));
            assertThat(broker.operator().log(id, 0, 10).lines()).containsExactly("one", "two");
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
            broker.operator().steer(worker.id(), Wish.QUIET);
            awaitState("quiet");
            JobId id = enqueue("ok");
            assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.QUEUED);

            broker.operator().steer(worker.id(), Wish.RESUME);

            assertThat(client.await(id, Duration.ofSeconds(30)).state()).isEqualTo(JobState.SUCCEEDED);
            awaitState("running");
            worker.quiet();
            broker.operator().steer(worker.id(), Wish.RESUME);
            assertThat(client.await(enqueue("ok"), Duration.ofSeconds(30)).state()).isEqualTo(JobState.SUCCEEDED);
        }
    }

    /** What the worker's heartbeats say. */
    private void awaitState(String state) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (broker.operator().workers().stream().noneMatch(worker -> worker.state().equals(state))) {
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
    void healthAndMetricsAreServed() throws IOException, InterruptedException {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Worker worker = started(Worker.builder(broker).meters(meters).slots(3)
                .handler(JobHandler.of("ok", Json.class, (payload, context) -> null)));
        Worker.observer(meters).roundTrip(Duration.ofMillis(3));
        try (WorkerHttp http = WorkerHttp.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), worker,
                meters)) {
            client.await(enqueue("ok"), Duration.ofSeconds(30));
            assertThat(get(http, "/livez").statusCode()).isEqualTo(200);
            assertThat(get(http, "/livezz").statusCode()).isEqualTo(404);

            String text = get(http, "/metrics").body();
            for (String line : List.of(
                    "headrace_attempts_total{outcome=\"succeeded\",queue=\"default\",type=\"ok\"} 1.0",
                    "headrace_attempt_duration_seconds_count{queue=\"default\",type=\"ok\"} 1",
                    "headrace_attempt_duration_seconds_bucket{queue=\"default\",type=\"ok\",le=\"43200.0\"} 1",
                    "headrace_queue_wait_seconds_count{queue=\"default\"} 1",
                    "headrace_worker_slots{state=\"free\"} ",
                    "headrace_worker_slots{state=\"busy\"} ",
                    "headrace_leases_lost_total{queue=\"default\"} 0.0",
                    "headrace_leases_reclaimed_total{queue=\"default\"} 0.0",
                    "headrace_stale_writes_refused_total{queue=\"default\"} 0.0",
                    "headrace_last_claim_timestamp_seconds ",
                    "headrace_redis_roundtrip_seconds_count 1")) {
                assertThat(text).contains("\n" + line);
            }
            worker.stop();
            assertThat(get(http, "/livez").statusCode()).isEqualTo(503);
        }
    }

    /** What the first scrape does not show as 0 is missing from every increase() over it. */
    @Test
    void whatCanHappenToTheTypesItKnowsIsCountedFromZero() {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (Worker worker = Worker.builder(broker).queue("mail", 1).queue("sms", 1).meters(meters)
                .handler(JobHandler.of("ok", Json.class, (payload, context) -> null)).build()) {
            for (String queue : List.of("mail", "sms")) {
                for (String counter : List.of("jobs_dead", "jobs_parked", "attempts_abandoned")) {
                    assertThat(meters.scrape()).as("before %s runs anything", worker.id())
                            .contains("\nheadrace_%s_total{queue=\"%s\",type=\"ok\"} 0.0".formatted(counter, queue));
                }
            }
        }
    }

    @Test
    void theSlotsOfAQuietWorkerAreNotFree() throws InterruptedException {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (Worker worker = started(Worker.builder(broker).slots(3).meters(meters).handler(
                JobHandler.of("slow", Json.class, (payload, context) -> {
                    running.countDown();
                    letGo.await();
                    return "done";
                })))) {
            enqueue("slow");
            assertThat(running.await(30, SECONDS)).isTrue();
            worker.quiet();
            awaitMeters(meters, "slots{state=\"busy\"} 1.0", "slots{state=\"free\"} 0.0", "slots{state=\"quiet\"} 2.0");

            worker.resume();
            awaitMeters(meters, "slots{state=\"busy\"} 1.0", "slots{state=\"free\"} 2.0", "slots{state=\"quiet\"} 0.0");
            letGo.countDown();
        }
    }

    /** While a claim is under way all slots are taken, for a moment. */
    private static void awaitMeters(PrometheusMeterRegistry meters, String... lines) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!Stream.of(lines).allMatch(meters.scrape()::contains)) {
            assertThat(System.nanoTime()).as(() -> "in " + meters.scrape()).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void moreSlotsThanPlatformThreadsAreServedAtOnce() throws InterruptedException {
        int many = Threads.PLATFORM_MAX + 100;
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

    @Test
    void settingsOutOfBoundsAreRefusedByName() {
        WorkerBuilder builder = Worker.builder(broker);

        assertThatThrownBy(() -> builder.slots(0)).isInstanceOf(InvalidInput.class).hasMessageContaining("1 to 20000");
        assertThatThrownBy(() -> builder.lease(Duration.ofMillis(999))).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> builder.queue("a", 0)).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> builder.queue("a", 1).queue("a", 1)).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> builder.http("t", URI.create("ftp://x/"))).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(builder::build).isInstanceOf(InvalidInput.class).hasMessageContaining("handler");
        assertThatThrownBy(() -> builder.exec("t", "true").exec("t", "false").build())
                .isInstanceOf(InvalidInput.class).hasMessageContaining("'true'").hasMessageContaining("'false'");
    }

    @Test
    void everySettingsDefaultIsAllowed() {
        assertThat(WorkerSettings.ALL).allSatisfy(setting -> assertThat(setting.fallbackValue()).isNotNull());
        assertThat(WorkerSettings.queues("critical=6, default")).containsExactly(
                Map.entry(new QueueName("critical"), 6), Map.entry(QueueName.DEFAULT, 1));
    }

    /** Works on, whatever it is asked, until the test is over. */
    private Object deaf(Json payload, JobContext context) {
        running.countDown();
        while (true) {
            try {
                letGo.await();
                return "late";
            } catch (InterruptedException e) {
                assertThat(context.stopping()).isTrue(); // and yet goes on
            }
        }
    }

    private static Worker started(WorkerBuilder builder) {
        Worker worker = builder.build();
        worker.start();
        return worker;
    }

    private JobId enqueue(String type) {
        return client.enqueue(NewJob.of("default", type, 1).build()).id();
    }

    private Job job(JobId id) {
        return broker.find(id).job().orElseThrow();
    }

    /** Waits until the job is seen as wanted: looks again at every change of the queue. */
    private void await(JobId id, Predicate<Job> wanted) throws InterruptedException {
        Semaphore changes = new Semaphore(0);
        try (Subscription changed = broker.onChange(id.queue(), job -> changes.release())) {
            for (int i = 0; i < 300 && !wanted.test(job(id)); i++) {
                changes.tryAcquire(100, MILLISECONDS);
            }
        }
        assertThat(wanted.test(job(id))).isTrue();
    }

    private static HttpResponse<String> get(WorkerHttp http, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(http.uri().resolve(path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
