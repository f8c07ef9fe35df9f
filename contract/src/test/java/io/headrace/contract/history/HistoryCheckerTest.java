package io.headrace.contract.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.Attempt;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.contract.history.HistoryChecker.Recorded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HistoryCheckerTest {
    private static final JobId JOB = JobId.parse("q_n1-0");

    private final List<Recorded> records = new ArrayList<>();
    private final List<Execution> executions = new ArrayList<>();

    private static Attempt attempt(int number, String worker, Attempt.Outcome outcome) {
        return new Attempt(number, worker, Instant.EPOCH, Instant.EPOCH, outcome, null);
    }

    private void recorded(JobState state, Attempt... attempts) {
        records.add(new Recorded(JOB, state, List.of(attempts)));
    }

    private void ran(int attempt, String worker) {
        executions.add(new Execution(JOB, attempt, worker));
    }

    private List<String> broken() {
        return new HistoryChecker(List.of(JOB), List.of("stopped")).check(records, executions);
    }

    @Test
    void aJobThatRanOnceAndSucceededIsWell() {
        recorded(JobState.SUCCEEDED, attempt(1, "a", Attempt.Outcome.SUCCEEDED));
        ran(1, "a");
        assertThat(broken()).isEmpty();
    }

    @Test
    void aJobWhoseWorkerWasLostMayRunTwice() {
        recorded(JobState.SUCCEEDED, attempt(1, "a", Attempt.Outcome.LOST),
                attempt(2, "b", Attempt.Outcome.SUCCEEDED));
        ran(1, "a");
        ran(2, "b");
        assertThat(broken()).isEmpty();
    }

    @Test
    void aWorkerMayBeLostBeforeItRanAnything() {
        recorded(JobState.SUCCEEDED, attempt(1, "a", Attempt.Outcome.LOST),
                attempt(2, "b", Attempt.Outcome.SUCCEEDED));
        ran(2, "b");
        assertThat(broken()).isEmpty();
    }

    @Test
    void aStoppedWorkerMayGiveAJobBack() {
        recorded(JobState.SUCCEEDED, attempt(1, "b", Attempt.Outcome.SUCCEEDED));
        ran(1, "stopped");
        ran(1, "b");
        assertThat(broken()).isEmpty();
    }

    @Test
    void aDeadJobIsWellWhenItsAttemptsAreOnRecord() {
        recorded(JobState.DEAD, attempt(1, "a", Attempt.Outcome.FAILED), attempt(2, "a", Attempt.Outcome.TIMED_OUT));
        ran(1, "a");
        ran(2, "a");
        assertThat(broken()).isEmpty();
    }

    @Test
    void jobsThatNobodyWasToldOfAreIgnored() {
        recorded(JobState.SUCCEEDED, attempt(1, "a", Attempt.Outcome.SUCCEEDED));
        ran(1, "a");
        records.add(new Recorded(JobId.parse("q_n2-0"), JobState.QUEUED, List.of()));
        assertThat(broken()).isEmpty();
    }

    @Test
    void anAcceptedJobThatIsNotOnRecordIsLost() {
        ran(1, "a");
        assertThat(broken()).containsExactly("q_n1-0 is lost: it was accepted and is not on record");
    }

    @Test
    void aJobInTwoPlacesIsFound() {
        recorded(JobState.SUCCEEDED, attempt(1, "a", Attempt.Outcome.SUCCEEDED));
        recorded(JobState.QUEUED);
        assertThat(broken()).containsExactly("q_n1-0 is in 2 places: [succeeded, queued]");
    }

    @Test
    void aJobThatHasNotEndedIsFound() {
        recorded(JobState.RUNNING);
        assertThat(broken()).containsExactly("q_n1-0 has not ended: it is running");
    }

    @Test
    void aDoubledSuccessIsFound() {
        recorded(JobState.SUCCEEDED, attempt(1, "a", Attempt.Outcome.SUCCEEDED),
                attempt(2, "b", Attempt.Outcome.SUCCEEDED));
        ran(1, "a");
        ran(2, "b");
        assertThat(broken()).containsExactly("q_n1-0 has 2 successes: [1 a succeeded, 2 b succeeded]");
    }

    @Test
    void twoVerdictsOnOneAttemptAreFound() {
        recorded(JobState.SUCCEEDED, attempt(1, "a", Attempt.Outcome.FAILED),
                attempt(1, "b", Attempt.Outcome.SUCCEEDED));
        ran(1, "a");
        ran(1, "b");
        assertThat(broken())
                .containsExactly("q_n1-0 has two verdicts on attempt 1: [1 a failed, 1 b succeeded]");
    }

    @Test
    void aSuccessThatNobodyRanIsFound() {
        recorded(JobState.SUCCEEDED, attempt(2, "b", Attempt.Outcome.SUCCEEDED));
        assertThat(broken()).containsExactly("q_n1-0 succeeded in attempt 2 of b, which never ran it");
    }

    @Test
    void aSuccessWithoutAnAttemptIsFound() {
        recorded(JobState.SUCCEEDED, attempt(1, "a", Attempt.Outcome.FAILED));
        ran(1, "a");
        assertThat(broken()).containsExactly("q_n1-0 succeeded without an attempt that did: [1 a failed]");
    }

    @Test
    void anExecutionThatNoAttemptExplainsIsFound() {
        recorded(JobState.SUCCEEDED, attempt(1, "a", Attempt.Outcome.SUCCEEDED));
        ran(1, "a");
        ran(1, "b");
        assertThat(broken()).containsExactly(
                "q_n1-0 was run as attempt 1 by b, of which there is no record: [1 a succeeded]");
    }

    @Test
    void anAttemptThatRanTwiceIsFound() {
        recorded(JobState.SUCCEEDED, attempt(1, "a", Attempt.Outcome.SUCCEEDED));
        ran(1, "a");
        ran(1, "a");
        ran(1, "a");
        assertThat(broken()).containsExactly("q_n1-0 was run more than once as attempt 1 by a");
    }

    @Test
    void attemptsOlderThanTheKeptOnesNeedNoRecord() {
        Attempt[] newest = new Attempt[10];
        for (int i = 0; i < 10; i++) {
            newest[i] = attempt(i + 3, "a", Attempt.Outcome.FAILED);
        }
        recorded(JobState.DEAD, newest);
        for (int number = 1; number <= 12; number++) {
            ran(number, "a");
        }
        assertThat(broken()).isEmpty();
    }

    @Test
    void executionsAreReadAndATornLastLineIsLeftOut(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("ran");
        Execution whole = new Execution(JOB, 1, "w-1");
        Files.writeString(file, whole.line() + "q_n1-0 2");
        assertThat(Execution.read(file)).containsExactly(whole);
        Files.writeString(file, "");
        assertThat(Execution.read(file)).isEmpty();
        Files.writeString(file, "q_n1-0\n" + whole.line());
        assertThatThrownBy(() -> Execution.read(file)).isInstanceOf(IllegalArgumentException.class);
    }
}
