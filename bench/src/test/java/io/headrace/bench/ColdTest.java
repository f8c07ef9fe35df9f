package io.headrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is read from looks at a worker that gets going. */
final class ColdTest {
    private static final int PACE = 1_000;
    private static final long START = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1); // the clock may overflow

    private final Cold.Course course = new Cold.Course(PACE, START);

    @Test
    void thePaceIsReachedWithTheFirstSecondThatHoldsSoMany() {
        at(800, 0);
        at(1_000, 10);
        at(1_900, 950); // 950 in 1.1 s
        at(2_100, 1_005); // 995 in 1.1 s
        assertThat(course.paceS()).isNaN();
        at(2_400, 1_960); // 1,010 in half a second
        at(9_000, 9_000);
        assertThat(course.paceS()).isCloseTo(2.4, within(1e-6));
    }

    @Test
    void aSlowWorkerNeverReachesIt() {
        for (int i = 1; i <= 100; i++) {
            at(i * 100L, i * 90L);
        }
        assertThat(course.paceS()).isNaN();
    }

    @Test
    void theStartOfTheProcessCountsForTheFirstJobAndNotForTheRate() {
        at(500, 0);
        at(1_000, 0);
        assertThat(course.firstJobS()).isNaN();
        at(1_100, 100);
        at(3_000, 4_000);
        assertThat(course.firstJobS()).isCloseTo(1.1, within(1e-6));
        assertThat(course.jobsPerSecond()).isCloseTo(2_000, within(1e-3));
    }

    private void at(long ms, long done) {
        course.at(START + TimeUnit.MILLISECONDS.toNanos(ms), done);
    }
}
