package io.headrace.api.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.Attempt;
import io.headrace.Durations;
import io.headrace.History;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScalingTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static int desired(boolean paused, long backlog, long dueSoon, long running, String service, int min,
            int max) {
        return new Scaling(paused, backlog, dueSoon, running, 1,
                Optional.ofNullable(service).map(time -> new ServiceTime(Durations.parse("", time), 50)),
                new Scaling.Wanted(10, MINUTE, min, max)).desiredWorkers();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            # backlog, due soon, running, service time, workers of 10 slots that drain within a minute
            0,       0,   0,   1s,    0
            1,       0,   0,   1s,    1
            0,       1,   0,   1s,    1
            600,     0,   0,   1s,    1
            601,     0,   0,   1s,    2
            300,     301, 0,   1s,    2
            6000,    0,   0,   1s,    10
            590,     0,   10,  1s,    1
            591,     0,   10,  1s,    2
            0,       0,   10,  1s,    1
            0,       0,   11,  1s,    2
            5,       0,   15,  1ms,   2
            1000000, 0,   0,   1ms,   2
            1000000, 0,   0,   10s,   100
            25,      0,   0,   1h,    3
            25,      0,   10,  1h,    4
            1000000, 0,   0,   0s,    1
            5,       0,   0,   -,     1
            0,       0,   0,   -,     0
            1000000, 0,   10,  -,     2
            1000000, 0,   9,   -,     1
            0,       0,   25,  -,     3
            """)
    void enoughWorkersToDrainInTime(long backlog, long dueSoon, long running, String service, int workers) {
        assertThat(desired(false, backlog, dueSoon, running, service, 0, 100)).isEqualTo(workers);
    }

    @Test
    void theTimeAJobTakesIsTheMeanOfTheLastAttempts() {
        assertThat(ServiceTime.of(List.of())).isEmpty();
        assertThat(ServiceTime.of(List.of(ended()))).isEmpty();
        assertThat(ServiceTime.of(List.of(ended(9000, 100), ended(201), ended())))
                .contains(new ServiceTime(Duration.ofNanos(150_500_000), 2));
        assertThat(ServiceTime.of(List.of(ended(-5)))).contains(new ServiceTime(Duration.ZERO, 1));
    }

    /** A job whose attempts took so many milliseconds. */
    private static Job ended(long... tookMs) {
        JobDocument document = JobDocument.of(NewJob.of("mail", "t", 1).build().spec());
        History run = document.history();
        for (int i = 0; i < tookMs.length; i++) {
            run = run.and(new Attempt(i + 1, "w", Instant.EPOCH, Instant.EPOCH.plusMillis(tookMs[i]),
                    Attempt.Outcome.SUCCEEDED, null));
        }
        return Job.of(JobId.parse("mail_n1-0"), JobState.SUCCEEDED, document.with(run), null);
    }

    @Test
    void ofAPausedQueueOnlyWhatRunsCounts() {
        assertThat(desired(true, 1_000_000, 5, 0, "1s", 0, 100)).isZero();
        assertThat(desired(true, 1_000_000, 5, 11, "1s", 0, 100)).isEqualTo(2);
    }

    @Test
    void theAnswerKeepsItsBounds() {
        assertThat(desired(false, 0, 0, 0, "1s", 3, 100)).isEqualTo(3);
        assertThat(desired(true, 0, 0, 0, "1s", 3, 100)).isEqualTo(3);
        assertThat(desired(false, 1_000_000, 0, 0, "1h", 0, 7)).isEqualTo(7);
        assertThat(desired(false, Long.MAX_VALUE / 4, 0, 0, "7d", 0, 7)).isEqualTo(7);
        assertThat(desired(false, 5, 0, 0, "1s", 0, 0)).isZero();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> new Scaling.Wanted(1, Duration.ZERO, 0, 1)).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> new Scaling.Wanted(1, Duration.ofDays(2), 0, 1)).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> new Scaling.Wanted(1, MINUTE, 2, 1))
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.field()).isEqualTo("max"));
    }
}
