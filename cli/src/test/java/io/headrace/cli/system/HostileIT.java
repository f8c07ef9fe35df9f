package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.contract.fuzz.HttpFuzz;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.XAddParams;

/**
 * The released jar against hostile requests and corrupted entries. {@code -Dfuzz.requests=100000} sends more of them,
 * {@code -Dfuzz.seed} repeats a run.
 */
final class HostileIT {
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 2_000);
    private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());

    @TempDir
    private Path folder;

    @Test
    void hostileRequestsLeaveAnApiAsItWas() throws Exception {
        beHostile(REQUESTS);
    }

    @Test
    @Tag("faults")
    void aHundredThousandHostileRequestsLeaveAnApiAsItWas() throws Exception {
        beHostile(100_000);
    }

    private void beHostile(int requests) throws Exception {
        try (Deployment here = new Deployment(folder)) {
            EmbeddedRedis redis = here.startRedis(0);
            HeadraceProcess process = here.start("api", Map.of("HEADRACE_API_BODY_TIMEOUT", "400ms"), "api", "--port",
                    "0", "--redis", redis.url());
            RunningApi api = RunningApi.of(process);

            HttpFuzz.Outcome outcome = new HttpFuzz(api.uri(), SEED, 15_000).run(requests);

            System.out.println("fuzz: seed=" + outcome.seed() + " requests=" + outcome.requests() + " statuses="
                    + outcome.statuses());
            assertThat(outcome.violations()).as("seed " + SEED + ", " + outcome.violated() + " in all").isEmpty();
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> left(api, "headrace_api_waiters") == 0
                    && left(api, "headrace_api_connections") <= 1); // the one that asks
            assertThat(process.err()).noneMatch(line -> line.contains(" ERROR "));
            api.enqueue("echo", "1", "");
        }
    }

    private static double left(RunningApi api, String meter) throws Exception {
        return RunningApi.meter(api.uri().resolve("/metrics"), meter);
    }

    @Test
    void corruptedEntriesAreSetAsideAndTheJobsAroundThemRun() throws Exception {
        try (Deployment here = new Deployment(folder)) {
            EmbeddedRedis redis = here.startRedis(0);
            RunningApi api = RunningApi.of(here.start("api", "api", "--port", "0", "--redis", redis.url()));
            List<JobId> good = new ArrayList<>();
            good.add(api.enqueue("echo", "1", ""));
            JobId due = api.enqueue("echo", "1", ",\"delay\":\"1h\"");
            int corrupt = 20;
            try (Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
                for (int i = 0; i < corrupt; i++) {
                    jedis.xadd("hr:{default}:ready:n", XAddParams.xAddParams(),
                            i % 2 == 0 ? Map.of("foo", "bar") : Map.of("job", "{\"type\":" + i));
                    good.add(api.enqueue("echo", "" + i, ""));
                }
                jedis.zadd("hr:{default}:scheduled", 1, "nonsense");
                jedis.set("hr:{default}:job:" + due, "{");
                jedis.zadd("hr:{default}:scheduled", 1, due.toString());
                jedis.set("hr:{broken}:ready:n", "text");
                jedis.sadd("hr:queues", "broken", "NOT A NAME");
                jedis.hset("hr:{broken}:settings", "created_ms", "1");
                HeadraceProcess worker = here.startWorker("worker", "worker", "--redis", redis.url(), "--queue",
                        "broken", "--queue", "default", "--exec", "echo=cat");
                for (JobId id : good) {
                    assertThat(api.ended(id).get("state").asText()).isEqualTo("succeeded");
                }
                assertThat(api.ended(due).get("state").asText()).isEqualTo("dead");
                Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> RunningApi
                        .tree(api.get("/v1/queues/default/jobs?state=dead&limit=100")).get("jobs")
                        .size() == corrupt + 1);
                assertThat(api.get("/v1/queues").statusCode()).isEqualTo(200);
                assertThat(api.get("/v1/queues/broken").body()).contains("data-damaged", "hr:{broken}:ready:n");
                assertThat(worker.err()).filteredOn(line -> line.contains("stored data is damaged")).hasSize(1);
                assertThat(worker.err()).noneMatch(line -> line.contains(" ERROR "));
            }
        }
    }
}
