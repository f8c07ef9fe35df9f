package io.headrace.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.Durations;
import io.headrace.cli.system.Deployment;
import io.headrace.cli.system.OnPath;
import io.headrace.cli.system.RunningApi;
import io.headrace.contract.process.FreePort;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Prometheus itself scrapes an api and two workers that are busy with jobs of every kind, evaluates the rules and
 * answers the dashboards. It scrapes and evaluates each second, and the copy of the rules that it reads has
 * {@code for: 1s} in place of each {@code for}; nothing else differs from what is deployed.
 *
 * <p>{@code -Dprometheus.load=5m} keeps the load up for so long before anything is asked.
 */
final class PrometheusIT {
    private static final Duration SOON = Duration.ofSeconds(45);
    private static final Duration LOAD = Durations.parse("prometheus.load",
            System.getProperty("prometheus.load", "0s"));
    private static final Path RULES = Path.of("..", "deploy", "prometheus", "alerts.yml");
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path folder;

    private Deployment here;
    private RunningApi api;
    private HeadraceProcess second;
    private final Map<String, URI> workers = new LinkedHashMap<>();
    private PrometheusServer prometheus;
    private final ScheduledExecutorService load = Executors.newSingleThreadScheduledExecutor();
    /** Batches; only the thread of the load knows. */
    private int sent;

    @BeforeEach
    void deploy() throws Exception {
        Path program = OnPath.require("prometheus", "prometheus");
        here = new Deployment(folder);
        EmbeddedRedis redis = here.startRedis(0);
        api = RunningApi.of(here.start("api", "api", "--port", "0", "--redis", redis.url()));
        worker("first", redis);
        second = worker("second", redis);
        prometheus = PrometheusServer.start(program, folder.resolve("prometheus"),
                Map.of("headrace-api", List.of(api.uri()), "headrace-worker", List.copyOf(workers.values())),
                List.of(hasty()));
    }

    private HeadraceProcess worker(String name, EmbeddedRedis redis) throws Exception {
        int port = FreePort.find();
        workers.put(name, URI.create("http://127.0.0.1:" + port));
        return here.startWorker(name, "worker", "--redis", redis.url(), "--slots", "8", "--lease", "2s",
                "--metrics-port", "" + port, "--exec", "fine=true", "--exec", "flaky=test $HEADRACE_ATTEMPT -gt 1",
                "--exec", "broken=exit 65", "--exec", "long=sleep 60");
    }

    /** A copy of the rules in which nothing waits. */
    private Path hasty() throws IOException {
        return Files.writeString(folder.resolve("alerts.yml"),
                Files.readString(RULES).replaceAll("(?m)^( +for:) .*$", "$1 1s"));
    }

    @AfterEach
    void close() throws Exception {
        load.shutdownNow();
        if (prometheus != null) {
            prometheus.close();
        }
        if (here != null) {
            here.close();
        }
    }

    @Test
    void rulesLoadDashboardsAnswerAndAKilledWorkerFiresItsAlert() throws Exception {
        Future<?> sending = load.scheduleAtFixedRate(this::send, 0, 1, TimeUnit.SECONDS);
        everyQueryAnswers();
        everyRuleIsEvaluated();
        if (!LOAD.isZero()) {
            Awaitility.await().pollDelay(LOAD).atMost(LOAD.plus(SOON)).until(() -> true);
            everyQueryAnswers();
        }
        everythingScrapedIsCleanlyDeclared();
        tracesAreExemplars();
        aKilledWorkerFiresItsAlert();
        assertThat(sending.isDone()).as("the load broke off").isFalse();
    }

