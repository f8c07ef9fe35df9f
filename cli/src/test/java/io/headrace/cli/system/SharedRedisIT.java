package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.contract.process.RedisConnection;
import io.headrace.redis.embedded.EmbeddedRedis;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two installations on one Redis: what is done to one, and what strangers publish, leaves the other's jobs alone. */
final class SharedRedisIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int MESSAGES = 10_000;

    @TempDir
    private Path folder;

    private Deployment here;
    private EmbeddedRedis redis;

    @BeforeEach
    void start() throws Exception {
        here = new Deployment(folder);
        redis = here.startRedis(0);
    }

    @AfterEach
    void close() throws Exception {
        here.close();
    }

    /** An api and a worker of their own. */
    private record Installation(RunningApi api, HeadraceProcess worker, String workerId) {
        JobId running() throws Exception {
            JobId id = api.enqueue("nap", "\"3\"", "");
            Awaitility.await().atMost(SOON).pollInterval(Duration.ofMillis(20))
                    .until(() -> api.job(id).get("state").asText().equals("running"));
            return id;
        }
    }

    private Installation install(String name, String... where) throws Exception {
        List<String> api = new ArrayList<>(List.of("api", "--port", "0"));
        List<String> worker = new ArrayList<>(
                List.of("worker", "--exec", "nap=" + here.noting("read s; sleep $s; echo done")));
        api.addAll(List.of(where));
        worker.addAll(List.of(where));
        HeadraceProcess apiProcess = here.start(name + "-api", api.toArray(String[]::new));
        HeadraceProcess workerProcess = here.startWorker(name, worker.toArray(String[]::new));
        return new Installation(RunningApi.of(apiProcess), workerProcess, here.worker(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"database", "prefix"})
    void whatIsDoneToOneLeavesTheOtherAlone(String apartBy) throws Exception {
        Installation ours = install("ours", "--redis", redis.url());
        Installation theirs = apartBy.equals("database") ? install("theirs", "--redis", redis.url() + "/1")
                : install("theirs", "--redis", redis.url(), "--redis-prefix", "other:");
        List<JobId> untouched = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            untouched.add(ours.running());
            JobId cancelled = theirs.running();
            JobId purged = theirs.api().enqueue("nap", "\"0\"", ",\"delay\":\"1h\"");
            assertThat(theirs.api().post("/v1/queues/default/purge", "{}").statusCode()).isEqualTo(200);
            assertThat(delete(theirs.api(), cancelled)).isEqualTo(202);
            assertThat(delete(theirs.api(), purged)).isEqualTo(200);
            steer(theirs, "quiet");
            theirs.worker().awaitErr("worker quiet", SOON);
            steer(theirs, "resume");
            assertThat(theirs.api().ended(cancelled).get("state").asText()).isEqualTo("cancelled");
        }
        for (JobId id : untouched) {
            JsonNode job = ours.api().ended(id);
            assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("succeeded");
            assertThat(job.get("attempts")).hasSize(1);
        }
        assertThat(ours.worker().err()).noneMatch(line -> line.contains("worker quiet"));
    }

    @Test
    void tenThousandMessagesOfStrangersEndNoJobAndDoNotKeepTheWorkerFromARealCancellation() throws Exception {
        Installation ours = install("ours", "--redis", redis.url());
        JobId left = ours.running();
        JobId stopped = ours.api().enqueue("nap", "\"300\"", "");
        try (RedisConnection stranger = new RedisConnection(redis.port(), SOON)) {
            for (int i = 0; i < MESSAGES; i++) {
                stranger.call("PUBLISH", "hr:{default}:cancel",
                        (i % 2 == 0 ? left : stopped) + " nonsense default_n1-" + i);
                stranger.call("PUBLISH", "hr:wished:" + ours.workerId(), "quiet");
                stranger.call("PUBLISH", "hr:{default}:changed", left.toString());
            }
            assertThat(delete(ours.api(), stopped)).isEqualTo(202);
            assertThat(ours.api().ended(stopped).get("state").asText()).isEqualTo("cancelled");
        }
        JsonNode job = ours.api().ended(left);
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("succeeded");
        assertThat(job.get("attempts")).hasSize(1);
        assertThat(ours.worker().err().stream().filter(line -> line.contains(" WARN ") || line.contains(" ERROR ")))
                .hasSizeLessThanOrEqualTo(1);
        assertThat(ours.worker().err()).noneMatch(line -> line.contains("worker quiet"));
    }

    private static void steer(Installation installation, String how) throws Exception {
        HttpResponse<String> answer = installation.api().post("/v1/workers/" + installation.workerId() + '/' + how,
                "{}");
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
    }

    private static int delete(RunningApi api, JobId id) throws Exception {
        return api.delete("/v1/jobs/" + id).statusCode();
    }
}
