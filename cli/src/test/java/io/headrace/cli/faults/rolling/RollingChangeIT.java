package io.headrace.cli.faults.rolling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.cli.faults.FaultSettings;
import io.headrace.cli.faults.MatrixReport;
import io.headrace.cli.faults.rolling.ChangingFleet.Age;
import io.headrace.cli.faults.rolling.ChangingFleet.Answer;
import io.headrace.cli.faults.rolling.ChangingFleet.Size;
import io.headrace.contract.process.RedisServer;
import io.headrace.format.JsonFormat;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Apis and workers of the previous build and of this one on one Redis, changed over one by one and back again while
 * jobs are submitted: none is lost, and none runs or ends twice. In each phase come as many as in an hour at one a
 * second.
 */
@Tag("faults")
final class RollingChangeIT {
    /** What a line must have before a queue is resumed: more than any worker takes at once. */
    private static final int A_LINE = 500;
    /** So many wrong answers tell what is wrong. */
    private static final int TOLD = 5;
    /** Checks of the doctor that depend on who else uses this machine. */
    private static final Set<String> OF_THE_MACHINE = Set.of("latency", "memory");

    private final Phases phases = new Phases();

    @Test
    void aChangeOverToThisBuildAndBackLosesNoJobAndRunsNoneTwice() throws Exception {
        Path previous = PreviousBuild.jar();
        Path folder = MatrixReport.folder("rolling");
        try (RedisServer redis = RedisServer.start(EmbeddedRedis.unpack(), folder.resolve("redis"), Map.of());
                ChangingFleet fleet = new ChangingFleet(folder, redis, previous);
                SteadySubmissions load = new SteadySubmissions(fleet, phases, FaultSettings.SEED)) {
            forth(fleet, load);
            back(fleet, load);
            load.stop();

            ChangeVerdict verdict = new ChangeVerdict(fleet, phases, load);
            List<String> broken = verdict.judge();
            for (String sentence : verdict.figures()) {
                MatrixReport.note("Change-over, " + sentence + ".");
            }
            assertThat(broken).as("what was broken; the logs are in " + folder).isEmpty();
            assertThat(findings(fleet, Age.OLD, Set.of("problem"))).as("doctor of the previous build").isEmpty();
            assertThat(findings(fleet, Age.NEW, Set.of("problem", "warning"))).as("doctor of this build").isEmpty();
        }
        MatrixReport.delete(folder);
    }

    /** Workers first, then apis, and a while in between in which there are some of both. */
    private void forth(ChangingFleet fleet, SteadySubmissions load) throws Exception {
        phases.enter("the previous build starts", Set.of());
        fleet.startApi(Age.OLD);
        fleet.startApi(Age.OLD);
        fleet.startWorker(Age.OLD, Size.SMALL);
        fleet.startWorker(Age.OLD, Size.LARGE);
        load.start();
        steady("all of the previous build", fleet, load);

        phases.enter("the workers change over", Set.of());
        fleet.startWorker(Age.NEW, Size.SMALL);
        fleet.stopWorker(Age.OLD, Size.SMALL);
        fleet.killWorker(Age.OLD, Size.LARGE, load.sendLong(ChangingFleet.WIDE));
        fleet.startWorker(Age.NEW, Size.LARGE); // which takes its leases over
        steady("apis of the previous build, workers of this one", fleet, load);

        phases.enter("one api changes over, and workers come back", Set.of());
        fleet.startApi(Age.NEW);
        fleet.stopApi(Age.OLD);
        fleet.startWorker(Age.OLD, Size.SMALL);
        fleet.startWorker(Age.OLD, Size.LARGE);
        pause(fleet, Age.OLD);
        resume(fleet, Age.NEW);
        steady("apis and workers of both", fleet, load);
        assertThat(findings(fleet, Age.OLD, Set.of("problem"))).as("doctor of the previous build").isEmpty();
        assertThat(findings(fleet, Age.NEW, Set.of("problem"))).as("doctor of this build").isEmpty();

        phases.enter("the rest changes over", Set.of());
        fleet.stopWorker(Age.OLD, Size.SMALL);
        fleet.stopWorker(Age.OLD, Size.LARGE);
        fleet.startApi(Age.NEW);
        fleet.stopApi(Age.OLD);
        steady("all of this build", fleet, load);
    }

    /** Apis first, then workers, which take over a line of a paused queue and leases of one that is killed. */
    private void back(ChangingFleet fleet, SteadySubmissions load) throws Exception {
        phases.enter("the apis change back", Set.of());
        pause(fleet, Age.NEW);
        for (int i = 0; i < 2; i++) {
            fleet.startApi(Age.OLD);
            fleet.stopApi(Age.NEW);
        }
        phases.enter("the workers change back", Set.of());
        fleet.startWorker(Age.OLD, Size.SMALL);
        fleet.stopWorker(Age.NEW, Size.SMALL);
        fleet.killWorker(Age.NEW, Size.LARGE, load.sendLong(ChangingFleet.WIDE));
        fleet.startWorker(Age.OLD, Size.LARGE);
        resume(fleet, Age.OLD);
        steady("all of the previous build again", fleet, load);
    }

    private void steady(String phase, ChangingFleet fleet, SteadySubmissions load) {
        phases.enter(phase, fleet.ages());
        load.awaitMore(FaultSettings.CHANGE);
        assertThat(load.wrong().stream().limit(TOLD))
                .as("answers that nothing excuses; the logs are in " + fleet.folder()).isEmpty();
    }

    /** Pauses a queue, and waits until what ran has ended: from now on nothing of it may begin. */
    private void pause(ChangingFleet fleet, Age api) throws Exception {
        operate(fleet, api, "pause");
        await("the paused queue comes to rest", fleet, api, counts -> counts.get("running").asInt() == 0);
        phases.paused();
    }

    /** Resumes it once there is a line. */
    private void resume(ChangingFleet fleet, Age api) throws Exception {
        await("the line of the paused queue grows", fleet, api, counts -> counts.get("queued").asInt() > A_LINE);
        phases.resumed();
        operate(fleet, api, "resume");
    }

    private void await(String what, ChangingFleet fleet, Age api, Predicate<JsonNode> condition) {
        Awaitility.await(what + " in '" + phases.of(System.currentTimeMillis()).name() + "'")
                .atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
                    Answer answer = fleet.ask(api, "GET", "/v1/queues/" + ChangingFleet.NARROW);
                    JsonNode queue = JsonFormat.mapper().readTree(answer.http().body());
                    assertThat(queue.path("paused").asBoolean()).as(answer.toString()).isTrue();
                    assertThat(condition.test(queue.get("counts"))).as(answer.toString()).isTrue();
                });
    }

    private static void operate(ChangingFleet fleet, Age api, String verb) throws Exception {
        Answer answer = fleet.ask(api, "POST", "/v1/queues/" + ChangingFleet.NARROW + '/' + verb);
        assertThat(answer.http().statusCode()).as(answer.toString()).isEqualTo(200);
    }

    /** What a doctor says of the jobs, and not of a machine that others use, too, nor of a worker that was killed. */
    private static List<String> findings(ChangingFleet fleet, Age age, Set<String> levels) throws Exception {
        List<String> found = new ArrayList<>();
        for (JsonNode finding : JsonFormat.mapper().readTree(fleet.doctor(age)).get("findings")) {
            String text = finding.toString();
            if (levels.contains(finding.get("level").asText())
                    && !OF_THE_MACHINE.contains(finding.get("check").asText())
                    && fleet.killed().stream().map(fleet.notes()::worker).noneMatch(text::contains)) {
                found.add(text);
            }
        }
        return found;
    }
}
