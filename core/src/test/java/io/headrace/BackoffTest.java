package io.headrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class BackoffTest {
    private static final long WEEK_MS = Duration.ofDays(7).toMillis();

    @Test
    void theDefaultRunsFromOneSecondToOneHour() {
        assertThat(Backoff.DEFAULT.kind()).isEqualTo(Backoff.Kind.EXPONENTIAL);
        assertThat(Backoff.DEFAULT.base()).isEqualTo(Duration.ofSeconds(1));
        assertThat(Backoff.DEFAULT.cap()).isEqualTo(Duration.ofHours(1));
    }

    @Property
    void noDelayPassesItsCeilingHoweverManyAttemptsFailed(@ForAll @LongRange(min = 1, max = 604_800_000) long baseMs,
            @ForAll @LongRange(min = 0, max = 604_800_000) long aboveMs, @ForAll @IntRange(min = 1) int attempt,
            @ForAll long seed) {
        long capMs = Math.min(baseMs + aboveMs, WEEK_MS);
        Backoff backoff = exponential(baseMs, capMs);
        Duration delay = backoff.delay(attempt, new Random(seed));
        assertThat(delay).isBetween(Duration.ZERO, Duration.ofMillis(capMs));
        double ceiling = Math.min((double) capMs, (double) baseMs * Math.pow(2, Math.min(attempt - 1, 100)));
        assertThat((double) delay.toMillis()).isLessThanOrEqualTo(ceiling);
    }

    @Test
    void jitterReachesFromZeroToTheWholeCeiling() {
        Backoff backoff = exponential(10, 1000);
        Random random = new Random(42);
        assertThat(LongStream.range(0, 5000).map(i -> backoff.delay(4, random).toMillis()).distinct().boxed().toList())
                .contains(0L, 80L).hasSize(81);
    }

    @Test
    void eachAttemptDoublesTheCeilingUntilTheCap() {
        Backoff backoff = exponential(100, 1500);
        assertThat(LongStream.rangeClosed(1, 8).map(attempt -> largest(backoff, (int) attempt)).boxed().toList())
                .containsExactly(100L, 200L, 400L, 800L, 1500L, 1500L, 1500L, 1500L);
    }

    private static long largest(Backoff backoff, int attempt) {
        Random random = new Random(7);
        return LongStream.range(0, 50_000).map(i -> backoff.delay(attempt, random).toMillis()).max().orElseThrow();
    }

    @Test
    void aFixedBackoffWaitsExactlyItsBase() {
        Backoff backoff = new Backoff(Backoff.Kind.FIXED, Duration.ofSeconds(3), Duration.ofSeconds(3));
        assertThat(backoff.delay(1, new Random(1))).isEqualTo(Duration.ofSeconds(3));
        assertThat(backoff.delay(Integer.MAX_VALUE, new Random(1))).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void boundsAreCheckedAndNamed() {
        assertThatThrownBy(() -> exponential(0, 1000)).isInstanceOf(InvalidInput.class)
                .hasMessage("backoff.base must be 1ms to 7d, was 0s");
        assertThatThrownBy(() -> exponential(WEEK_MS + 1, WEEK_MS + 1)).isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("backoff.base");
        assertThatThrownBy(() -> exponential(1000, 999)).isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("backoff.cap");
        assertThatThrownBy(() -> exponential(1000, WEEK_MS + 1)).isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("backoff.cap");
        assertThat(exponential(WEEK_MS, WEEK_MS).base()).isEqualTo(Duration.ofDays(7));
    }

    private static Backoff exponential(long baseMs, long capMs) {
        return new Backoff(Backoff.Kind.EXPONENTIAL, Duration.ofMillis(baseMs), Duration.ofMillis(capMs));
    }
}
