package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerObserver;
import io.headrace.BrokerOperator;
import io.headrace.BrokerOperator.Answer;
import io.headrace.BrokerOperator.Query;
import io.headrace.BrokerOperator.QueueSettings;
import io.headrace.ClaimRequest;
import io.headrace.ClaimedJob;
import io.headrace.DataDamaged;
import io.headrace.HeadraceException;
import io.headrace.Idempotency;
import io.headrace.IdempotencyConflict;
import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Level;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.Settlement;
import io.headrace.Submission;
import io.headrace.Verdict;
import io.headrace.WorkerId;
import io.headrace.WorkerInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XAddParams;
import redis.clients.jedis.params.XClaimParams;

/**
 * What somebody wrote into Redis by hand: it is set aside or passed over, and never stops the jobs around it, the lists, the
 * counts, or another queue.
 */
final class CorruptionTest {
    private static final AtomicLong COUNT = new AtomicLong();
    private static final QueueName QUEUE = new QueueName("mail");
    private static final QueueName OTHER = new QueueName("other");
    private static final WorkerId ANN = new WorkerId("ann");
    private static final WorkerId BOB = new WorkerId("bob");
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final String GOOD = "{\"type\":\"welcome\",\"payload\":1}";

    private final String prefix = "c" + System.nanoTime() + "-" + COUNT.incrementAndGet() + ":";
    private final RedisConfig config = RedisConfig.parse(TestServer.embedded().url()).withPrefix(prefix);
    private final RedisBroker broker = RedisBroker.connect(config, BrokerObserver.NONE);
    private final BrokerOperator operator = broker.operator();
    private final JobClient client = new JobClient(broker);
    private final Jedis jedis = new Jedis(config.nodes().iterator().next());
    private final String base = prefix + "{mail}:";

    @AfterEach
    void close() {
        jedis.close();
        broker.close();
    }

    private JobId submit() {
        return client.enqueue(NewJob.of("mail", "welcome", 1).build()).id();
    }

    private JobId scheduled() {
        return client.enqueue(NewJob.of("mail", "welcome", 1).delay(Duration.ofHours(1)).build()).id();
    }

    private JobId addEntry(Map<String, String> fields) {
        StreamEntryID entry = jedis.xadd(base + "ready:n", XAddParams.xAddParams(), fields);
        return JobId.parse("mail_n" + entry);
    }

    private List<ClaimedJob> claim(WorkerId worker) {
        return claim(QUEUE, worker);
    }

    private List<ClaimedJob> claim(QueueName queue, WorkerId worker) {
        return broker.claim(new ClaimRequest(queue, worker, 100, LEASE, List.of(Level.values()))).jobs();
    }

    private static Verdict success(ClaimedJob job) {
        return Verdict.finish(job.lease(),
                job.document().with(job.document().run().ended(JobState.SUCCEEDED, job.claimedAt(), null)));
    }

    private Settlement settle(Verdict verdict) {
        try {
            return broker.settle(verdict).toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof HeadraceException known ? known : e;
        }
    }

    /** Runs all that is in line, and tells what it ran. */
    private List<JobId> runAll() {
        List<JobId> ran = new ArrayList<>();
        for (ClaimedJob job : claim(ANN)) {
            assertThat(settle(success(job))).isEqualTo(Settlement.RECORDED);
            ran.add(job.lease().job());
        }
        return ran;
    }

    private Job find(JobId id) {
        return broker.find(id).job().orElseThrow();
    }

    private JobState eventually(JobId id, JobState expected) {
        Wait.until(id + " is " + expected,
                () -> broker.find(id).job().filter(job -> job.state() == expected).isPresent());
        return find(id).state();
    }

    private List<JobId> list(JobState state) {
        return operator.jobs(new Query(QUEUE, state, null, null, null, 100)).jobs().stream().map(Job::id).toList();
    }

