package io.headrace.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.cli.faults.handler.NotingHandler;
import io.headrace.cli.faults.handler.PluginJar;
import io.headrace.contract.process.FreePort;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.contract.process.HeadraceProcess.Launcher;
import io.headrace.format.JsonFormat;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two idle workers of ten queues, one of which freezes while it waits for a wake-up: jobs start within five seconds all
 * the same.
 */
@Tag("faults")
final class FrozenIdleWorkerIT {
    private static final Duration START = Duration.ofSeconds(40);
    private static final int QUEUES = 10;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @Test
    void aJobInAnyOfTenQueuesStartsWithinFiveSecondsBesideAFrozenIdleWorker() throws Exception {
        Path folder = MatrixReport.folder("frozen-idle");
        Launcher launcher = Launcher.in(Files.createDirectories(folder));
        Path plugins = PluginJar.folder(folder);
        List<Long> delays = new ArrayList<>();
        int port = FreePort.find();
        try (RedisTopology redis = RedisForms.standalone(folder, DurabilityMode.MEMORY);
                HeadraceProcess api = launcher.start("api", "api", "--port", "" + port, "--redis", redis.url());
                HeadraceProcess frozen = worker(launcher, "frozen", folder, redis, plugins);
                HeadraceProcess awake = worker(launcher, "awake", folder, redis, plugins)) {
            URI uri = URI.create("http://127.0.0.1:" + port);
            api.awaitOut("http://127.0.0.1:[0-9]+$", START);
            for (HeadraceProcess worker : List.of(frozen, awake)) {
                worker.awaitErr("worker started id=", START);
            }
            for (int i = 0; i < QUEUES; i++) {
                ProcessFaults.last(Duration.ofMillis(4_500)); // both have waited, and wait again
                frozen.freeze();
                delays.add(delay(uri, "q" + i));
                frozen.thaw();
            }
        }
        MatrixReport.delete(folder);
        long worst = delays.stream().mapToLong(Long::longValue).max().orElseThrow();
        MatrixReport.note(
                String.format(Locale.ROOT, "One of two idle workers of %d queues frozen: a job started after %.1f s"
                        + " at worst; ms in each queue: %s.", QUEUES, worst / 1000.0, delays));
        assertThat(worst).isLessThanOrEqualTo(5_000);
    }

    private static HeadraceProcess worker(Launcher launcher, String name, Path folder, RedisTopology redis,
            Path plugins) {
        List<String> arguments = new ArrayList<>(List.of("worker", "--redis", redis.url(), "--plugins",
                plugins.toString()));
        for (int i = 0; i < QUEUES; i++) {
            arguments.addAll(List.of("--queue", "q" + i));
        }
        return launcher.start(name, Map.of(NotingHandler.NOTES, folder.resolve(name).toString()), arguments);
    }

    /** How long a job of this queue waits for its start, ms, by the clock of Redis. */
    private static long delay(URI api, String queue) throws Exception {
        JsonNode sent = ask(HttpRequest.newBuilder(api.resolve("/v1/queues/" + queue + "/jobs"))
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(
                        "{\"type\":\"work\",\"payload\":{\"ms\":0,\"failures\":0,\"deadly\":false}}")));
        HttpRequest.Builder look = HttpRequest.newBuilder(api.resolve("/v1/jobs/" + sent.get("id").asText()));
        JsonNode ended = Awaitility.await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofMillis(50))
                .until(() -> ask(look), job -> job.get("state").asText().equals("succeeded"));
        return Duration.between(Instant.parse(ended.get("createdAt").asText()),
                Instant.parse(ended.at("/attempts/0/startedAt").asText())).toMillis();
    }

    private static JsonNode ask(HttpRequest.Builder request) throws Exception {
        return JsonFormat.mapper().readTree(HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()).body());
    }
}
