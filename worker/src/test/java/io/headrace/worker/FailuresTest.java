package io.headrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Failure;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void theStackShowsTheHandlerAndItsCausesAndNothingOfTheWorker() {
        Rig rig = new Rig(1, JobHandler.of("bad", Json.class, (payload, context) -> {
            throw new IllegalStateException("outer", new NumberFormatException("inner"));
        }));
        JobId id = rig.enqueue("bad");

        rig.claimLoop.claimRound();

        Failure error = rig.job(id).document().run().error();
        assertThat(error).isNotNull();
        assertThat(error.type()).isEqualTo("java.lang.IllegalStateException");
        assertThat(error.message()).isEqualTo("outer");
        assertThat(error.stack()).startsWith("java.lang.IllegalStateException: outer\n\tat ")
                .contains("FailuresTest").contains("Caused by: java.lang.NumberFormatException: inner")
                .doesNotContain("AttemptRunner").doesNotContain("Handlers").doesNotContain("io.headrace.JobHandler");
    }

    @Test
    void aPayloadThatDoesNotFitFailsForGood() {
        Rig rig = new Rig(1, JobHandler.of("bad", Integer.class, (payload, context) -> payload));
        JobId id = rig.enqueue("bad");

        rig.claimLoop.claimRound();

        assertThat(rig.state(id)).isEqualTo(JobState.DEAD);
        assertThat(rig.job(id).document().run().error()).extracting(Failure::type).isEqualTo("bad_payload");
    }

    @Test
    void aResultLongerThanIsKeptFailsForGood() {
        Rig rig = new Rig(1, JobHandler.of("big", Json.class, (payload, context) -> "x".repeat(262_143)));
        JobId id = rig.enqueue("big");

        rig.claimLoop.claimRound();

        assertThat(rig.state(id)).isEqualTo(JobState.DEAD);
        assertThat(rig.job(id).document().run().error()).extracting(Failure::type).isEqualTo("result_too_large");
    }

    @Test
    void aFailureWithoutAMessageNamesItsClass() {
        Failure failure = Failures.of(new IllegalStateException());

        assertThat(failure.message()).isEqualTo("IllegalStateException");
    }

    @Test
    void causesThatTurnInACircleEnd() {
        Exception a = new Exception("a");
        Exception b = new Exception("b", a);
        a.initCause(b);

        assertThat(Failures.stack(a)).containsOnlyOnce("Exception: a").containsOnlyOnce("Exception: b");
    }
}