    /** Everything that shows what there is answers. */
    private void look() {
        assertThat(operator.queues()).extracting(BrokerOperator.QueueInfo::queue).contains(QUEUE);
        assertThat(operator.queue(QUEUE)).isPresent();
        for (JobState state : JobState.values()) {
            assertThatCode(() -> list(state)).as("the list of " + state).doesNotThrowAnyException();
        }
        assertThatCode(operator::workers).doesNotThrowAnyException();
        assertThatCode(() -> operator.history(QUEUE, 5)).doesNotThrowAnyException();
        assertThatCode(() -> operator.settings(QUEUE)).doesNotThrowAnyException();
        assertThat(operator.readiness()).isEmpty();
    }

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
        assertThat(find(named).document().run().error()).isNotNull()
                .satisfies(error -> assertThat(error.type()).isEqualTo("corrupt_document"));
        look();
        assertThat(list(JobState.DEAD)).containsExactly(named);
        assertThat(operator.deleteDead(List.of(named))).containsExactly(Answer.DONE);
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
        Wait.until("it is dead", () -> list(JobState.DEAD).size() == 1);
        look();
    }

    @Test
    void anEntryThatSaysMoreThanItMustRunsAsWhatItIs() {
        operator.resume(QUEUE);
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
        assertThat(operator.cancel(corrupt)).isEqualTo(Answer.DONE);
        assertThat(operator.cancel(misnamed)).isEqualTo(Answer.DONE);
        assertThat(list(JobState.CANCELLED)).containsExactlyInAnyOrder(corrupt, misnamed);
        List<ClaimedJob> claimed = claim(ANN);
        assertThat(claimed).extracting(ClaimedJob::cancelled).containsExactly(true);
        assertThat(eventually(corrupt, JobState.CANCELLED)).isEqualTo(JobState.CANCELLED);
        Wait.until("its entry is gone", () -> jedis.xlen(base + "ready:n") == 1);
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
        assertThat(client.enqueue(NewJob.of("mail", "welcome", 1).level(Level.HIGH).build()).kind())
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
        assertThat(operator.cancel(corrupt)).isEqualTo(Answer.DONE);

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
        assertThat(find(cancelled).document().run().error()).isNotNull();
        assertThat(find(hash).state()).isEqualTo(JobState.SCHEDULED);
        look();
        assertThat(operator.cancel(cancelled)).isEqualTo(Answer.DONE);
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
        assertThat(operator.retry(List.of(id))).containsExactly(Answer.WRONG_STATE);
        assertThat(operator.deleteDead(List.of(id))).containsExactly(Answer.DONE);
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
        assertThat(settle(success(job))).isEqualTo(Settlement.RECORDED);
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
        List<ClaimedJob> taken = broker.reclaim(new ClaimRequest(QUEUE, BOB, 10, LEASE, List.of(Level.values())), true);
        assertThat(taken).hasSize(1);
        assertThat(settle(success(taken.get(0)))).isEqualTo(Settlement.RECORDED);
        assertThat(find(id).state()).isEqualTo(JobState.SUCCEEDED);
    }

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
        assertThat(settle(Verdict.bury(job.lease(), job.document()))).isEqualTo(Settlement.RECORDED);
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
        BrokerOperator.Page first = operator.jobs(new Query(QUEUE, JobState.SCHEDULED, null, null, null, 1));
        assertThat(first.jobs()).extracting(Job::id).containsExactly(past);
        assertThat(
                operator.jobs(new Query(QUEUE, JobState.SCHEDULED, null, null, first.next().orElseThrow(), 1)).jobs())
                .extracting(Job::id).containsExactly(never);
        assertThat(runAll()).containsExactly(past);
        assertThat(operator.runNow(never)).isEqualTo(Answer.DONE);
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
    @ValueSource(strings = {"", "nonsense", "x1-0", "n", "n1", "n99999999999999999999999-1", "n5-5"})
    void anAddressThatLeadsNowhereStopsNothing(String address) {
        JobId id = scheduled();
        operator.runNow(id);
        jedis.set(base + "entry:" + id, address);
        assertThatCode(() -> broker.find(id)).doesNotThrowAnyException();
        assertThatCode(() -> operator.cancel(id)).doesNotThrowAnyException();
        look();
        assertThat(runAll()).containsExactly(id);
        assertThat(find(id).state()).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void anAddressOfAnotherTypeStopsNothing() {
        JobId id = scheduled();
        operator.runNow(id);
        jedis.del(base + "entry:" + id);
        jedis.sadd(base + "entry:" + id, "x");
        assertThatCode(() -> broker.find(id)).doesNotThrowAnyException();
        assertThat(runAll()).containsExactly(id);
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
        assertThat(operator.settings(QUEUE).retention()).isEqualTo(QueueSettings.DEFAULT.retention());
        assertThat(operator.queue(QUEUE).orElseThrow().paused()).isFalse();

        assertThat(runAll()).containsExactly(first);

        assertThat(find(first).state()).isEqualTo(JobState.SUCCEEDED);
        JobId later = scheduled();
        assertThat(find(later).state()).isEqualTo(JobState.SCHEDULED);
        assertThat(operator.cancel(later)).isEqualTo(Answer.DONE);
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
        assertThat(operator.workers()).extracting(WorkerInfo::id).containsExactly(ANN);
        assertThat(operator.queue(QUEUE).orElseThrow().workers()).isEqualTo(1);
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

    @Test
    void aLogAndAProgressThatCannotBeReadAreNotShown() {
        JobId id = submit();
        ClaimedJob job = claim(ANN).get(0);
        jedis.set(base + "progress:" + id, "1 lots of");
        jedis.xadd(base + "log:" + id, XAddParams.xAddParams().id("17-5"), Map.of("x", "y"));
        assertThat(find(id).progress()).isNull();
        assertThat(operator.log(id, 0, 10).lines()).isEmpty();
        jedis.del(base + "progress:" + id, base + "log:" + id);
        jedis.sadd(base + "progress:" + id, "x");
        jedis.sadd(base + "log:" + id, "x");
        assertThat(find(id).state()).isEqualTo(JobState.RUNNING);
        assertThat(settle(success(job))).isEqualTo(Settlement.RECORDED);
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
                () -> operator.queue(QUEUE), () -> broker.find(id), () -> operator.cancel(waiting),
                () -> operator.settings(QUEUE), () -> list(JobState.DEAD), () -> list(JobState.QUEUED),
                () -> broker.renew(List.of(job.lease()), LEASE))) {
            try {
                call.run();
            } catch (DataDamaged e) {
                complaints.add(e.getMessage());
            }
        }
        assertThat(complaints).isNotEmpty().allSatisfy(
                complaint -> assertThat(complaint).contains(key).contains("headrace doctor"));
        assertThat(operator.queues()).extracting(BrokerOperator.QueueInfo::queue).contains(OTHER);
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
        assertThat(operator.cancel(later)).isEqualTo(Answer.DONE);
        JobId id = submit();
        assertThat(runAll()).contains(id);
        assertThat(find(id).state()).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void whatALargeClaimLeasedInItsSecondHalfIsToldByTheNextWhenTheAnswerGotLost() throws IOException {
        List<JobId> sent = Stream.generate(this::submit).limit(40).toList();
        try (LossyProxy proxy = new LossyProxy(config.nodes().iterator().next().getPort(), "$10\r\nXREADGROUP\r\n");
                RedisBroker far = RedisBroker.connect(
                        RedisConfig.parse("redis://127.0.0.1:" + proxy.port()).withPrefix(prefix),
                        BrokerObserver.NONE)) {
            ClaimRequest request = new ClaimRequest(QUEUE, ANN, 50, LEASE, List.of(Level.values()));
            List<ClaimedJob> first = far.claim(request).jobs();
            assertThat(proxy.lost()).isEqualTo(1);
            List<ClaimedJob> second = far.claim(request).jobs();
            assertThat(first).isNotEmpty().hasSizeLessThan(40);
            assertThat(Stream.of(first, second).flatMap(List::stream)).extracting(job -> job.lease().job())
                    .containsExactlyElementsOf(sent);
            assertThat(second).allSatisfy(job -> {
                assertThat(job.lease().attempt()).isEqualTo(1);
                assertThat(settle(success(job))).isEqualTo(Settlement.RECORDED);
            });
            assertThat(far.claim(request).jobs()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"QUEUED", "SCHEDULED"})
    void aCancellationWhoseAnswerGotLostIsDoneAllTheSame(JobState state) throws IOException {
        JobId id = state == JobState.QUEUED ? submit() : scheduled();
        try (LossyProxy proxy = new LossyProxy(config.nodes().iterator().next().getPort(), Script.CANCEL);
                RedisBroker far = RedisBroker.connect(
                        RedisConfig.parse("redis://127.0.0.1:" + proxy.port()).withPrefix(prefix),
                        BrokerObserver.NONE)) {
            far.find(id); // the scripts are known from here on
            assertThat(far.operator().cancel(id)).isEqualTo(Answer.DONE);
            assertThat(proxy.lost()).isEqualTo(1);
            assertThat(far.operator().cancel(id)).isEqualTo(Answer.WRONG_STATE);
        }
        assertThat(find(id).state()).isEqualTo(JobState.CANCELLED);
    }

    @Test
    void deadJobsStayWhenTheirDeletionCannotBePutOnRecord() {
        JobId id = submit();
        ClaimedJob job = claim(ANN).get(0);
        settle(Verdict.bury(job.lease(), job.document()));
        jedis.set(base + "finished", "text");

        assertThatThrownBy(() -> operator.deleteDead(List.of(id))).isInstanceOf(DataDamaged.class);

        assertThat(list(JobState.DEAD)).containsExactly(id);
    }
}
