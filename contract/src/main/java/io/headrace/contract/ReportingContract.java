package io.headrace.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.JobLog;
import io.headrace.Priority;
import io.headrace.Progress;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Lease;
import io.headrace.broker.WriteResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What running handlers say: progress and lines. */
abstract class ReportingContract extends ContractSteps {
    /** How many lines were reported under each lease. */
    private final Map<Lease, Long> reported = new HashMap<>();

    private WriteResult report(ClaimedJob job, @Nullable Progress progress, String... lines) {
        long first = reported.merge(job.lease(), (long) lines.length, Long::sum) - lines.length;
        return report(job, progress, first, List.of(lines));
    }

    private WriteResult report(ClaimedJob job, @Nullable Progress progress, long first, List<String> lines) {
        return broker().report(job.lease(), progress, first, lines).toCompletableFuture().join();
    }

    private JobLog log(ClaimedJob job, long from, int limit) {
        return jobs().log(job.lease().job(), from, limit);
    }

    @Test
    void progressIsSeenWhileTheJobRuns() {
        ClaimedJob job = running(ann);
        assertThat(find(job.lease().job()).progress()).isNull();
        Progress half = new Progress(0.5, "page 5 of 10 – „fünf“");
        assertThat(report(job, half)).isEqualTo(WriteResult.RECORDED);
        assertThat(find(job.lease().job()).progress()).isEqualTo(half);
        Progress wordless = new Progress(0.75, null);
        report(job, wordless);
        assertThat(find(job.lease().job()).progress()).isEqualTo(wordless);
    }

    @Test
    void aReportWithoutProgressLeavesTheLast() {
        ClaimedJob job = running(ann);
        Progress half = new Progress(0.5, "half");
        report(job, half);
        report(job, null, "line");
        assertThat(find(job.lease().job()).progress()).isEqualTo(half);
    }

    @Test
    void linesAreNumberedAndReadFromAnyNumberOn() {
        ClaimedJob job = running(ann);
        assertThat(report(job, null, "zero", "one")).isEqualTo(WriteResult.RECORDED);
        report(job, new Progress(0.1, null), "two", "");
        report(job, null, "four: „Grüße“");
        assertThat(log(job, 0, 100)).isEqualTo(new JobLog(List.of("zero", "one", "two", "", "four: „Grüße“"), 5));
        assertThat(log(job, 0, 2)).isEqualTo(new JobLog(List.of("zero", "one"), 2));
        assertThat(log(job, 2, 2)).isEqualTo(new JobLog(List.of("two", ""), 4));
        assertThat(log(job, 5, 10)).isEqualTo(new JobLog(List.of(), 5));
    }

    @Test
    void linesThatAreReportedAgainAreStoredOnce() {
        ClaimedJob first = running(ann);
        report(first, null, 0, List.of("zero", "one"));
        report(first, null, 0, List.of("zero", "one"));
        report(first, new Progress(0.5, null), 2, List.of());
        report(first, null, 0, List.of("zero", "one", "two"));
        report(first, null, 3, List.of("three"));
        assertThat(log(first, 0, 10).lines()).containsExactly("zero", "one", "two", "three");

        ClaimedJob second = takenOver(first, bob);
        report(second, null, 0, List.of("again zero"));
        report(second, null, 0, List.of("again zero", "again one"));
        assertThat(log(first, 4, 10).lines()).containsExactly("again zero", "again one");
    }

    @Test
    void aLaterAttemptByTheSameWorkerIsNoRepetition() {
        ClaimedJob first = running(ann);
        report(first, null, 0, List.of("first"));
        settle(retry(first, Duration.ZERO));
        ClaimedJob second = claimOne(ann);
        report(second, null, 0, List.of("second"));
        settle(release(second));
        report(claimOne(ann), null, 0, List.of("third"));
        assertThat(log(first, 0, 10).lines()).containsExactly("first", "second", "third");
    }

    @Test
    void theNewestLinesAreKeptAndKeepTheirNumbers() {
        ClaimedJob job = running(ann);
        int written = JobLog.MAX_LINES + 50;
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < written; i++) {
            lines.add("line " + i);
        }
        report(job, null, 0, lines.subList(0, 600));
        report(job, null, 600, lines.subList(600, written));
        JobLog all = log(job, 0, 5000);
        assertThat(all.lines()).isEqualTo(lines.subList(50, written));
        assertThat(all.next()).isEqualTo(written);
        assertThat(log(job, 1000, 3)).isEqualTo(new JobLog(lines.subList(1000, 1003), 1003));
    }

    @Test
    void linesThatTheWorkerHadNoRoomForHaveTheirNumbers() {
        ClaimedJob first = running(ann);
        report(first, null, 2, List.of("two", "three"));
        assertThat(log(first, 0, 10)).isEqualTo(new JobLog(List.of("two", "three"), 4));
        report(first, null, 2, List.of("two", "three", "four"));
        report(first, null, 3_000, List.of("late", "last"));
        assertThat(log(first, 4, 10)).isEqualTo(new JobLog(List.of("four", "late", "last"), 3_002));
        ClaimedJob second = takenOver(first, bob);
        report(second, null, 1, List.of("again"));
        assertThat(log(first, 3_002, 10)).isEqualTo(new JobLog(List.of("again"), 3_004));
    }

    @Test
    void theLogOutlivesTheAttemptAndTheJobsEnd() {
        ClaimedJob first = running(ann);
        JobId id = first.lease().job();
        report(first, null, "first");
        settle(retry(first, LONG));
        fixture().makeDue(id);
        ClaimedJob second = claimOne(bob);
        report(second, null, "second");
        settle(succeed(second));
        assertThat(jobs().log(id, 0, 10)).isEqualTo(new JobLog(List.of("first", "second"), 2));
    }

    @Test
    void aJobThatWroteNothingHasAnEmptyLog() {
        JobId id = send(job());
        assertThat(jobs().log(id, 0, 10)).isEqualTo(new JobLog(List.of(), 0));
        JobId unknown = new JobId(newQueue(), Priority.NORMAL, false, 1, 0);
        assertThat(jobs().log(unknown, 0, 10).lines()).isEmpty();
    }

    @Test
    void whoHoldsNothingCanReportNothing() {
        ClaimedJob job = running(ann);
        settle(succeed(job));
        assertThat(report(job, new Progress(1, null), "late")).isEqualTo(WriteResult.LEASE_LOST);
        assertThat(log(job, 0, 10).lines()).isEmpty();
    }
}
