package io.headrace.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.bench.Scenarios;
import io.headrace.cli.Ran;
import io.headrace.cli.client.JsonTree;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/** That {@code headrace bench} does what it measures and leaves nothing behind; never how fast. */
final class BenchCommandTest {
    /** What a scenario is looked into for: parts of the labels of its rows. */
    private static final Map<String, List<String>> ROWS = Map.of(
            "drain", List.of("10 slots", "10 slots, 2 processes", "25 slots", "100 slots", "200 slots", "500 slots",
                    "Redis CPU: raw", "Redis CPU: 25 slots", "worker CPU: 10 slots, 2 processes"),
            "steady", List.of("100/s, raw: Redis CPU", "100/s, first 2 s: worker CPU", "100/s, warm: Redis CPU",
                    "1,000/s, first 2 s: p99", "1,000/s, warm: p50"),
            "cold", List.of("raw: ", "cold, first to last job", "start to first job"),
            "memory", List.of("worker, 10 slots, idle", "worker, after 10,000 jobs"));

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyScenarioMeasuresOnSomebodysRedisAndLeavesItAsItWas(String scenario) throws IOException {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0, null, Map.of("appendonly", "no"));
                Connection look = new Connection("127.0.0.1", redis.port())) {
            look.sendCommand(Command.SET, "theirs", "kept");
            assertThat(look.getBulkReply()).isEqualTo("OK");

            Ran ran = Ran.headrace("bench", "--redis", redis.url(), "--only", scenario, "--jobs", "1000", "--runs", "1",
                    "--duration", "1s", "--lease", "1s", "--backlog", "2500", "--soak", "2s", "--rate", "300",
                    "--csv", folder.resolve("soak.csv").toString(), "-o", "json");

            assertThat(ran.code()).as(ran.err()).isZero();
            JsonTree section = JsonTree.parse(ran.out().getBytes(StandardCharsets.UTF_8)).at("scenarios").items()
                    .get(0);
            assertThat(section.at("name").text()).isEqualTo(scenario);
            assertThat(section.at("notes").items()).isNotEmpty();
            assertThat(section.at("figures").items()).isNotEmpty().allSatisfy(figure -> {
                assertThat(figure.at("label").text()).isNotEmpty();
                assertThat(figure.at("unit").text()).isNotEmpty();
                assertThat(figure.at("runs").items()).isNotEmpty();
                assertThat(figure.at("median").present()).isTrue();
            });
            String labels = section.at("figures").items().stream().map(it -> it.at("label").text())
                    .collect(Collectors.joining("\n"));
            assertThat(ROWS.getOrDefault(scenario, List.of())).allSatisfy(row -> assertThat(labels).contains(row));
            look.sendCommand(Command.KEYS, "*");
            assertThat(look.getMultiBulkReply()).containsExactly("theirs");
        }
    }

    static List<String> scenarios() {
        return Scenarios.names();
    }

    @Test
    void theTableFitsAndTellsTheConditions() {
        Ran ran = Ran.headrace("bench", "--only", "enqueue-batch", "--jobs", "1000", "--runs", "2");

        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("Redis 7.0.15 (libc) at embedded without append-only file")
                .contains("1000 jobs a run")
                .contains("MEDIAN").contains("raw: ").contains("jobs/s").contains("%");
        assertThat(ran.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void wrongUseAndAnUnreachableRedisAreToldApart() {
        Ran unreachable = Ran.headrace("bench", "--redis", "redis://127.0.0.1:1");
        assertThat(unreachable.code()).isEqualTo(69);
        assertThat(unreachable.out()).isEmpty();
        assertThat(unreachable.err()).contains("cannot reach").contains("--redis").doesNotContain("\tat ");

        Ran scenario = Ran.headrace("bench", "--only", "enqueue-bach");
        assertThat(scenario.code()).isEqualTo(2);
        assertThat(scenario.err()).contains("--only").contains("did you mean 'enqueue-batch'?");

        Ran backlog = Ran.headrace("bench", "--backlog", "10G");
        assertThat(backlog.code()).isEqualTo(2);
        assertThat(backlog.err()).contains("--backlog: must be 1,000 to 100,000,000, as in 10M, was '10G'");

        Ran jdk = Ran.headrace("bench", "--jdk", folder.toString());
        assertThat(jdk.code()).isEqualTo(2);
        assertThat(jdk.err()).contains("--jdk: there is no bin/java in " + folder);

        Ran both = Ran.headrace("bench", "--redis", "redis://127.0.0.1:1", "--redis-server", "redis-server");
        assertThat(both.code()).isEqualTo(2);
        assertThat(both.err())
                .contains("--redis-server starts a Redis, and --redis (or HEADRACE_REDIS) names one that runs");

        Ran server = Ran.headrace("bench", "--redis-server", folder.resolve("nothing").toString());
        assertThat(server.code()).isEqualTo(1);
        assertThat(server.err()).contains(folder.resolve("nothing").toString()).doesNotContain("\tat ");

        Ran jobs = Ran.headrace("bench", "--jobs", "1");
        assertThat(jobs.code()).isEqualTo(2);
        assertThat(jobs.err()).contains("--jobs: must be 100 to 10000000, was 1");
    }
}
