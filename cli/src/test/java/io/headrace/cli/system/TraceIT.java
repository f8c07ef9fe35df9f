package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.headrace.JobId;
import io.headrace.cli.faults.handler.PluginJar;
import io.headrace.contract.process.FreePort;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A trace context on its whole way: from a request to the api to the code that runs the job, and to the figures of the
 * worker.
 */
final class TraceIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SAMPLED = "00-" + TRACE + "-00f067aa0ba902b7-01";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path folder;

    private Deployment here;
    private HttpServer target;
    private RunningApi api;
    private URI metrics;

    @BeforeEach
    void deploy() throws Exception {
        target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.createContext("/", exchange -> {
            String header = Optional.ofNullable(exchange.getRequestHeaders().getFirst("traceparent")).orElse("none");
            byte[] answer = ('"' + header + '"').getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        target.start();
        here = new Deployment(folder);
        EmbeddedRedis redis = here.startRedis(0);
        api = RunningApi.of(here.start("api", "api", "--port", "0", "--redis", redis.url()));
        int port = FreePort.find();
        metrics = URI.create("http://127.0.0.1:" + port + "/metrics");
        here.startWorker("worker", "worker", "--redis", redis.url(), "--metrics-port", "" + port, "--plugins",
                PluginJar.folder(folder, TracedHandler.class).toString(), "--exec",
                "child=echo \"${TRACEPARENT:-none}\"",
                "--http", "target=http://127.0.0.1:" + target.getAddress().getPort() + "/");
    }

    @AfterEach
    void close() throws Exception {
        here.close();
        target.stop(0);
    }

    @Test
    void theContextOfTheRequestReachesWhateverRunsTheJob() throws Exception {
        for (String type : List.of("java", "child", "target")) {
            JsonNode single = post("/v1/queues/default/jobs", job(type), "application/json", SAMPLED);
            assertThat(result(single)).as(type).isEqualTo(SAMPLED);
            assertThat(result(post("/v1/queues/default/jobs", job(type), "application/json", null))).as(type)
                    .isEqualTo("none");
        }
        for (JsonNode sent : batch("[" + job("java") + "," + job("child") + "]", "application/json")) {
            assertThat(result(sent)).isEqualTo(SAMPLED);
        }
        for (JsonNode sent : batch(job("child") + "\n" + job("target") + "\n", "application/x-ndjson")) {
            assertThat(result(sent)).isEqualTo(SAMPLED);
        }
    }

    @Test
    void aSampledTraceIsAnExemplarAndAnotherIsNot() throws Exception {
        String unsampled = "00-" + TRACE.replace('4', '5') + "-00f067aa0ba902b7-00";
        result(post("/v1/queues/default/jobs", job("java"), "application/json", SAMPLED));
        result(post("/v1/queues/default/jobs", job("java"), "application/json", unsampled));
        String openMetrics = scrape("application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
        assertThat(openMetrics).endsWith("# EOF\n").doesNotContain(TRACE.replace('4', '5'));
        for (String histogram : List.of("headrace_attempt_duration_seconds", "headrace_queue_wait_seconds")) {
            assertThat(openMetrics.lines())
                    .anyMatch(line -> line.startsWith(histogram + "_bucket{") && line.contains("trace_id=\"" + TRACE));
        }
        assertThat(scrape("text/plain")).contains("headrace_queue_wait_seconds_bucket").doesNotContain(TRACE);
        assertThat(api.get("/metrics").headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
    }

    private static String job(String type) {
        return "{\"type\":\"" + type + "\",\"payload\":\"x\"}";
    }

    private String result(JsonNode sent) throws IOException, InterruptedException {
        JsonNode ended = api.ended(JobId.parse(sent.get("id").asText()));
        assertThat(ended.get("state").asText()).as(ended.toString()).isEqualTo("succeeded");
        return ended.get("result").asText().strip();
    }

    private List<JsonNode> batch(String body, String mediaType) throws IOException, InterruptedException {
        List<JsonNode> items = new ArrayList<>();
        post("/v1/queues/default/jobs:batch", body, mediaType, SAMPLED).get("items").forEach(items::add);
        assertThat(items).hasSize(2);
        return items;
    }

    private JsonNode post(String path, String body, String mediaType, @Nullable String trace)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(api.uri().resolve(path)).timeout(Duration.ofSeconds(20))
                .header("Content-Type", mediaType).POST(HttpRequest.BodyPublishers.ofString(body));
        if (trace != null) {
            request.header("traceparent", trace);
        }
        HttpResponse<String> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return RunningApi.tree(answer);
    }

    private String scrape(String accept) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(metrics).header("Accept", accept).build(),
                HttpResponse.BodyHandlers.ofString()).body();
    }
}