    /** Some jobs of each kind; a second's worth. */
    private void send() {
        List<String> jobs = new ArrayList<>(Collections.nCopies(8, "{\"type\":\"fine\"}"));
        jobs.addAll(Collections.nCopies(3, "{\"type\":\"flaky\",\"backoff\":{\"base\":\"100ms\"}}"));
        jobs.add("{\"type\":\"broken\"}");
        jobs.add("{\"type\":\"fine\",\"delay\":\"2s\"}");
        jobs.add("{\"type\":\"fine\",\"delay\":\"1h\"}");
        if (sent % 10 == 0) {
            jobs.add("{\"type\":\"nobody-knows\"}");
        }
        sent++;
        HttpRequest request = HttpRequest.newBuilder(api.uri().resolve("/v1/queues/default/jobs:batch"))
                .header("Content-Type", "application/json")
                .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01").timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString("[" + String.join(",", jobs) + "]")).build();
        try {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(202);
            assertThat(RunningApi.tree(answer).get("rejected").asInt()).as(answer.body()).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void everyRuleIsEvaluated() throws Exception {
        int declared = (int) Pattern.compile("(?m)^ +- (alert|record): ").matcher(Files.readString(RULES)).results()
                .count();
        List<JsonNode> rules = new ArrayList<>();
        prometheus.rules().forEach(group -> group.get("rules").forEach(rules::add));
        assertThat(rules).hasSize(declared).allSatisfy(rule -> {
            assertThat(rule.get("health").asText()).as(rule.toString()).isEqualTo("ok");
            assertThat(rule.path("lastError").asText()).isEmpty();
        });
    }

    /** Each query answers with a number within a while; those that count what is bad, with 0 or more. */
    private void everyQueryAnswers() throws Exception {
        Map<String, String> open = new LinkedHashMap<>();
        GrafanaDashboards.targets().forEach(target -> open.put(target.toString(), target.filledIn("default", "15s")));
        Pattern.compile("(?m)^ +- record: (.+)$").matcher(Files.readString(RULES)).results()
                .forEach(rule -> open.put("recording rule " + rule.group(1), rule.group(1)));
        open.remove("recording rule headrace_redis_memory:ratio"); // this Redis has no limit
        assertThat(open).hasSizeGreaterThan(80);
        try {
            Awaitility.await().atMost(SOON).pollInterval(Duration.ofSeconds(1)).until(() -> {
                for (Map.Entry<String, String> query : List.copyOf(open.entrySet())) {
                    if (hasValue(prometheus.query(query.getValue()))) {
                        open.remove(query.getKey());
                    }
                }
                return open.isEmpty();
            });
        } catch (ConditionTimeoutException e) {
            assertThat(open.keySet()).as("queries without an answer").isEmpty();
        }
    }

    private static boolean hasValue(JsonNode series) {
        for (JsonNode one : series) {
            if (!one.at("/value/1").asText().equals("NaN")) {
                return true;
            }
        }
        return false;
    }

    private void everythingScrapedIsCleanlyDeclared() throws Exception {
        Path promtool = OnPath.require("promtool", "prometheus");
        List<URI> pages = new ArrayList<>(workers.values());
        pages.add(api.uri());
        for (URI page : pages) {
            Path scraped = Files.writeString(folder.resolve("scraped"),
                    HTTP.send(HttpRequest.newBuilder(page.resolve("/metrics")).build(),
                            HttpResponse.BodyHandlers.ofString()).body());
            Process check = new ProcessBuilder(promtool.toString(), "check", "metrics")
                    .redirectInput(scraped.toFile()).redirectErrorStream(true).start();
            String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(check.waitFor()).as(said).isZero();
            assertThat(said).isEmpty();
        }
    }

    private void tracesAreExemplars() throws Exception {
        for (String histogram : List.of("headrace_attempt_duration_seconds_bucket",
                "headrace_queue_wait_seconds_bucket")) {
            assertThat(prometheus.exemplars(histogram).findValuesAsText("trace_id")).as(histogram).contains(TRACE);
        }
    }

    private void aKilledWorkerFiresItsAlert() throws Exception {
        assertThat(firing("HeadraceProcessDown")).isEmpty();
        for (int i = 0; i < 10; i++) { // more than the first worker has slots
            api.enqueue("long", "1", "");
        }
        Awaitility.await().atMost(SOON).until(() -> RunningApi.tree(
                api.get("/v1/queues/default/jobs?state=running&type=long&limit=100")).findValuesAsText("worker")
                .contains(here.worker("second")));
        String instance = Objects.requireNonNull(workers.get("second")).getAuthority();
        second.kill9();
        Awaitility.await().atMost(SOON).untilAsserted(() -> {
            assertThat(firing("HeadraceProcessDown")).singleElement().satisfies(
                    alert -> assertThat(alert.at("/labels/instance").asText()).isEqualTo(instance));
            assertThat(firing("HeadraceLeasesLost")).isNotEmpty();
        });
        assertThat(firing("HeadraceNobodyClaims")).isEmpty();
    }

    private List<JsonNode> firing(String alert) throws IOException, InterruptedException {
        List<JsonNode> firing = new ArrayList<>();
        for (JsonNode one : prometheus.alerts()) {
            if (one.at("/labels/alertname").asText().equals(alert) && one.get("state").asText().equals("firing")) {
                firing.add(one);
            }
        }
        return firing;
    }
}
