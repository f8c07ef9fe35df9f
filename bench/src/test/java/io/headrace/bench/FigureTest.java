package io.headrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of several runs. */
final class FigureTest {
    @Test
    void theShareIsTheMiddleOneOfTheRunsNotThatOfTheMedians() {
        Figure ceiling = Figure.of("raw", "jobs/s", List.of(100.0, 400.0, 200.0));
        Figure figure = new Figure("ours", "jobs/s", List.of(50.0, 100.0, 180.0), ceiling);

        assertThat(figure.median()).isEqualTo(100);
        assertThat(figure.min()).isEqualTo(50);
        assertThat(figure.max()).isEqualTo(180);
        assertThat(figure.ofCeiling()).isEqualTo(0.5);
        assertThat(ceiling.ofCeiling()).isNaN();
    }

    @Test
    void ofAnEvenNumberOfRunsTheMedianLiesBetweenTheMiddleTwo() {
        assertThat(Figure.of("ours", "ms", List.of(4.0, 1.0, 2.0, 9.0)).median()).isEqualTo(3);
    }

    @Test
    void whatTheTableHasNoRoomForAndRunsThatAreNotTheSameAreRefused() {
        assertThatThrownBy(() -> Figure.of("x".repeat(Figure.LONGEST_LABEL + 1), "ms", 1))
                .isInstanceOf(IllegalArgumentException.class);
        Figure ceiling = Figure.of("raw", "jobs/s", List.of(1.0, 2.0));
        assertThatThrownBy(() -> new Figure("ours", "jobs/s", List.of(1.0), ceiling))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("raw");
    }
}
