package io.headrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeathCauseTest {
    private static final JobDocument NEW = JobDocument
            .of(NewJob.of("mail", "welcome", Json.parse("{\"type\":\"x\",\"run\":{\"error\":{}}}")).build().spec());

    @Test
    void aJobThatNeverFailedHasNoError() {
        assertThat(DeathCause.read(NEW.bytes())).isEqualTo(new DeathCause(new JobType("welcome"), null));
    }

    @Test
    void theErrorIsThatOfTheJobWithoutItsStack() {
        Failure first = new Failure("Refused", "no", "at A.b");
        Failure last = new Failure("Timeout", "30 s \"over\"", "at C.d");
        History history = NEW.history().and(attempt(1, first)).and(attempt(2, last)).ended(JobState.DEAD, Instant.EPOCH,
                null);
        JobDocument dead = NEW.with(history);
        assertThat(DeathCause.read(dead.bytes()))
                .isEqualTo(new DeathCause(new JobType("welcome"), new Failure("Timeout", "30 s \"over\"", null)));
    }

    private static Attempt attempt(int number, Failure error) {
        return new Attempt(number, "w", Instant.EPOCH, Instant.EPOCH, Attempt.Outcome.FAILED, error);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "nonsense", "{\"type\":\"a b\"}", "{\"type\":\"t\",\"run\":1}",
        "{\"type\":\"t\",\"run\":{\"error\":1}}", "{\"payload\":1}"})
    void whatIsNoDocumentIsRefused(String text) {
        assertThatThrownBy(() -> DeathCause.read(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(CorruptDocument.class);
    }

    @Test
    void whatANewerVersionAddsIsPassedOver() {
        String text = "{\"type\":\"t\",\"new\":{\"a\":[1]},"
                + "\"run\":{\"new\":[],\"error\":{\"type\":\"E\",\"message\":\"m\",\"new\":{}}}}";
        assertThat(DeathCause.read(text.getBytes(StandardCharsets.UTF_8)).error())
                .isEqualTo(new Failure("E", "m", null));
        assertThat(List.of(DeathCause.read(text.getBytes(StandardCharsets.UTF_8)).type()))
                .containsExactly(new JobType("t"));
    }
}
