package io.headrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingTest {
    private static final Setting<Integer> SLOTS = Setting.number("worker.slots", 10, 1, 1000, "Jobs at once.");
    private static final Setting<Duration> LEASE = Setting.duration("worker.lease", "30s", "1s", "1h", "The lease.");
    private static final Setting<Boolean> STRICT = Setting.flag("worker.strict-order", false, "Strict.");
    private static final Setting<String> URL = Setting.text("redis.url", "redis://localhost", "a URL", "Where.");

    @Test
    void theVariableDerivesFromTheName() {
        assertThat(SLOTS.variable()).isEqualTo("HEADRACE_WORKER_SLOTS");
        assertThat(STRICT.variable()).isEqualTo("HEADRACE_WORKER_STRICT_ORDER");
    }

    @Test
    void theDefaultHoldsWhenNothingIsSet() {
        assertThat(SLOTS.from(Map.of())).isEqualTo(10);
        assertThat(LEASE.from(Map.of())).isEqualTo(Duration.ofSeconds(30));
        assertThat(STRICT.from(Map.of())).isFalse();
        assertThat(URL.fallbackValue()).isEqualTo("redis://localhost");
    }

    @Test
    void theEnvironmentWins() {
        assertThat(SLOTS.from(Map.of("HEADRACE_WORKER_SLOTS", "1000"))).isEqualTo(1000);
        assertThat(LEASE.from(Map.of("HEADRACE_WORKER_LEASE", "2m"))).isEqualTo(Duration.ofMinutes(2));
        assertThat(STRICT.from(Map.of("HEADRACE_WORKER_STRICT_ORDER", "true"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1001", "-1", "", "ten", "1.5", "99999999999", " 7"})
    void aNumberOutOfBoundsNamesItsVariableAndItsBounds(String text) {
        assertThatThrownBy(() -> SLOTS.from(Map.of("HEADRACE_WORKER_SLOTS", text)))
                .isInstanceOf(InvalidInput.class)
                .hasMessage("HEADRACE_WORKER_SLOTS must be 1 to 1000, was '" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"999ms", "61m", "", "x"})
    void aDurationOutOfBoundsNamesItsVariableAndItsBounds(String text) {
        assertThatThrownBy(() -> LEASE.from(Map.of("HEADRACE_WORKER_LEASE", text)))
                .isInstanceOf(InvalidInput.class)
                .hasMessage("HEADRACE_WORKER_LEASE must be 1s to 1h, was '" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "TRUE", "1", ""})
    void onlyTrueAndFalseAreFlags(String text) {
        assertThatThrownBy(() -> STRICT.from(Map.of("HEADRACE_WORKER_STRICT_ORDER", text)))
                .isInstanceOf(InvalidInput.class).hasMessageContaining("true or false");
    }

    @Test
    void aMisspeltVariableIsRefusedWithTheNearest() {
        List<Setting<?>> known = List.of(SLOTS, LEASE, STRICT, URL);
        assertThatThrownBy(() -> Setting.refuseUnknown(Map.of("HEADRACE_WORKER_SLOST", "5"), known))
                .isInstanceOf(InvalidInput.class)
                .hasMessage("HEADRACE_WORKER_SLOST is not a setting; did you mean 'HEADRACE_WORKER_SLOTS'?");
        assertThatCode(() -> Setting.refuseUnknown(Map.of("HEADRACE_WORKER_SLOTS", "5", "PATH", "/bin"), known))
                .doesNotThrowAnyException();
    }
}
