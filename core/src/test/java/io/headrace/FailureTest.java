package io.headrace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FailureTest {
    @Test
    void shortTextsStayAsTheyAre() {
        Failure failure = new Failure("exit_1", "m".repeat(Failure.MAX_MESSAGE), "s".repeat(Failure.MAX_STACK));
        assertThat(failure.message()).hasSize(Failure.MAX_MESSAGE).doesNotContain("…");
        assertThat(failure.stack()).hasSize(Failure.MAX_STACK).doesNotContain("…");
        assertThat(new Failure("exit_1", "", null).stack()).isNull();
    }

    @Test
    void longTextsAreTrimmedAndSayThatTheyAre() {
        Failure failure = new Failure("exit_1", "m".repeat(1_000_000), "s".repeat(1_000_000));
        assertThat(failure.message()).hasSize(Failure.MAX_MESSAGE).endsWith("m…");
        assertThat(failure.stack()).hasSize(Failure.MAX_STACK).endsWith("s…");
    }

    @Test
    void aTrimNeverCutsACharacterInTwo() {
        String wide = "x".repeat(Failure.MAX_MESSAGE - 2) + "\uD83D\uDE00\uD83D\uDE00";
        assertThat(new Failure("t", wide, null).message()).isEqualTo("x".repeat(Failure.MAX_MESSAGE - 2) + "…");
    }
}
