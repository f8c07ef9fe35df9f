package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.DataDamaged;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.Submission;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.MoveResult;
import io.headrace.broker.Verdict;
import io.headrace.broker.WriteResult;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XAddParams;
import redis.clients.jedis.params.XClaimParams;

/**
 * What somebody wrote into Redis by hand in the place of a job, of its lease or of its words: it is set aside or passed
 * over, and never stops the jobs around it, the lists, the counts, or another queue.
 */
final class CorruptJobsTest extends CorruptionSteps {
    static Stream<Map<String, String>> unreadable() {
        return Stream.of(Map.of("foo", "bar"), Map.of("job", ""), Map.of("job", "{"), Map.of("job", "[]"),
                Map.of("job", "\"text\""), Map.of("job", "null"), Map.of("job", "{}"), Map.of("job", "{\"type\":7e9}x"),
                Map.of("job", "{\"type\":\"not allowed!\",\"payload\":1}"),
                Map.of("job", "{\"type\":\"welcome\",\"payload\":1,\"timeoutMs\":-5}"),
                Map.of("job", "{\"type\":\"welcome\",\"payload\":1,\"timeoutMs\":\"soon\"}"),
                Map.of("job", "{\"type\":\"welcome\",\"payload\":1,\"maxRetries\":1e99}"),
                Map.of("job", "{\"type\":\"welcome\",\"payload\":1,\"backoff\":[]}"),
                Map.of("job", "{\"type\":\"welcome\",\"payload\":1,\"run\":\"done\"}"),
                Map.of("job", "{\"type\":\"welcome\",\"payload\":" + "[".repeat(5000) + "}"),
                Map.of("job", "{\"type\":\"wel\u0000come\"}"), Map.of("", ""), Map.of("id", "mail_n1-1"));
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void anEntryThatCannotBeReadIsSetAsideAsDeadWithAReason(Map<String, String> fields) {
        JobId before = submit();
        JobId corrupt = addEntry(fields);
        JobId after = submit();
        if (!fields.containsKey("id")) {
            assertThat(find(corrupt).document().spec().type().value()).isEqualTo("corrupt");
        }
        look();

        assertThat(runAll()).containsExactly(before, after);

        JobId named = fields.containsKey("id") ? JobId.parse("mail_n1-1") : corrupt;
        assertThat(eventually(named, JobState.DEAD)).isEqualTo(JobState.DEAD);
        assertThat(find(named).document().history().error()).isNotNull()
                .satisfies(error -> assertThat(error.type()).isEqualTo("corrupt_document"));
        look();
        assertThat(list(JobState.DEAD)).containsExactly(named);
        assertThat(broker.jobs().deleteDead(List.of(named))).containsExactly(MoveResult.DONE);
        assertThat(broker.find(named).kind()).isNotEqualTo(Lookup.Kind.FOUND);
    }

    @Test
    void bytesThatAreNoTextAreSetAsideToo() {
        JobId before = submit();
        jedis.xadd((base + "ready:n").getBytes(StandardCharsets.UTF_8), XAddParams.xAddParams(),
                Map.of(new byte[]{(byte) 0xff, 0}, new byte[]{1}, "job".getBytes(StandardCharsets.UTF_8),
                        new byte[]{(byte) 0xc3, 0x28, (byte) 0xff}));
        JobId after = submit();
        assertThat(runAll()).containsExactly(before, after);
        Eventually.until("it is dead", () -> list(JobState.DEAD).size() == 1);
        look();
    }

    @Test
    void anEntryThatSaysMoreThanItMustRunsAsWhatItIs() {
        broker.queues().resume(QUEUE);
        JobId extra = addEntry(Map.of("foo", "bar", "job", GOOD, "zzz", "1"));
        JobId misnamed = addEntry(Map.of("id", "nonsense", "job", GOOD));
        JobId foreign = addEntry(Map.of("id", "other_n1-0", "job", GOOD));
        assertThat(find(extra).document().spec().type().value()).isEqualTo("welcome");
        assertThat(find(misnamed).state()).isEqualTo(JobState.QUEUED);
        look();
        assertThat(runAll()).containsExactly(extra, misnamed, foreign);
        assertThat(list(JobState.SUCCEEDED)).containsExactlyInAnyOrder(extra, misnamed, foreign);
    }

    @Test
    void anUnreadableJobThatWasCancelledInLineEndsAsCancelled() {
        JobId corrupt = addEntry(Map.of("job", "{"));
        JobId misnamed = addEntry(Map.of("id", "nonsense", "job", GOOD));
        assertThat(broker.jobs().cancel(corrupt)).isEqualTo(MoveResult.DONE);
        assertThat(broker.jobs().cancel(misnamed)).isEqualTo(MoveResult.DONE);
        assertThat(list(JobState.CANCELLED)).containsExactlyInAnyOrder(corrupt, misnamed);
        List<ClaimedJob> claimed = claim(ANN);
        assertThat(claimed).extracting(ClaimedJob::cancelled).containsExactly(true);
        assertThat(eventually(corrupt, JobState.CANCELLED)).isEqualTo(JobState.CANCELLED);
        Eventually.until("its entry is gone", () -> jedis.xlen(base + "ready:n") == 1);
        assertThat(jedis.scard(base + "cancelled")).isZero();
    }

    @Test
    void anEntryBeyondAnyTimeStopsNeitherTheOthersNorTheLists() {
        JobId before = submit();
        jedis.xadd(base + "ready:n", XAddParams.xAddParams().id("9999999999999999-7"), Map.of("job", GOOD));
        look();
        assertThat(runAll()).containsExactly(before);
        look();
        assertThatThrownBy(this::submit).isInstanceOf(DataDamaged.class).hasMessageContaining("doctor");
        assertThat(client.enqueue(NewJob.of("mail", "welcome", 1).priority(Priority.HIGH).build()).kind())
                .isEqualTo(Submission.Kind.ACCEPTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"type\":\"!\"}"})
    void aDocumentAtRestThatCannotBeReadIsShownAndCancelled(String document) {
        JobId good = scheduled();
        JobId corrupt = scheduled();
        jedis.set(base + "job:" + corrupt, document);

        assertThat(find(corrupt).state()).isEqualTo(JobState.SCHEDULED);
        assertThat(list(JobState.SCHEDULED)).containsExactlyInAnyOrder(good, corrupt);
        assertThat(broker.jobs().cancel(corrupt)).isEqualTo(MoveResult.DONE);

        assertThat(find(corrupt).state()).isEqualTo(JobState.CANCELLED);
        assertThat(list(JobState.SCHEDULED)).containsExactly(good);
    }

    @Test
    void aJobWithoutItsDocumentIsShownCancelledAndSetAside() {
        JobId cancelled = scheduled();
        JobId due = scheduled();
        JobId hash = scheduled();
        jedis.del(base + "job:" + cancelled, base + "job:" + due, base + "job:" + hash);
        jedis.hset(base + "job:" + hash, "a", "b");
        assertThat(find(cancelled).document().history().error()).isNotNull();
        assertThat(find(hash).state()).isEqualTo(JobState.SCHEDULED);
        look();
        assertThat(broker.jobs().cancel(cancelled)).isEqualTo(MoveResult.DONE);
        jedis.zadd(base + "scheduled", 1, due.toString());
        jedis.zadd(base + "scheduled", 1, hash.toString());
        JobId good = submit();
        assertThat(runAll()).containsExactly(good);
        assertThat(eventually(due, JobState.DEAD)).isEqualTo(JobState.DEAD);
        assertThat(eventually(hash, JobState.DEAD)).isEqualTo(JobState.DEAD);
        look();
    }

    @Test
    void aDeadJobWithAnUnreadableDocumentIsShownAndDeleted() {
        JobId id = submit();
        ClaimedJob job = claim(ANN).get(0);
        settle(Verdict.bury(job.lease(), job.document()));
        jedis.set(base + "job:" + id, "\u0001");
        assertThat(list(JobState.DEAD)).containsExactly(id);
        assertThat(broker.jobs().retry(List.of(id))).containsExactly(MoveResult.WRONG_STATE);
        assertThat(broker.jobs().deleteDead(List.of(id))).containsExactly(MoveResult.DONE);
    }

    @Test
    void aFinishedDocumentThatCannotBeReadDoesNotHideTheOthers() {
        JobId first = submit();
        JobId second = submit();
        runAll();
        for (String key : jedis.keys(base + "finished:*")) {
            if (jedis.hexists(key, first.toString())) {
                jedis.hset(key, first.toString(), "{");
            }
            jedis.hset(key, "nonsense", "{");
            jedis.hset(key, "other_n1-0", GOOD);
        }
        jedis.zadd(base + "finished", 5, "nonsense");
        jedis.zadd(base + "finished", 9e15, "also nonsense");
        look();
        assertThat(list(JobState.SUCCEEDED)).containsExactlyInAnyOrder(first, second);
        JobId third = submit();
        assertThat(runAll()).containsExactly(third);
        assertThat(list(JobState.SUCCEEDED)).containsExactlyInAnyOrder(first, second, third);
    }

    @Test
    void aFinishedBucketOfAnotherTypeLosesNoJob() {
        JobId id = submit();
        ClaimedJob job = claim(ANN).get(0);
        jedis.set(base + "finished:" + id.millis() / 100, "text");
        assertThat(settle(success(job))).isEqualTo(WriteResult.RECORDED);
        assertThat(find(id).state()).isEqualTo(JobState.SUCCEEDED);
        look();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "ann,x,y,z", "ann,99999999999999999999,1,1", ";;;", "ann,1",
        "a,1,2,3;b,c,d"})
    void aRecordOfALeaseThatWasOverwrittenIsPassedOver(String value) {
        JobId id = submit();
        ClaimedJob job = claim(ANN).get(0);
        jedis.hset(base + "running:n", id.entry(), value);

        assertThat(find(id).state()).isEqualTo(JobState.RUNNING);
        assertThat(list(JobState.RUNNING)).containsExactly(id);
        look();
        assertThat(broker.renew(List.of(job.lease()), LEASE).lost()).isEmpty();
        jedis.xclaimJustId(base + "ready:n", "workers", "ann", 0,
                XClaimParams.xClaimParams().idle(3_700_000), new StreamEntryID(id.entry()));
        List<ClaimedJob> taken = broker.reclaim(new ClaimRequest(QUEUE, BOB, 10, LEASE, List.of(Priority.values())),
                true);
        assertThat(taken).hasSize(1);
        assertThat(settle(success(taken.get(0)))).isEqualTo(WriteResult.RECORDED);
        assertThat(find(id).state()).isEqualTo(JobState.SUCCEEDED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "x1-0", "n", "n1", "n99999999999999999999999-1", "n5-5"})
    void anAddressThatLeadsNowhereStopsNothing(String address) {
        JobId id = scheduled();
        broker.jobs().runNow(id);
        jedis.set(base + "entry:" + id, address);
        assertThatCode(() -> broker.find(id)).doesNotThrowAnyException();
        assertThatCode(() -> broker.jobs().cancel(id)).doesNotThrowAnyException();
        look();
        assertThat(runAll()).containsExactly(id);
        assertThat(find(id).state()).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void anAddressOfAnotherTypeStopsNothing() {
        JobId id = scheduled();
        broker.jobs().runNow(id);
        jedis.del(base + "entry:" + id);
        jedis.sadd(base + "entry:" + id, "x");
        assertThatCode(() -> broker.find(id)).doesNotThrowAnyException();
        assertThat(runAll()).containsExactly(id);
    }

    @Test
    void aLogAndAProgressThatCannotBeReadAreNotShown() {
        JobId id = submit();
        ClaimedJob job = claim(ANN).get(0);
        jedis.set(base + "progress:" + id, "1 lots of");
        jedis.xadd(base + "log:" + id, XAddParams.xAddParams().id("17-5"), Map.of("x", "y"));
        assertThat(find(id).progress()).isNull();
        assertThat(broker.jobs().log(id, 0, 10).lines()).isEmpty();
        jedis.del(base + "progress:" + id, base + "log:" + id);
        jedis.sadd(base + "progress:" + id, "x");
        jedis.sadd(base + "log:" + id, "x");
        assertThat(find(id).state()).isEqualTo(JobState.RUNNING);
        assertThat(settle(success(job))).isEqualTo(WriteResult.RECORDED);
    }
}
