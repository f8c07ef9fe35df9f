package io.headrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutlineTest {
    private static final JobDocument NEW = JobDocument
            .of(NewJob.of("mail", "welcome", Json.parse("{\"type\":\"x\",\"run\":{\"error\":{}}}")).build().spec());

    @Test
    void aJobThatNeverFailedHasNoError() {
        assertThat(Outline.read(NEW.bytes())).isEqualTo(new Outline(new JobType("welcome"), null));
    }

    @Test
    void theErrorIsThatOfTheJobWithoutItsStack() {
        Failure first = new Failure("Refused", "no", "at A.b");
        Failure last = new Failure("Timeout", "30 s \"over\"", "at C.d");
        Run run = NEW.run().and(attempt(1, first)).and(attempt(2, last)).ended(JobState.DEAD, Instant.EPOCH, null);
        JobDocument dead = NEW.with(run);
        assertThat(Outline.read(dead.bytes()))
                .isEqualTo(new Outline(new JobType("welcome"), new Failure("Timeout", "30 s \"over\"", null)));
    }

    private static Attempt attempt(int number, Failure error) {
        return new Attempt(number, "w", Instant.EPOCH, Instant.EPOCH, Attempt.Outcome.FAILED, error);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "nonsense", "{\"type\":\"a b\"}", "{\"type\":\"t\",\"run\":1}",
        "{\"type\":\"t\",\"run\":{\"error\":1}}", "{\"payload\":1}"})
    void whatIsNoDocumentIsRefused(String text) {
        assertThatThrownBy(() -> Outline.read(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(CorruptDocument.class);
    }

    @Test
    void whatANewerVersionAddsIsPassedOver() {
        String text = "{\"type\":\"t\",\"new\":{\"a\":[1]},\"run\":{\"new\":[],\"error\":{\"type\":\"E\",\"message\":\"m\",\"new\":{}}}}";
        assertThat(Outline.read(text.getBytes(StandardCharsets.UTF_8)).error()).isEqualTo(new Failure("E", "m", null));
        assertThat(List.of(Outline.read(text.getBytes(StandardCharsets.UTF_8)).type()))
                .containsExactly(new JobType("t"));
    }
}
