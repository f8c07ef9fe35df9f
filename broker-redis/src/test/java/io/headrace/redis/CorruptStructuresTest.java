package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.DataDamaged;
import io.headrace.Idempotency;
import io.headrace.IdempotencyConflict;
import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Submission;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.JobPage;
import io.headrace.broker.JobQuery;
import io.headrace.broker.MoveResult;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerInfo;
import io.headrace.broker.WriteResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What somebody wrote by hand into what a queue has one of, its indexes and settings, and into the registry: it is
 * passed over or named, and never stops the jobs around it, the lists, the counts, or another queue.
 */
final class CorruptStructuresTest extends CorruptionSteps {
    @ParameterizedTest
    @ValueSource(strings = {"scheduled", "retrying", "parked", "dead"})
    void whatIsNoJobIdInAnIndexIsPassedOver(String index) {
        JobId good = submit();
        for (String member : List.of("", "nonsense", "other_n1-0", "mail_x1-0", "mail_n1-0-0", "\u0000",
                "mail_n99999999999999999999-0")) {
            jedis.zadd(base + index, 1, member);
            jedis.set(base + "job:" + member, GOOD);
        }
        jedis.zadd(base + index, Double.POSITIVE_INFINITY, "for ever");
        look();

        assertThat(runAll()).containsExactly(good);

        look();
        if (!index.equals("dead")) {
            assertThat(jedis.zcard(base + index)).isEqualTo(1);
        }
        JobId next = submit();
        ClaimedJob job = claim(ANN).get(0);
        assertThat(settle(Verdict.bury(job.lease(), job.document()))).isEqualTo(WriteResult.RECORDED);
        assertThat(list(JobState.DEAD)).containsExactly(next);
        if (index.equals("dead")) {
            assertThat(jedis.zcard(base + index)).as("what is older than the retention goes, too").isEqualTo(2);
        }
    }

    @Test
    void aScoreThatIsNoTimeStopsNothing() {
        JobId never = scheduled();
        JobId past = scheduled();
        jedis.zadd(base + "scheduled", Double.POSITIVE_INFINITY, never.toString());
        jedis.zadd(base + "scheduled", Double.NEGATIVE_INFINITY, past.toString());
        look();
        JobPage<Job> first = broker.jobs().list(new JobQuery(QUEUE, JobState.SCHEDULED, null, null, null, 1));
        assertThat(first.jobs()).extracting(Job::id).containsExactly(past);
        assertThat(
                broker.jobs().list(new JobQuery(QUEUE, JobState.SCHEDULED, null, null, first.next().orElseThrow(), 1))
                        .jobs())
                .extracting(Job::id).containsExactly(never);
        assertThat(runAll()).containsExactly(past);
        assertThat(broker.jobs().runNow(never)).isEqualTo(MoveResult.DONE);
        assertThat(runAll()).containsExactly(never);
    }

    @Test
    void whatIsNoJobIdAmongTheCancelledIsPassedOver() {
        submit();
        jedis.sadd(base + "cancelled", "", "nonsense", "other_n1-0", "\u0000");
        jedis.sadd(base + "cancelling", "", "nonsense");
        look();
        assertThat(list(JobState.CANCELLED)).isEmpty();
        assertThat(runAll()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "-5", "1.5", "1e400", "99999999999999999999"})
    void settingsAndCountersThatAreNoNumbersCountAsNotSet(String value) {
        JobId first = submit();
        for (String field : List.of("paused", "retention_ms", "max_kept", "max_backlog", "created_ms",
                "watched_until_ms")) {
            jedis.hset(base + "settings", field, value);
        }
        for (String field : List.of("succeeded", "dead", "trimmed")) {
            jedis.hset(base + "totals", field, value);
        }
        jedis.hset(base + "kept", "total", value);
        jedis.hset(base + "kept", "gone_through", value);
        jedis.set(base + "sequence", value);
        jedis.set(base + "fence", value);
        look();
        assertThat(broker.queues().settings(QUEUE).retention()).isEqualTo(QueueSettings.DEFAULT.retention());
        assertThat(broker.queues().info(QUEUE).orElseThrow().paused()).isFalse();

        assertThat(runAll()).containsExactly(first);

        assertThat(find(first).state()).isEqualTo(JobState.SUCCEEDED);
        JobId later = scheduled();
        assertThat(find(later).state()).isEqualTo(JobState.SCHEDULED);
        assertThat(broker.jobs().cancel(later)).isEqualTo(MoveResult.DONE);
        look();
    }

    @Test
    void aBacklogLimitThatIsNoNumberRefusesNobody() {
        submit();
        jedis.hset(base + "settings", "max_backlog", "lots");
        try (RedisBroker fresh = RedisBroker.connect(config, BrokerObserver.NONE)) {
            assertThat(new JobClient(fresh).enqueue(NewJob.of("mail", "welcome", 1).build()).kind())
                    .isEqualTo(Submission.Kind.ACCEPTED);
        }
    }

