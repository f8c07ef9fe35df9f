package io.headrace.redis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Attempt;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Progress;
import io.headrace.QueueName;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.SettingsChange;
import io.headrace.broker.Verdict;
import io.headrace.broker.WriteResult;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.RedisSteps;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.doctor.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What handlers say, logs and progress, ends with the documents of their jobs, and is bounded altogether. */
final class HandlerOutputTest extends RedisSteps {
    private static final QueueName QUEUE = new QueueName("words");
    private static final String BASE = "hr:{words}:";
    private static final Duration DAY = Duration.ofDays(1);

    HandlerOutputTest() {
        super(QUEUE);
    }

    @BeforeEach
    void start() throws Exception {
        keep(DAY, 100_000);
    }

    @AfterEach
    void nothingIsAmiss() {
        assertThat(findings())
                .noneMatch(finding -> finding.check().equals("logs") || finding.level() == Finding.Level.PROBLEM);
    }

    @Test
    void ofAJobThatIsNotKeptNothingIsLeft() {
        keep(Duration.ZERO, 100);
        succeed(said(job()));
        assertThat(words()).isEmpty();
        keep(DAY, 0);
        succeed(said(job()));
        assertThat(words()).isEmpty();
        keep(DAY, 100);
        succeed(said(job().retention(Duration.ZERO)));
        assertThat(words()).isEmpty();
    }

    @Test
    void aLogIsKeptAsLongAsItsDocument() {
        JobId kept = succeed(said(job()));
        JobId longer = succeed(said(job().retention(Duration.ofDays(60))));
        assertThat(words()).containsExactlyInAnyOrder(BASE + "log:" + kept, BASE + "log:" + longer);
        assertThat(jedis.pttl(BASE + "log:" + kept)).isBetween(DAY.toMillis() - 60_000, DAY.toMillis());
        assertThat(jedis.pttl(BASE + "log:" + longer)).isGreaterThan(Duration.ofDays(59).toMillis());
        assertThat(broker.jobs().log(longer, 0, 10).lines()).containsExactly("a line");
    }

    @Test
    void aTrimTakesTheLogsOfTheJobsThatGo() {
        keep(DAY, 3);
        for (int i = 0; i < 10; i++) {
            long bucket = tenths();
            Eventually.until("another bucket", () -> tenths() > bucket);
            succeed(said(job()));
        }
        assertThat(words()).hasSize(3);
        List<ClaimedJob> together = running(20);
        together.forEach(this::report);
        together.forEach(this::succeed);
        assertThat(words()).as("also where a bucket is thinned out").hasSize(3);
        broker.queues().change(QUEUE, new SettingsChange(null, null, 0L));
        broker.queues().info(QUEUE);
        assertThat(words()).isEmpty();
    }

    @Test
    void whatIsForgottenWithItsRetentionTakesItsLogAlong() {
        JobId id = succeed(said(job()));
        jedis.del(BASE + "finished:" + Replies.bucket(id)); // as it expires
        // tidies up, as workers do now and then
        broker.queues().change(QUEUE, new SettingsChange(null, null, 1_000L));
        assertThat(words()).isEmpty();
    }

    @Test
    void aDeadJobKeepsItsLogUntilItIsDeleted() {
        ClaimedJob job = said(job());
        settle(Verdict.bury(job.lease(), job.document()));
        JobId id = job.lease().job();
        assertThat(words()).containsExactly(BASE + "log:" + id);
        broker.jobs().deleteDead(List.of(id));
        assertThat(words()).isEmpty();
    }

    @Test
    void theDeadThatAreTrimmedTakeTheirLogsAlong() {
        ClaimedJob job = said(job());
        settle(Verdict.bury(job.lease(), job.document()));
        jedis.zadd(BASE + "dead", 1, job.lease().job().toString());
        ClaimedJob other = running(1).get(0);
        settle(Verdict.bury(other.lease(), other.document()));
        assertThat(words()).isEmpty();
    }

    @Test
    void aJobThatIsRetriedKeepsItsLogAndWhoEndsItTakesItAlong() {
        keep(Duration.ZERO, 100);
        ClaimedJob first = said(job());
        var failed = first.document().with(first.document().history().and(new Attempt(1, "w1",
                first.claimedAt(), first.claimedAt(), Attempt.Outcome.FAILED, null)));
        settle(Verdict.retry(first.lease(), DAY, failed));
        assertThat(words()).contains(BASE + "log:" + first.lease().job());
        broker.jobs().runNow(first.lease().job());
        try (RedisBroker another = connect()) {
            ClaimedJob second = claim(another, WORKER, 1).get(0);
            another.settle(Verdict.finish(second.lease(), ended(second, JobState.SUCCEEDED))).toCompletableFuture()
                    .join();
        }
        assertThat(words()).isEmpty();
    }

