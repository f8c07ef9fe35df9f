package io.headrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {
    @ParameterizedTest
    @CsvSource({"0s, PT0S", "250ms, PT0.25S", "30s, PT30S", "10m, PT10M", "2h, PT2H", "7d, P7D", "PT1H30M, PT1H30M",
        "P2DT3H, P2DT3H", "36500d, P36500D", "007s, PT7S"})
    void whatPeopleWriteIsRead(String text, Duration expected) {
        assertThat(Durations.parse("delay", text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "5", "5 s", "5S", "-5s", "PT-5S", "5w", "1.5s", "5sec", "36501d",
        "999999999999999d",
        "9999999999999999s", "P1M", "x"})
    void anythingElseIsRefusedWithExamples(String text) {
        assertThatThrownBy(() -> Durations.parse("delay", text)).isInstanceOfSatisfying(InvalidInput.class, e -> {
            assertThat(e.field()).isEqualTo("delay");
            assertThat(e).hasMessageContaining("250ms, 30s, 10m, 2h, 7d").hasMessageEndingWith("was '" + text + "'");
        });
    }

    @Property
    void whatIsWrittenReadsBackToTheMillisecond(@ForAll @LongRange(min = 0, max = 3_153_600_000_000L) long millis) {
        Duration duration = Duration.ofMillis(millis);
        assertThat(Durations.parse("x", Durations.format(duration))).isEqualTo(duration);
    }

    @ParameterizedTest
    @CsvSource({"0, 0s", "1, 1ms", "1500, 1500ms", "1000, 1s", "90000, 90s", "60000, 1m", "5400000, 90m",
        "7200000, 2h", "86400000, 1d", "172800000, 2d"})
    void theShortestExactFormIsWritten(long millis, String expected) {
        assertThat(Durations.format(Duration.ofMillis(millis))).isEqualTo(expected);
    }
}