    @Test
    void garbageInTheRegistryHidesNobody() {
        submit();
        jedis.sadd(prefix + "queues", "", "NOT A NAME", "\u0000", "x".repeat(100));
        jedis.sadd(prefix + "workers", "", "NOT A NAME", "gone", "json", "array", "hash");
        jedis.set(prefix + "worker:json", "{");
        jedis.set(prefix + "worker:array", "[]");
        jedis.set(prefix + "worker:NOT A NAME", "{}");
        jedis.hset(prefix + "worker:hash", "a", "b");
        broker.heartbeat(new WorkerInfo(ANN, "host", 1, Instant.EPOCH, List.of(QUEUE), List.of(), 1, 0, LEASE,
                "running", "1", List.of()), LEASE);
        look();
        assertThat(broker.workers().live()).extracting(WorkerInfo::id).containsExactly(ANN);
        assertThat(broker.queues().info(QUEUE).orElseThrow().workers()).isEqualTo(1);
    }

    @Test
    void aKeyThatCannotBeReadRunsNoJobTwiceAndLocksNobodyOut() {
        submit();
        jedis.set(base + "idem:a", "nonsense");
        jedis.sadd(base + "idem:b", "x");
        jedis.set(base + "idem:c", "print nonsense REPLAYED");
        for (String key : List.of("a", "b", "c")) {
            assertThatThrownBy(() -> client.enqueue(
                    NewJob.of("mail", "welcome", 1).idempotency(new Idempotency(key, "print")).build()))
                    .isInstanceOf(IdempotencyConflict.class);
        }
        jedis.set(base + "unique:a", "nonsense");
        jedis.sadd(base + "unique:b", "x");
        for (String key : List.of("a", "b")) {
            assertThat(client.enqueue(NewJob.of("mail", "welcome", 1).uniqueKey(key).build()).kind())
                    .isEqualTo(Submission.Kind.ACCEPTED);
            assertThat(client.enqueue(NewJob.of("mail", "welcome", 1).uniqueKey(key).build()).kind())
                    .isEqualTo(Submission.Kind.DUPLICATE);
        }
    }

    @ParameterizedTest
    @CsvSource({"ready:h", "ready:n", "ready:l", "running:h", "running:n", "running:l", "leases", "scheduled",
        "retrying",
        "parked",
        "dead", "finished", "kept", "cancelled", "cancelling", "settings"})
    void aStructureOfAWrongTypeIsNamedAndStopsNoOtherQueueAndLosesNothing(String name) {
        JobId id = submit();
        ClaimedJob job = claim(ANN).get(0);
        JobId waiting = submit();
        JobId elsewhere = client.enqueue(NewJob.of("other", "welcome", 1).build()).id();
        String key = base + name;
        String saved = "saved:" + key;
        if (jedis.exists(key)) {
            jedis.rename(key, saved);
        }
        jedis.set(key, "text");

        List<String> complaints = new ArrayList<>();
        for (Runnable call : List.<Runnable>of(() -> claim(BOB), () -> settle(success(job)),
                () -> broker.queues().info(QUEUE), () -> broker.find(id), () -> broker.jobs().cancel(waiting),
                () -> broker.queues().settings(QUEUE), () -> list(JobState.DEAD), () -> list(JobState.QUEUED),
                () -> broker.renew(List.of(job.lease()), LEASE))) {
            try {
                call.run();
            } catch (DataDamaged e) {
                complaints.add(e.getMessage());
            }
        }
        assertThat(complaints).isNotEmpty().allSatisfy(
                complaint -> assertThat(complaint).contains(key).contains("headrace doctor"));
        assertThat(broker.queues().all()).extracting(QueueInfo::queue).contains(OTHER);
        assertThat(claim(OTHER, BOB)).extracting(other -> other.lease().job()).containsExactly(elsewhere);

        jedis.del(key);
        if (jedis.exists(saved)) {
            jedis.rename(saved, key);
        }
        settle(success(job));
        assertThat(find(id).state()).isEqualTo(JobState.SUCCEEDED);
        runAll();
        assertThat(find(waiting).state()).isIn(JobState.SUCCEEDED, JobState.CANCELLED, JobState.RUNNING);
        look();
    }

    @Test
    void aLevelThatIsNoStreamIsPassedOverWhileAnotherHasJobs() {
        jedis.set(base + "ready:l", "text");
        JobId id = submit();

        assertThat(claim(ANN)).extracting(job -> job.lease().job()).containsExactly(id);
        assertThatThrownBy(() -> claim(ANN)).isInstanceOf(DataDamaged.class).hasMessageContaining(base + "ready:l");
    }

    @ParameterizedTest
    @ValueSource(strings = {"totals", "wake", "sequence", "fence"})
    void whatOnlyCountsOrHintsMayBeOfAnyType(String name) {
        submit();
        String key = base + name;
        jedis.del(key);
        jedis.sadd(key, "x");
        JobId later = scheduled();
        assertThat(broker.jobs().cancel(later)).isEqualTo(MoveResult.DONE);
        JobId id = submit();
        assertThat(runAll()).contains(id);
        assertThat(find(id).state()).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void deadJobsStayWhenTheirDeletionCannotBePutOnRecord() {
        JobId id = submit();
        ClaimedJob job = claim(ANN).get(0);
        settle(Verdict.bury(job.lease(), job.document()));
        jedis.set(base + "finished", "text");

        assertThatThrownBy(() -> broker.jobs().deleteDead(List.of(id))).isInstanceOf(DataDamaged.class);

        assertThat(list(JobState.DEAD)).containsExactly(id);
    }
}
