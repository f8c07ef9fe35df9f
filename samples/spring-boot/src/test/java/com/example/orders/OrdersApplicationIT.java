package com.example.orders;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application as a process, on a Redis of its own. */
@Timeout(120)
class OrdersApplicationIT {
    private static final Path JAR = Path.of(System.getProperty("orders.jar"));
    private static final Pattern JOB = Pattern.compile("\\{\"job\":\"([^\"]+)\"}");

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void theApplicationStartsConfirmsOrdersAndStopsInGoodOrder(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("application.log");
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder.resolve("redis"), 0)) {
            String at = "http://127.0.0.1:" + freePort();
            Process application = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(),
                    "-XX:TieredStopAtLevel=1", "-jar", JAR.toString(), "--server.address=127.0.0.1",
                    "--server.port=" + URI.create(at).getPort(), "--headrace.redis=" + redis.url())
                    .redirectErrorStream(true).redirectOutput(log.toFile()).start();
            try {
                awaitLine(application, log, "Started OrdersApplication");
                confirmsOrders(application, at, log);
                List<String> unfinished = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    unfinished.add(place(at, "{\"id\":\"late-" + i
                            + "\",\"placedAt\":\"2026-01-02T03:04:05Z\",\"items\":[\"tea\"]}"));
                }
                application.destroy(); // SIGTERM
                assertThat(application.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(application.exitValue()).as("ended by SIGTERM, in order").isEqualTo(143);
                nothingIsHeldOrLost(redis, unfinished);
            } finally {
                application.destroyForcibly().waitFor();
            }
        }
    }

    private void confirmsOrders(Process application, String at, Path log) throws Exception {
        String job = place(at, "{\"id\":\"a-1\",\"placedAt\":\"2026-01-02T03:04:05Z\",\"items\":[\"tea\",\"milk\"],"
                + "\"note\":\"ring twice\"}");
        assertThat(get(at + "/orders/jobs/" + job))
                .isEqualTo("{\"state\":\"succeeded\",\"confirmed\":\"2 items of a-1\"}");

        String bad = place(at, "{\"id\":\"a-2\",\"placedAt\":\"2026-01-02T03:04:05Z\",\"items\":[]}");
        assertThat(get(at + "/orders/jobs/" + bad)).isEqualTo("{\"state\":\"dead\"}");

        assertThat(get(at + "/actuator/metrics")).contains("headrace");
        assertThat(get(at + "/actuator/health")).contains("UP");
        awaitLine(application, log, "job is dead job=" + bad);
    }

    /** What was accepted has ended or waits; nothing is left in the hands of who is gone. */
    private static void nothingIsHeldOrLost(EmbeddedRedis redis, List<String> accepted) {
        try (RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()))) {
            for (String id : accepted) {
                assertThat(broker.find(JobId.parse(id)).job().orElseThrow().state()).isIn(JobState.SUCCEEDED,
                        JobState.QUEUED);
            }
            assertThat(broker.workers().live()).isEmpty();
        }
    }

    /** Reads what is in the packaged application: what Headrace brings must be all it needs, and no more. */
    @Test
    void nothingIsForcedUponTheApplication() throws IOException {
        List<String> libraries;
        try (JarFile jar = new JarFile(JAR.toFile())) {
            libraries = jar.stream().map(entry -> entry.getName()).filter(name -> name.startsWith("BOOT-INF/lib/"))
                    .map(name -> name.substring("BOOT-INF/lib/".length())).toList();
        }
        assertThat(libraries).anyMatch(name -> name.startsWith("headrace-worker-"))
                .anyMatch(name -> name.startsWith("jedis-"))
                .noneMatch(name -> name.matches("(prometheus|micrometer-registry|netty|vertx|embedded-redis"
                        + "|headrace-embedded|headrace-testkit|junit|assertj|picocli|logstash).*"));
    }

    private String place(String at, String order) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(at + "/orders"))
                .header("Content-Type", "application/json").POST(BodyPublishers.ofString(order)).build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        Matcher job = JOB.matcher(answer.body());
        assertThat(job.matches()).as(answer.body()).isTrue();
        return job.group(1);
    }

    private String get(String uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(30)).build(),
                BodyHandlers.ofString()).body();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void awaitLine(Process application, Path log, String text) throws Exception {
        while (!Files.readString(log).contains(text)) {
            assertThat(application.waitFor(100, TimeUnit.MILLISECONDS)).as(() -> read(log)).isFalse();
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
