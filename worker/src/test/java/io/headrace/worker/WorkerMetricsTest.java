package io.headrace.worker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobHandler;
import io.headrace.Json;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a worker counts and serves. */
@Timeout(60)
class WorkerMetricsTest extends WorkerOnThreads {
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

    private static HttpResponse<String> get(WorkerHttp http, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(http.uri().resolve(path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
