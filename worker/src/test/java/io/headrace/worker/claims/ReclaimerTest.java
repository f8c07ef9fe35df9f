package io.headrace.worker.claims;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.broker.Token;
import io.headrace.worker.Rig;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ReclaimerTest {
    private static final JobHandler<?> ECHO = JobHandler.of("echo", Json.class, (payload, context) -> payload);
    private static final JobHandler<?> KILLER = JobHandler.of("killer", Json.class, (payload, context) -> {
        throw new AssertionError("a process that is killed runs nothing to its end");
    });

    private final Rig first = worker(new Rig(10, ECHO, KILLER));

    private static Rig worker(Rig rig) {
        rig.runAtOnce = false;
        return rig;
    }

    /** Lets the leases of a dead worker run out, and claims with a fresh one whose grace is over. */
    private Rig next() {
        Rig next = worker(first.beside(10, ECHO, KILLER));
        first.time.advance(Rig.LEASE.plus(Duration.ofSeconds(1)));
        next.claimLoop.claimRound();
        return next;
    }

    private static boolean holds(Rig rig, JobId id) {
        return rig.inFlight.all().stream().anyMatch(attempt -> attempt.id().equals(id));
    }

    @Test
    void aJobThatKillsItsWorkersDoesNotTakeThoseBesideItAlong() {
        List<JobId> innocents = IntStream.range(0, 5).mapToObj(i -> first.enqueue("echo")).toList();
        JobId killer = first.enqueue("killer");
        first.claimLoop.claimRound();
        assertThat(first.inFlight.all()).hasSize(6);

        Rig worker = next();
        assertThat(worker.inFlight.all()).as("what was lost once runs side by side").hasSize(6);
        int died = 2;
        worker = next();
        while (!first.state(killer).terminal()) {
            assertThat(worker.inFlight.all()).as("what was lost twice runs alone").hasSizeLessThanOrEqualTo(1);
            if (holds(worker, killer)) {
                died++;
                worker = next();
            } else {
                worker.runTasks();
                worker.claimLoop.claimRound();
            }
        }
        for (int i = 0; i < innocents.size(); i++) {
            worker.runTasks();
            worker.claimLoop.claimRound();
        }

        assertThat(died).isEqualTo(Token.MAX_DELIVERIES);
        assertThat(first.state(killer)).isEqualTo(JobState.DEAD);
        assertThat(first.job(killer).document().history().error()).hasFieldOrPropertyWithValue("type", "worker_lost");
        assertThat(innocents).allMatch(id -> first.state(id) == JobState.SUCCEEDED);
    }

    @Test
    void theNextLastChanceComesAsSoonAsTheOneBeforeHasEnded() {
        first.enqueue("echo");
        first.enqueue("echo");
        first.claimLoop.claimRound();
        next();
        Rig worker = next();
        assertThat(worker.inFlight.holdsLastChance()).isTrue();
        worker.claimLoop.claimRound();
        assertThat(worker.inFlight.all()).hasSize(1);

        worker.runTasks();
        worker.claimLoop.claimRound(); // no time has passed
        assertThat(worker.inFlight.all()).hasSize(1);
        worker.runTasks();
        assertThat(worker.inFlight.all()).isEmpty();
    }
}
