package io.headrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class RetryPolicyTest {
    private static final Backoff SECOND = new Backoff(Backoff.Kind.FIXED, Duration.ofSeconds(1), Duration.ofSeconds(1));

    @Test
    void byDefaultTenRetriesFollowTheFirstAttempt() {
        Random random = new Random(3);
        assertThat(RetryPolicy.DEFAULT.next(10, Duration.ZERO, random)).isPresent();
        assertThat(RetryPolicy.DEFAULT.next(11, Duration.ZERO, random)).isEmpty();
    }

    @Test
    void noRetriesMeansOneAttempt() {
        assertThat(new RetryPolicy(0, SECOND).next(1, Duration.ZERO, new Random(1))).isEmpty();
    }

    @Property
    void jitterNeverShortensTheFloor(@ForAll @IntRange(min = 1, max = 10) int attempt,
            @ForAll @IntRange(min = 0, max = 10_000_000) int floorMs, @ForAll long seed) {
        Duration floor = Duration.ofMillis(floorMs);
        assertThat(RetryPolicy.DEFAULT.next(attempt, floor, new Random(seed)).orElseThrow())
                .isGreaterThanOrEqualTo(floor);
    }

    @Test
    void aLongerBackoffThanTheFloorStays() {
        assertThat(new RetryPolicy(3, SECOND).next(1, Duration.ofMillis(10), new Random(1)))
                .contains(Duration.ofSeconds(1));
    }

    @Test
    void aJobsOwnWishesWinOneByOne() {
        JobSpec plain = NewJob.of("q", "t", 1).build().spec();
        JobSpec retries = NewJob.of("q", "t", 1).maxRetries(0).build().spec();
        JobSpec slower = NewJob.of("q", "t", 1).backoff(SECOND).build().spec();
        assertThat(RetryPolicy.DEFAULT.overriddenBy(plain)).isEqualTo(RetryPolicy.DEFAULT);
        assertThat(RetryPolicy.DEFAULT.overriddenBy(retries)).isEqualTo(new RetryPolicy(0, Backoff.DEFAULT));
        assertThat(RetryPolicy.DEFAULT.overriddenBy(slower)).isEqualTo(new RetryPolicy(10, SECOND));
    }

    @Test
    void boundsAreChecked() {
        assertThatThrownBy(() -> new RetryPolicy(-1, SECOND)).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> new RetryPolicy(1001, SECOND)).isInstanceOf(InvalidInput.class);
        assertThat(new RetryPolicy(1000, SECOND).maxRetries()).isEqualTo(1000);
    }
}