    /** A stopping worker hands jobs back with no attempt used: nothing but their log tells that they ran. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoEndsAJobThatWasHandedBackTakesAlongWhatItSaidBefore(boolean cancelled) {
        keep(Duration.ZERO, 100);
        ClaimedJob first = said(job());
        settle(Verdict.release(first.lease(), first.document()));
        if (cancelled) {
            broker.jobs().cancel(first.lease().job());
        }
        try (RedisBroker another = connect()) {
            ClaimedJob second = claim(another, WORKER, 1).get(0);
            assertThat(second.cancelled()).isEqualTo(cancelled);
            another.settle(Verdict.finish(second.lease(), ended(second, JobState.SUCCEEDED))).toCompletableFuture()
                    .join();
        }
        assertThat(words()).isEmpty();
    }

    @Test
    void aJobThatIsCancelledAtRestTakesItsWordsAlong() {
        keep(Duration.ZERO, 100);
        ClaimedJob first = said(job());
        settle(Verdict.retry(first.lease(), DAY, first.document()));
        broker.jobs().cancel(first.lease().job());
        assertThat(words()).isEmpty();
    }

    @Test
    void whoWaitsForAJobThatIsNotKeptReadsItsLogToo() {
        keep(Duration.ZERO, 100);
        JobId id = succeed(said(job().awaited()));
        assertThat(broker.jobs().log(id, 0, 10).lines()).containsExactly("a line");
        assertThat(jedis.pttl(BASE + "log:" + id)).isBetween(1L, 30_000L);
    }

    @Test
    void allLogsOfAQueueTogetherAreBounded() {
        List<String> lines = Collections.nCopies(500, "x".repeat(2_000));
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            ClaimedJob job = running(1).get(0);
            ids.add(job.lease().job());
            broker.report(job.lease(), null, 0, lines).toCompletableFuture().join();
            succeed(job);
        }
        assertThat(Long.parseLong(jedis.hget(BASE + "kept", "log_bytes"))).isBetween(60L << 20, 64L << 20);
        assertThat(words()).hasSizeBetween(50, 70).doesNotContain(BASE + "log:" + ids.get(0));
        assertThat(broker.find(ids.get(0)).job()).isPresent();
    }

    @Test
    void whenOnlyRunningJobsHaveLogsTheirLinesGoAndTheNumbersGoOn() {
        List<String> lines = Collections.nCopies(500, "x".repeat(2_000));
        List<ClaimedJob> running = running(80);
        running.forEach(job -> broker.report(job.lease(), null, 0, lines).toCompletableFuture().join());
        assertThat(Long.parseLong(jedis.hget(BASE + "kept", "log_bytes"))).isLessThanOrEqualTo(64L << 20);
        ClaimedJob emptied = running.stream().filter(job -> jedis.xlen(BASE + "log:" + job.lease().job()) == 0)
                .findFirst().orElseThrow();
        broker.report(emptied.lease(), null, 500, List.of("the next")).toCompletableFuture().join();
        assertThat(broker.jobs().log(emptied.lease().job(), 500, 10).lines()).containsExactly("the next");
    }

    private static NewJob.Builder job() {
        return job(QUEUE);
    }

    private void keep(Duration retention, long most) {
        broker.queues().settings(QUEUE, new QueueSettings(0, retention, most));
    }

    /** Everything that handlers have said. */
    private Set<String> words() {
        Set<String> keys = jedis.keys(BASE + "log:*");
        keys.addAll(jedis.keys(BASE + "progress:*"));
        return keys;
    }

    private List<ClaimedJob> running(int count) {
        submit(count);
        return claim(count);
    }

    /** A running job that has reported. */
    private ClaimedJob said(NewJob.Builder job) {
        new JobClient(broker).enqueue(job.build());
        ClaimedJob claimed = claim();
        report(claimed);
        return claimed;
    }

    private void report(ClaimedJob job) {
        assertThat(broker.report(job.lease(), new Progress(0.5, "half"), 0, List.of("a line")).toCompletableFuture()
                .join()).isEqualTo(WriteResult.RECORDED);
    }
}
