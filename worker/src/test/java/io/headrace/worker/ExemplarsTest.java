package io.headrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.JobHandler;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExemplarsTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";
    private static final String OPEN_METRICS = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5";

    private final InMemoryBroker broker = new InMemoryBroker(new ManualClock());
    private final JobClient client = new JobClient(broker);

    @AfterEach
    void close() {
        broker.close();
    }

    @Test
    void anAttemptOfASampledTraceIsShownWithIt() throws Exception {
        HttpResponse<String> page = scrapedAfter("00-" + TRACE + "-" + SPAN + "-01", OPEN_METRICS);
        assertThat(page.headers().firstValue("Content-Type")).contains(
                "application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(page.body().lines().filter(line -> line.contains(" # {"))).isNotEmpty()
                .allMatch(line -> line.contains("_bucket{"), "no exemplar where Prometheus refuses it");
        for (String histogram : List.of("headrace_attempt_duration_seconds", "headrace_queue_wait_seconds")) {
            assertThat(page.body().lines().filter(line -> line.startsWith(histogram + "_bucket")))
                    .anyMatch(line -> line.contains(
                            " # {span_id=\"" + SPAN + "\",trace_id=\"" + TRACE + "\"} "));
        }
    }

    @Test
    void aTraceThatNobodyKeepsIsNotShown() throws Exception {
        assertThat(scrapedAfter("00-" + TRACE + "-" + SPAN + "-00", OPEN_METRICS).body()).doesNotContain("trace_id");
        assertThat(scrapedAfter(null, OPEN_METRICS).body()).doesNotContain("trace_id");
    }

    @Test
    void onlyTheFlagOfSamplingCounts() throws Exception {
        assertThat(scrapedAfter("00-" + TRACE + "-" + SPAN + "-03", OPEN_METRICS).body()).contains(TRACE);
        assertThat(scrapedAfter("00-" + TRACE + "-" + SPAN + "-02", OPEN_METRICS).body()).doesNotContain(TRACE);
    }

    @Test
    void plainTextHasNoPlaceForExemplars() throws Exception {
        HttpResponse<String> page = scrapedAfter("00-" + TRACE + "-" + SPAN + "-01", "text/plain");
        assertThat(page.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(page.body()).contains("headrace_attempt_duration_seconds_bucket").doesNotContain("trace_id")
                .containsPattern("headrace_build_info\\{commit=\"[^\"]+\",date=\"[^\"]+\",version=\"dev\"} 1");
    }

    /** Runs one job, stops the worker and scrapes it. */
    private HttpResponse<String> scrapedAfter(@Nullable String traceparent, String accept)
            throws IOException, InterruptedException {
        PrometheusMeterRegistry meters = WorkerHttp.registry();
        try (Worker worker = Worker.builder(broker).meters(meters)
                .handler(JobHandler.of("ok", Json.class, (payload, context) -> context.traceparent().orElse("none")))
                .build();
                WorkerHttp http = WorkerHttp.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), worker, meters)) {
            worker.start();
            var job = client.enqueue(NewJob.of("default", "ok", 1).traceparent(traceparent).build()).id();
            assertThat(client.await(job, Duration.ofSeconds(30)).document().history().result())
                    .isEqualTo(Json.of(traceparent == null ? "none" : traceparent));
            worker.stop();
            HttpRequest scrape = HttpRequest.newBuilder(http.uri().resolve("/metrics")).header("Accept", accept)
                    .build();
            return HttpClient.newHttpClient().send(scrape, HttpResponse.BodyHandlers.ofString());
        }
    }
}
