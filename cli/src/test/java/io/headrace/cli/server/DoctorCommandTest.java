package io.headrace.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.NewJob;
import io.headrace.broker.BrokerObserver;
import io.headrace.cli.Ran;
import io.headrace.cli.client.JsonTree;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/** What {@code headrace doctor} says about a real Redis, and what it leaves there. */
final class DoctorCommandTest {
    @TempDir
    Path folder;

    private EmbeddedRedis redis;

    @BeforeEach
    void start() throws IOException {
        redis = EmbeddedRedis.start(folder.resolve("redis"), 0);
    }

    @AfterEach
    void stop() throws IOException {
        redis.close();
    }

    @Test
    void aSoundRedisIsWellAndSaysSoIn80Columns() {
        scheduledJob();

        Ran ran = Ran.headrace("doctor", "--redis", redis.url());

        assertThat(ran.code()).as(ran.out()).isZero();
        assertThat(ran.err()).isEqualTo("all is well\n");
        assertThat(ran.out()).contains("every rule holds").contains("Redis 7.0.15");
        assertThat(ran.out().lines()).allMatch(line -> line.startsWith("ok  ") || line.startsWith("   "))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void programsGetJson() throws IOException {
        JobId id = brokenJob();

        Ran ran = Ran.with().environment("HEADRACE_REDIS", redis.url()).run("doctor", "-o", "json");

        JsonTree tree = JsonTree.parse(ran.out().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).isEmpty();
        assertThat(tree.at("well").flag()).isFalse();
        JsonTree problem = tree.at("findings").items().stream()
                .filter(finding -> finding.at("level").text().equals("problem")).findFirst().orElseThrow();
        assertThat(problem.at("check").text()).isEqualTo("documents");
        assertThat(problem.at("queue").text()).isEqualTo("mail");
        assertThat(problem.at("count").number()).isEqualTo(1);
        assertThat(problem.at("examples").items().get(0).text()).contains(id.toString());
        assertThat(problem.at("repair").text()).contains("among the dead");
        assertThat(tree.at("repaired").items()).isEmpty();
    }

    @Test
    void nothingIsChangedUnlessSomebodyAgrees() {
        brokenJob();
        String[] look = {"doctor", "--redis", redis.url()};
        String[] repair = {"doctor", "--redis", redis.url(), "--queue", "mail", "--repair"};

        Ran looked = Ran.headrace(look);
        assertThat(looked.code()).isEqualTo(1);
        assertThat(looked.out()).contains("problem  documents    queue 'mail': 1 document is in no index")
                .contains("> --repair lays the job among the dead");
        assertThat(looked.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(looked.err()).contains("1 problem, 0 warnings; nothing was changed");

        Ran nobody = Ran.headrace(repair);
        assertThat(nobody.code()).isEqualTo(2);
        assertThat(nobody.err()).contains("--yes");
        Ran refused = Ran.with().typed("n\n").run(repair);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("This will repair 1 thing, as told above").contains("nothing was done");
        Ran rehearsed = Ran.headrace("doctor", "--redis", redis.url(), "--repair", "--dry-run");
        assertThat(rehearsed.code()).isEqualTo(1);

        Ran agreed = Ran.with().typed("y\n").run(repair);
        assertThat(agreed.code()).as(agreed.out() + agreed.err()).isZero();
        assertThat(agreed.out()).contains("repaired documents    queue 'mail': 1 document is in no index");
        assertThat(agreed.err()).endsWith("repaired 1; all is well\n");
        assertThat(Ran.headrace(look).code()).isZero();
    }

    @Test
    void withYesNobodyIsAskedAndProgramsLearnWhatWasRepaired() throws IOException {
        brokenJob();

        Ran ran = Ran.headrace("doctor", "--redis", redis.url(), "--repair", "--yes", "-o", "json");

        JsonTree tree = JsonTree.parse(ran.out().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(ran.code()).isZero();
        assertThat(tree.at("well").flag()).isTrue();
        assertThat(tree.at("repaired").items().get(0).at("repaired").number()).isEqualTo(1);
    }

    @Test
    void anUnfitRedisIsLookedAtRatherThanRefused() throws IOException {
        redis.close();
        redis = EmbeddedRedis.start(folder.resolve("unfit"), 0, null,
                Map.of("appendonly", "no", "maxmemory-policy", "allkeys-lru"));

        Ran ran = Ran.headrace("doctor", "--redis", redis.url());

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out()).contains("problem  aof").contains("the append-only file is off")
                .contains("problem  eviction").contains("maxmemory-policy is allkeys-lru")
                .contains("every rule holds");
        assertThat(ran.err()).isEqualTo("2 problems, 0 warnings\n");
    }

    @Test
    void wrongUseAndAnUnreachableRedisAreToldApart() {
        Ran unreachable = Ran.headrace("doctor", "--redis", "redis://127.0.0.1:1");
        assertThat(unreachable.code()).isEqualTo(69);
        assertThat(unreachable.out()).isEmpty();
        assertThat(unreachable.err()).contains("redis://127.0.0.1:1").contains("HEADRACE_REDIS");

        Ran scheme = Ran.headrace("doctor", "--redis", "http://127.0.0.1:1");
        assertThat(scheme.code()).isEqualTo(2);
        assertThat(scheme.err()).contains("--redis").contains("redis://");

        Ran queue = Ran.headrace("doctor", "--redis", redis.url(), "-q", "unheard");
        assertThat(queue.code()).isEqualTo(2);
        assertThat(queue.err()).contains("--queue").contains("there is no queue 'unheard'");
    }

    private JobId scheduledJob() {
        try (RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE)) {
            return new JobClient(broker)
                    .enqueue(NewJob.of("mail", "welcome", List.of()).delay(Duration.ofHours(1)).build()).id();
        }
    }

    /** One that is in no index any more. */
    private JobId brokenJob() {
        JobId id = scheduledJob();
        try (Connection connection = new Connection("127.0.0.1", redis.port())) {
            connection.sendCommand(Command.ZREM, "hr:{mail}:scheduled", id.toString());
            assertThat(connection.getIntegerReply()).isEqualTo(1);
        }
        return id;
    }
}
