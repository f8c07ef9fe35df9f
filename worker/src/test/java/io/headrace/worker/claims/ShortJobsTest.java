package io.headrace.worker.claims;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.worker.Rig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** While jobs are short a worker holds a few more than it can run; no job waits behind a long one for it. */
class ShortJobsTest {
    private static final int SLOTS = 2;
    /** Nine in line for each slot. */
    private static final int HELD = SLOTS + 9 * SLOTS;

    /** What each job takes. */
    private Duration takes = Duration.ZERO;
    private final List<Rig> rigs = new ArrayList<>();
    private final Rig rig = rig();

    private Rig rig() {
        Rig made = new Rig(SLOTS, JobHandler.of("echo", Json.class, (payload, context) -> {
            rigs.get(0).time.advance(takes);
            return payload;
        }));
        rigs.add(made);
        return made;
    }

    private void submit(int jobs) throws InterruptedException {
        for (int i = 0; i < jobs; i++) {
            rig.enqueue("echo");
        }
        rig.claimLoop.turn(); // hears of it at its end, if it has not before
        rig.claimLoop.claimRound();
    }

    private void run(int jobs) throws InterruptedException {
        submit(jobs);
        for (int i = 0; i < jobs; i++) {
            rig.claimLoop.claimRound();
        }
        assertThat(rig.inFlight.all()).isEmpty();
    }

    /** How many jobs are held while none of them runs. */
    private int held() throws InterruptedException {
        rig.runAtOnce = false;
        submit(2 * HELD);
        return rig.tasks.size();
    }

    @Test
    void atFirstNoneIsHeldBeyondTheSlots() throws InterruptedException {
        run(100);
        assertThat(held()).isEqualTo(SLOTS);
    }

    @Test
    void afterManyShortOnesSomeAre() throws InterruptedException {
        run(400);
        assertThat(held()).isEqualTo(HELD);
        assertThat(rig.slots.busy()).isEqualTo(SLOTS);
        assertThat(rig.slots.free()).isZero();
        rig.claimLoop.claimRound();
        assertThat(rig.tasks).as("and no more").hasSize(HELD);
        rig.runTasks();
        assertThat(rig.tasks).as("who ended some has claimed the next").isNotEmpty().hasSizeLessThanOrEqualTo(HELD);
        rig.runTasks();
        rig.runTasks();
        assertThat(rig.slots.free()).isEqualTo(SLOTS);
    }

    @Test
    void oneLongJobAmongThemEndsThat() throws InterruptedException {
        run(400);
        takes = Duration.ofMillis(50);
        run(1);
        assertThat(held()).isEqualTo(SLOTS);
    }

    @Test
    void jobsOfAMillisecondAreNotShort() throws InterruptedException {
        takes = Duration.ofMillis(1);
        run(1_000);
        assertThat(held()).isEqualTo(SLOTS);
    }

    @Test
    void whatIsHeldGoesBackWhenThoseThatRunDoNotEnd() throws InterruptedException {
        run(400);
        held();
        assertThat(rig.claimLoop.turn()).as("it looks now and then").isEqualTo(Duration.ofMillis(1).toNanos());
        rig.time.advance(Duration.ofMillis(1));
        rig.claimLoop.turn();
        assertThat(rig.inFlight.all()).hasSize(HELD);

        rig.claimLoop.turn();

        assertThat(rig.inFlight.all()).isEmpty();
        assertThat(rig.slots.free()).isEqualTo(SLOTS);
        rig.tasks.clear();
        rig.claimLoop.claimRound();
        assertThat(rig.tasks).as("jobs are taken for long").hasSize(SLOTS);
        rig.inFlight.all().forEach(attempt -> assertThat(attempt.lease().token().deliveries()).isEqualTo(1));
    }

    @Test
    void alsoWhenOneTurnClaimsAllThatThereIs() throws InterruptedException {
        run(400);
        rig.runAtOnce = false;
        for (int i = 0; i < HELD - 1; i++) {
            rig.enqueue("echo");
        }
        rig.claimLoop.turn(); // hears of them
        rig.claimLoop.turn(); // claims them, and does not wait for more then
        assertThat(rig.tasks).hasSize(HELD - 1);
        for (int look = 0; look < 3; look++) {
            assertThat(rig.claimLoop.turn()).isEqualTo(Duration.ofMillis(1).toNanos());
        }
        assertThat(rig.inFlight.all()).isEmpty();
    }

    @Test
    void aQuietWorkerKeepsNoneInLineEither() throws InterruptedException {
        run(400);
        held();
        rig.claimLoop.quiet();
        for (int look = 0; look < 3; look++) {
            rig.claimLoop.turn();
        }
        assertThat(rig.inFlight.all()).isEmpty();
    }

    @Test
    void aWorkerThatStopsHandsBackWhatIsInLine() throws InterruptedException {
        run(400);
        held();
        assertThat(rig.claimLoop.stop(Duration.ofSeconds(1))).isTrue();
        assertThat(rig.inFlight.all()).isEmpty();
    }

    @Test
    void aJobThatWentBackRunsElsewhere() throws InterruptedException {
        run(400);
        held();
        for (int look = 0; look < 3; look++) {
            rig.claimLoop.turn();
        }
        Rig other = rig.beside(HELD, JobHandler.of("echo", Json.class, (payload, context) -> payload));
        JobId last = rig.enqueue("echo");
        for (int i = 0; i < 3; i++) {
            other.claimLoop.claimRound();
        }
        assertThat(rig.state(last)).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void whileTheyGetTheirTurnNothingGoesBack() throws InterruptedException {
        run(400);
        held();
        for (int i = 0; i < 4; i++) {
            rig.claimLoop.turn();
            rig.time.advance(Duration.ofMillis(2));
            rig.runTask();
        }
        assertThat(rig.inFlight.all()).hasSize(HELD - 4);
    }
}
