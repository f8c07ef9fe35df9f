package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.contract.history.HistoryChecker;
import io.headrace.contract.process.FreePort;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis, api and workers as separate processes, stopped, frozen and killed. */
final class WorkersIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String SHORT_LEASE = "2s";
    /** Nothing waits for such a lease to expire and still comes soon. */
    private static final String LONG_LEASE = "60s";

    @TempDir
    private Path folder;

    private Deployment here;
    private EmbeddedRedis redis;
    private RunningApi api;

    @BeforeEach
    void deploy() throws Exception {
        here = new Deployment(folder);
        redis = here.startRedis(0);
        api = RunningApi.of(here.start("api", "api", "--port", "0", "--redis", redis.url()));
    }

    @AfterEach
    void close() throws Exception {
        here.close();
    }

    private HeadraceProcess worker(String name, String lease, String... more) throws InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("worker", "--redis", redis.url(), "--lease", lease, "--exec",
                "nap=" + here.noting("read s; sleep $s; echo \"$TEST_NAME\"")));
        arguments.addAll(List.of(more));
        return here.startWorker(name, arguments.toArray(String[]::new));
    }

    private void awaitState(JobId id, String state) {
        Awaitility.await().atMost(SOON).pollInterval(Duration.ofMillis(20))
                .until(() -> api.job(id).get("state").asText().equals(state));
    }

    @Test
    void aStoppedWorkerRecordsWhatEndsInItsGraceAndHandsBackTheRest() throws Exception {
        HeadraceProcess first = worker("first", LONG_LEASE, "--slots", "50", "--grace", "2s");
        List<JobId> quick = new ArrayList<>();
        List<JobId> slow = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            quick.add(api.enqueue("nap", "\"1\"", ""));
            slow.add(api.enqueue("nap", "\"8\"", ""));
        }
        for (JobId id : slow) {
            awaitState(id, "running");
        }

        first.signal("TSTP");
        first.awaitErr("worker quiet", SOON);
        first.terminate();
        assertThat(first.awaitExit(SOON)).isZero();
        worker("second", LONG_LEASE, "--slots", "50");
        for (JobId id : slow) {
            awaitState(id, "running");
        }

        List<JobId> all = new ArrayList<>(quick);
        all.addAll(slow);
        assertThat(new HistoryChecker(all, List.of(here.worker("first"))).check(api.ended(all), here.executions()))
                .isEmpty();
        for (JobId id : quick) {
            assertThat(api.job(id).at("/attempts/0/worker").asText()).isEqualTo(here.worker("first"));
        }
        for (JobId id : slow) {
            JsonNode job = api.job(id);
            assertThat(job.get("attempt").asInt()).as(job.toString()).isEqualTo(1);
            assertThat(job.get("result").asText()).isEqualTo("second");
        }
    }

    @Test
    void aFrozenWorkerRecordsNothingOnceItsJobRanElsewhere() throws Exception {
        int port = FreePort.find();
        HeadraceProcess first = worker("first", SHORT_LEASE, "--metrics-port", "" + port);
        JobId id = api.enqueue("nap", "\"1\"", "");
        awaitState(id, "running");

        first.freeze();
        worker("second", SHORT_LEASE);
        JsonNode job = api.ended(id);
        first.thaw();

        assertThat(job.get("result").asText()).isEqualTo("second");
        URI metrics = URI.create("http://127.0.0.1:" + port + "/metrics");
        Awaitility.await().atMost(SOON).until(() -> RunningApi.meter(metrics, "headrace_leases_lost_total")
                + RunningApi.meter(metrics, "headrace_stale_writes_refused_total") >= 1);
        assertThat(api.job(id)).isEqualTo(job);
        assertThat(new HistoryChecker(List.of(id), List.of()).check(api.ended(List.of(id)), here.executions()))
                .isEmpty();
    }

    @Test
    void eachProcessIsKilledInTurnAndNothingIsLost() throws Exception {
        HeadraceProcess first = worker("first", SHORT_LEASE);
        JobId orphaned = api.enqueue("nap", "\"2\"", "");
        awaitState(orphaned, "running");
        first.kill9();
        worker("second", SHORT_LEASE);
        assertThat(api.ended(orphaned).get("result").asText()).isEqualTo("second");

        HeadraceProcess other = here.start("other-api", "api", "--port", "0", "--redis", redis.url());
        JobId throughTheOther = RunningApi.of(other).enqueue("nap", "\"1\"", "");
        other.kill9();
        assertThat(api.ended(throughTheOther).get("result").asText()).isEqualTo("second");

        JobId delayed = api.enqueue("nap", "\"0\"", ",\"delay\":\"2s\"");
        killRedis();
        HttpResponse<String> refused = api.post("/v1/queues/default/jobs", "{\"type\":\"nap\",\"payload\":\"0\"}");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(api.get("/readyz").statusCode()).isEqualTo(503);
        redis = here.startRedis(redis.port());
        Awaitility.await().atMost(SOON).until(() -> api.get("/readyz").statusCode() == 200);

        JobId after = api.enqueue("nap", "\"0\"", "");
        List<JobId> all = List.of(orphaned, throughTheOther, delayed, after);
        assertThat(new HistoryChecker(all, List.of()).check(api.ended(all), here.executions())).isEmpty();
        assertThat(api.ended(delayed).get("result").asText()).isEqualTo("second");
    }

    private void killRedis() throws IOException {
        redis.process().destroyForcibly();
        Awaitility.await().atMost(SOON).until(() -> !redis.process().isAlive());
        redis.close();
    }
}
