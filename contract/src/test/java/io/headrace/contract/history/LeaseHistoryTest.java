package io.headrace.contract.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Attempt;
import io.headrace.History;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobSpec;
import io.headrace.JobState;
import io.headrace.NewJob;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LeaseHistoryTest {
    private static final JobId JOB = JobId.parse("q_n1-0");
    private static final JobSpec SPEC = NewJob.of("q", "work", 1).build().spec();

    private final LeaseHistory history = new LeaseHistory();

    private static JobDocument document(Attempt... attempts) {
        History history = History.NONE;
        for (Attempt attempt : attempts) {
            history = history.and(attempt);
        }
        return JobDocument.of(SPEC).with(history);
    }

    private static Attempt attempt(int number, String worker, Attempt.Outcome outcome) {
        return new Attempt(number, worker, Instant.EPOCH, Instant.EPOCH, outcome, null);
    }

    @Test
    void aLifeWithALossAndARetryIsInOrder() {
        history.submitted(JOB);
        history.leased(JOB, "a", 1);
        history.renewed(JOB, "a");
        history.leased(JOB, "b", 2);
        Attempt lost = attempt(1, "a", Attempt.Outcome.LOST);
        Attempt failed = attempt(2, "b", Attempt.Outcome.FAILED);
        history.putDown(JOB, document(lost, failed));
        history.surrendered(JOB);
        history.leased(JOB, "a", 1);
        history.ended(JOB, JobState.SUCCEEDED, document(lost, failed, attempt(3, "a", Attempt.Outcome.SUCCEEDED)));
        history.surrendered(JOB);

        assertThat(history.broken()).isEmpty();
        assertThat(history.unfinished()).isEmpty();
        assertThat(history.records()).hasSize(1);
        assertThat(history.leases()).isEqualTo(3);
    }

    @Test
    void aVerdictOfAFormerHolderIsFound() {
        history.leased(JOB, "a", 1);
        history.leased(JOB, "b", 2);
        history.ended(JOB, JobState.SUCCEEDED, document(attempt(1, "a", Attempt.Outcome.SUCCEEDED)));
        assertThat(history.broken()).singleElement().asString().contains("a verdict of a").contains("while b held");
    }

    @Test
    void aVerdictOfAnEarlierDeliveryOfTheSameWorkerIsFound() {
        history.leased(JOB, "a", 1);
        history.leased(JOB, "a", 2);
        history.putDown(JOB, document(attempt(1, "a", Attempt.Outcome.FAILED)));
        assertThat(history.broken()).singleElement().asString().contains("attempt 1").contains("attempt 2 of a");
    }

    @Test
    void aVerdictOnAJobThatNobodyHoldsIsFound() {
        history.leased(JOB, "a", 1);
        history.surrendered(JOB);
        history.ended(JOB, JobState.SUCCEEDED, document(attempt(1, "a", Attempt.Outcome.SUCCEEDED)));
        assertThat(history.broken()).singleElement().asString().contains("while nobody held");
    }

    @Test
    void aRenewalOfAFormerHolderIsFound() {
        history.leased(JOB, "a", 1);
        history.leased(JOB, "b", 2);
        history.renewed(JOB, "a");
        assertThat(history.broken()).singleElement().asString().contains("renewed for a while b held it");
    }

    @Test
    void aLossThatNeverWasIsFound() {
        history.leased(JOB, "b", 1);
        history.ended(JOB, JobState.DEAD, document(attempt(1, "a", Attempt.Outcome.LOST)));
        assertThat(history.broken()).singleElement().asString().contains("never lost its lease");
    }

    @Test
    void aJobThatIsLeasedAfterItsEndIsFound() {
        history.leased(JOB, "a", 1);
        history.ended(JOB, JobState.SUCCEEDED, document(attempt(1, "a", Attempt.Outcome.SUCCEEDED)));
        history.surrendered(JOB);
        history.leased(JOB, "b", 1);
        assertThat(history.broken()).singleElement().asString().contains("after it had ended");
        assertThat(new HistoryChecker(List.of(), List.of()).check(history, List.of(), List.of())).isNotEmpty();
    }

    @Test
    void aJobThatNeverEndedIsNamed() {
        history.submitted(JOB);
        assertThat(history.unfinished()).containsExactly(JOB);
        assertThat(new HistoryChecker(List.of(), List.of()).check(history, List.of(), List.of()))
                .containsExactly(JOB + " is lost: it was accepted and is not on record");
    }

    @Test
    void aSuccessThatNoHandlerCameToIsFound() {
        history.leased(JOB, "a", 1);
        history.ended(JOB, JobState.SUCCEEDED, document(attempt(1, "a", Attempt.Outcome.SUCCEEDED)));
        Execution run = new Execution(JOB, 1, "a");
        HistoryChecker checker = new HistoryChecker(List.of(JOB), List.of());
        assertThat(checker.check(history, List.of(run), List.of())).singleElement().asString()
                .contains("no handler ran to its end");
        assertThat(checker.check(history, List.of(run), List.of(run))).isEmpty();
    }
}
