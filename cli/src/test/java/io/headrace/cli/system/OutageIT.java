package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.contract.process.FreePort;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Redis is killed, and paused, under an api and a worker that stay. */
final class OutageIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String AWAY = "broker unreachable";
    private static final String BACK = "broker reachable again after=";

    @TempDir
    private Path folder;

    private Deployment here;
    private EmbeddedRedis redis;
    private HeadraceProcess apiProcess;
    private HeadraceProcess worker;
    private RunningApi api;
    private URI health;

    @AfterEach
    void close() throws Exception {
        here.close();
    }

    @BeforeEach
    void start() throws Exception {
        here = new Deployment(folder);
        redis = here.startRedis(0);
        apiProcess = here.start("api", "api", "--port", "0", "--redis", redis.url());
        api = RunningApi.of(apiProcess);
        int port = FreePort.find();
        worker = here.startWorker("worker", "worker", "--redis", redis.url(), "--metrics-port", "" + port, "--exec",
                "echo=cat");
        health = URI.create("http://127.0.0.1:" + port);
        runsAJob();
    }

    private void runsAJob() throws IOException, InterruptedException {
        assertThat(api.ended(api.enqueue("echo", "1", "")).get("state").asText()).isEqualTo("succeeded");
    }

    /** The api answers 503 with Retry-After, once it knows at once. */
    private void refused() throws IOException, InterruptedException {
        Awaitility.await().atMost(SOON).until(() -> api.get("/readyz").statusCode() == 503);
        long start = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> answer = api.post("/v1/queues/default/jobs", "{\"type\":\"echo\"}");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(api.get("/v1/queues").statusCode()).isEqualTo(503);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        assertThat(new RunningApi(health).get("/livez").statusCode())
                .as("an outage of seconds is no reason for a restart")
                .isEqualTo(200);
    }

    private void isBack() throws IOException, InterruptedException {
        Awaitility.await().atMost(SOON).pollInterval(Duration.ofMillis(100))
                .until(() -> api.get("/readyz").statusCode() == 200);
        JobId id = api.enqueue("echo", "1", "");
        Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(100))
                .until(() -> api.job(id).get("state").asText().equals("succeeded"));
    }

    /** One line at the start of each outage, one at its end, and no other word of trouble. */
    private static long outagesTold(HeadraceProcess process) {
        Awaitility.await().atMost(SOON).until(() -> count(process, AWAY) == count(process, BACK));
        assertThat(process.err()).filteredOn(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .allMatch(line -> line.contains(AWAY));
        return count(process, AWAY);
    }

    private static long count(HeadraceProcess process, String words) {
        return process.err().stream().filter(line -> line.contains(words)).count();
    }

    private long redisPid() {
        try (Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            return jedis.info("server").lines().filter(line -> line.startsWith("process_id:"))
                    .mapToLong(line -> Long.parseLong(line.substring(11).strip())).findFirst().orElseThrow();
        }
    }

    private static void signal(String signal, long pid) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", signal, Long.toString(pid)).start().waitFor()).isZero();
    }

    @Test
    void anOutageIsAnsweredAtOnceSurvivedWithoutARestartAndToldInTwoLines() throws Exception {
        long pid = redisPid();
        signal("-KILL", pid);
        refused();
        redis.close(); // it is dead; its folder is given back
        redis = here.startRedis(redis.port());
        isBack();

        long paused = redisPid();
        signal("-STOP", paused);
        try {
            refused();
        } finally {
            signal("-CONT", paused);
        }
        isBack();

        assertThat(outagesTold(apiProcess)).isEqualTo(2);
        // An idle worker that asked for nothing during the pause has not noticed it.
        assertThat(outagesTold(worker)).isBetween(1L, 2L);
    }
}
