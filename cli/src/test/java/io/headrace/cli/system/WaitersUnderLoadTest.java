package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.api.ApiConfig;
import io.headrace.api.ApiServer;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.JobQuery;
import io.headrace.broker.QueueSettings;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import io.headrace.worker.Worker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever waits for a job gets its result, in a queue that keeps little and through which jobs rush as fast as they
 * can.
 */
@Timeout(120)
class WaitersUnderLoadTest {
    private static final QueueName MAIL = new QueueName("mail");
    private static final int KEPT = 100;
    /** So many of the jobs that rush by are in line or run at a time. */
    private static final int RUSHING = 1_000;

    @TempDir
    Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Semaphore room = new Semaphore(RUSHING);
    /** As often as the record of the queue has been replaced since the long jobs began. */
    private final CountDownLatch rushed = new CountDownLatch(20 * KEPT);
    private final CountDownLatch over = new CountDownLatch(1);
    private EmbeddedRedis redis;
    private RedisBroker broker;
    private ApiServer api;
    private Thread rush;

    @BeforeEach
    void start() throws Exception {
        redis = EmbeddedRedis.start(folder.resolve("redis"), 0);
        broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
        api = ApiServer.start(ApiConfig.from(Map.of("HEADRACE_API_PORT", "0")), broker,
                new SimpleMeterRegistry());
        broker.queues().settings(MAIL, new QueueSettings(0, Duration.ofHours(1), KEPT));
        rush = new Thread(this::rush, "rush");
    }

    @AfterEach
    void stop() throws Exception {
        over.countDown();
        rush.interrupt();
        rush.join();
        api.close();
        broker.close();
        redis.close();
    }

    /** Submits jobs that nobody waits for, without end. */
    private void rush() {
        JobClient client = new JobClient(broker);
        List<NewJob> some = Collections.nCopies(100, NewJob.of(MAIL.value(), "plain", 1).build());
        try {
            while (over.getCount() > 0) {
                room.acquire(some.size());
                client.enqueueAll(some);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Serves everything but {@code unknown}. */
    private Worker worker(JobHandler<?>... more) throws InterruptedException {
        var builder = Worker.builder(broker).queue(MAIL.value(), 1).slots(50)
                .handler(JobHandler.of("plain", Json.class, (payload, context) -> {
                    room.release();
                    rushed.countDown();
                    return payload;
                })).handler(JobHandler.of("fails-once", Json.class, (payload, context) -> {
                    if (context.attempt() == 1) {
                        throw new IllegalStateException("not yet");
                    }
                    return payload;
                })).handler(JobHandler.of("long", Json.class, (payload, context) -> {
                    rushed.await();
                    return payload;
                }));
        for (JobHandler<?> handler : more) {
            builder.handler(handler);
        }
        Worker worker = builder.build();
        worker.start();
        return worker;
    }

    @Test
    void jobsThatWereDelayedRetriedParkedOrLongKeepTheirResultForWhoWaits() throws Exception {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        List<JobId> parked = new ArrayList<>();
        try (Worker first = worker()) {
            rush.start();
            for (String retention : List.of("", ",\"retention\":\"0s\"")) {
                for (String job : List.of("\"plain\",\"delay\":\"1s\"",
                        "\"fails-once\",\"backoff\":{\"kind\":\"fixed\",\"base\":\"1s\"}", "\"long\"", "\"unknown\"")) {
                    String body = "{\"payload\":\"it\",\"type\":" + job + retention + "}";
                    answers.add(submitted(body, "wait=60"));
                    String id = submitted(body, "wait=0").join().replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
                    answers.add(get("/v1/jobs/" + id + "?wait=60s"));
                    answers.add(get("/v1/jobs/" + id + "/events"));
                    if (job.contains("unknown")) {
                        parked.add(JobId.parse(id));
                    }
                }
            }
            for (JobId id : parked) {
                await(id, JobState.PARKED);
            }
        }
        try (Worker second = worker(JobHandler.of("unknown", Json.class, (payload, context) -> payload))) {
            broker.jobs().list(new JobQuery(MAIL, JobState.PARKED, null, null, null, 100))
                    .jobs().forEach(job -> broker.jobs().runNow(job.id()));
            for (CompletableFuture<String> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS)).contains("\"state\":\"succeeded\"")
                        .contains("\"result\":\"it\"");
            }
        }
        assertThat(rushed.getCount()).isZero();
        assertThat(broker.find(parked.get(0)).kind()).isEqualTo(Lookup.Kind.FOUND);
    }

    @Test
    void aJobThatIsOverAtOnceIsSeenByWhoSubmittedItToWait() throws Exception {
        broker.queues().settings(MAIL, new QueueSettings(0, Duration.ZERO, KEPT));
        try (Worker worker = worker()) {
            for (int i = 0; i < 200; i++) {
                assertThat(submitted("{\"type\":\"plain\",\"payload\":" + i + "}", "wait=30").get(60, TimeUnit.SECONDS))
                        .contains("\"result\":" + i);
            }
        }
    }

    private void await(JobId id, JobState state) throws InterruptedException {
        Semaphore changed = new Semaphore(0);
        try (var ignored = broker.onChange(MAIL, job -> changed.release())) {
            while (broker.find(id).job().orElseThrow().state() != state) {
                assertThat(changed.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    private CompletableFuture<String> submitted(String body, String preference) {
        return send(HttpRequest.newBuilder(api.uri().resolve("/v1/queues/mail/jobs")).header("Prefer", preference)
                .header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    private CompletableFuture<String> get(String path) {
        return send(HttpRequest.newBuilder(api.uri().resolve(path)));
    }

    private CompletableFuture<String> send(HttpRequest.Builder request) {
        return http.sendAsync(request.build(), BodyHandlers.ofString()).thenApply(answer -> {
            assertThat(answer.statusCode()).as(answer.body()).isIn(200, 202);
            return answer.body();
        });
    }
}
