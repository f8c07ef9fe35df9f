package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerObserver;
import io.headrace.ClaimRequest;
import io.headrace.ClaimedJob;
import io.headrace.Failure;
import io.headrace.Idempotency;
import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Level;
import io.headrace.NewJob;
import io.headrace.Progress;
import io.headrace.QueueName;
import io.headrace.Settlement;
import io.headrace.UnknownQueue;
import io.headrace.Verdict;
import io.headrace.WorkerId;
import io.headrace.WorkerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Protocol.Command;

/** Breaks each rule of the data model by hand: the doctor must name exactly that, mend it, and then have nothing to say. */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
final class DoctorTest {
    private static final AtomicLong COUNT = new AtomicLong();
    private static final QueueName QUEUE = new QueueName("mail");
    private static final WorkerId ANN = new WorkerId("ann");
    private static final List<Level> LEVELS = List.of(Level.values());

    private final RedisConfig config;
    private final RedisKeys keys;
    private final RedisBroker broker;
    private final JobClient client;
    private final Link link;

    DoctorTest(TestServer server) {
        config = RedisConfig.parse(server.url())
                .withPrefix("d" + System.nanoTime() + "-" + COUNT.incrementAndGet() + ":");
        keys = new RedisKeys(config);
        broker = RedisBroker.connect(config, BrokerObserver.NONE);
        client = new JobClient(broker);
        link = new Link(config, BrokerObserver.NONE, 2, System::nanoTime);
    }

    static Stream<TestServer> servers() {
        return Stream.of(TestServer.embedded(), TestServer.cluster());
    }

    @BeforeEach
    void aWorkerIsAlive() {
        heartbeat(ANN, Duration.ofMinutes(5));
    }

    @AfterEach
    void close() {
        broker.close();
        link.close();
    }

    @Test
    void whatEveryTransitionLeavesBehindIsInOrder() {
        aJobInEveryPlace();

        assertNothingIsFound();
        try (Doctor doctor = Doctor.connect(config)) {
            assertThat(doctor.examineData(Set.of(), DoctorTest::ignore)).singleElement()
                    .satisfies(finding -> assertThat(finding.found()).contains("every rule holds")
                            .contains("of 1 queue"));
        }
    }

    @Test
    void anIdWithoutDocumentIsLaidAmongTheDead() {
        JobId id = scheduled();
        redis(Command.DEL, key("job:" + id));

        assertFoundAndMended(Fault.INDEX_WITHOUT_DOCUMENT);
        assertThat(redis(Command.ZCARD, key("scheduled"))).isEqualTo("0");
        Job job = broker.find(id).job().orElseThrow();
        assertThat(job.state()).isEqualTo(JobState.DEAD);
        assertThat(String.valueOf(job.document().run().error())).contains("the document is missing");
    }

    @Test
    void aDocumentWithoutIndexIsLaidAmongTheDeadWithTheReason() {
        JobId id = scheduled();
        redis(Command.ZREM, key("scheduled"), id.toString());

        assertFoundAndMended(Fault.DOCUMENT_WITHOUT_INDEX);
        Job job = broker.find(id).job().orElseThrow();
        assertThat(job.state()).isEqualTo(JobState.DEAD);
        Failure error = job.document().run().error();
        assertThat(error).isNotNull();
        assertThat(String.valueOf(error)).contains("document_without_index");
        assertThat(broker.operator().retry(List.of(id))).hasSize(1);
        assertNothingIsFound();
    }

    @Test
    void aDocumentThatWouldExpireIsKept() {
        JobId id = scheduled();
        redis(Command.EXPIRE, key("job:" + id), "1000");

        assertFoundAndMended(Fault.DOCUMENT_EXPIRES);
        assertThat(redis(Command.TTL, key("job:" + id))).isEqualTo("-1");
    }

    @Test
    void aSecondDocumentOfAFinishedJobGoes() {
        JobId id = finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.SET, key("job:" + id), "{\"type\":\"welcome\",\"payload\":1}");

        assertFoundAndMended(Fault.DOCUMENT_AND_FINISHED);
        assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void aFinishedJobThatIsReleasedDoesNotRunAgain() {
        JobId id = queued();
        ClaimedJob job = claim();
        settle(Verdict.release(job.lease(), job.document()));
        redis(Command.HSET, key("finished:" + Replies.bucket(id)), id.toString(), document(job));
        redis(Command.EXPIRE, key("finished:" + Replies.bucket(id)), "1000");

        assertFoundAndMended(Fault.ENTRY_AND_FINISHED, Fault.KEPT_COUNT, Fault.BUCKET_UNLISTED);
        assertThat(broker.claim(ask()).jobs()).isEmpty();
    }

    @Test
    void aFinishedJobInLineDoesNotRunAgainAndTheLagStaysKnown() {
        queued();
        JobId id = queued();
        queued();
        ClaimedJob job = claim();
        redis(Command.HSET, key("finished:" + Replies.bucket(id)), id.toString(), document(job));
        redis(Command.EXPIRE, key("finished:" + Replies.bucket(id)), "1000");

        assertFoundAndMended(Fault.ENTRY_AND_FINISHED, Fault.KEPT_COUNT, Fault.BUCKET_UNLISTED);
        assertThat(lag()).isEqualTo("1");
        assertThat(broker.claim(ask()).jobs()).hasSize(1).noneMatch(claimed -> claimed.lease().job().equals(id));
        assertThat(lag()).isEqualTo("0");
    }

    @Test
    void aDeliveredEntryThatNobodyHoldsIsDeliveredAgain() {
        JobId id = queued();
        claim();
        redis(Command.XACK, key("ready:n"), "workers", id.entry());

        assertFoundAndMended(Fault.ENTRY_STRANDED);
        assertThat(claim().lease().job()).isEqualTo(id);
    }

    @Test
    void aLeaseOfAnEntryThatIsGoneIsDropped() {
        JobId id = queued();
        claim();
        redis(Command.XDEL, key("ready:n"), id.entry());

        assertFoundAndMended(Fault.LEASE_GONE);
        assertThat(redis(Command.HLEN, key("running:n"))).isEqualTo("0");
    }

    @Test
    void aPendingEntryWithoutHolderGoesBackToTheLineAndItsWorkerIsRefused() {
        JobId id = queued();
        ClaimedJob first = claim();
        redis(Command.HSET, key("running:n"), id.entry(), ";");

        assertFoundAndMended(Fault.LEASE_UNHELD);
        assertThat(settle(succeeded(first))).isEqualTo(Settlement.LEASE_LOST);
        ClaimedJob second = claim();
        assertThat(second.lease().job()).isEqualTo(id);
        assertThat(second.lease().attempt()).isEqualTo(2);
        assertThat(settle(succeeded(second))).isEqualTo(Settlement.RECORDED);
    }

    @Test
    void aHolderWithoutLeaseIsForgotten() {
        redis(Command.XGROUP, "CREATE", key("ready:n"), "workers", "0", "MKSTREAM");
        queued();
        redis(Command.HSET, key("running:n"), "1-1", "ann,1,1763770000123,30000,7");

        assertFoundAndMended(Fault.RUNNING_UNLEASED);
    }

    @Test
    void aHolderOfAReleasedJobIsForgotten() {
        JobId id = queued();
        ClaimedJob job = claim();
        settle(Verdict.release(job.lease(), job.document()));
        redis(Command.HSET, key("running:n"), id.entry(), "ann,1,1763770000123,30000");

        assertFoundAndMended(Fault.RUNNING_UNLEASED);
        assertThat(claim().lease().job()).isEqualTo(id);
    }

    @Test
    void aReleasedJobWithoutRecordIsFoundByClaimsAgain() {
        JobId id = queued();
        ClaimedJob job = claim();
        settle(Verdict.release(job.lease(), job.document()));
        redis(Command.DEL, key("running:n"));

        assertFoundAndMended(Fault.LEASE_UNHELD);
        assertThat(claim().lease().job()).isEqualTo(id);
    }

    @Test
    void aLeaseThatIsLongOverIsToldAndLeftToTheWorkers() {
        JobId id = queued();
        claim();
        redis(Command.XCLAIM, key("ready:n"), "workers", "ann", "0", id.entry(), "IDLE", "89000", "JUSTID");
        assertNothingIsFound();
        redis(Command.XCLAIM, key("ready:n"), "workers", "ann", "0", id.entry(), "IDLE", "95000", "JUSTID");

        assertFoundAndLeft(Fault.LEASE_SILENT);
    }

    @Test
    void aRepublishedJobIsFoundAgainByItsId() {
        JobId id = republished();
        redis(Command.DEL, key("entry:" + id));
        assertThat(broker.find(id).job()).isEmpty();

        assertFoundAndMended(Fault.ADDRESS_MISSING);
        assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.QUEUED);
    }

    @Test
    void aStaleAddressGoes() {
        queued();
        redis(Command.SET, key("entry:mail_n5-0"), "n5-0");

        assertFoundAndMended(Fault.ADDRESS_STALE);
        assertThat(redis(Command.EXISTS, key("entry:mail_n5-0"))).isEqualTo("0");
    }

    @Test
    void aWrongAddressOfAFreshJobHidesItNoMore() {
        JobId id = queued();
        redis(Command.SET, key("entry:" + id), "n5-0");
        assertThat(broker.find(id).job()).isEmpty();

        assertFoundAndMended(Fault.ADDRESS_STALE);
        assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.QUEUED);
    }

    @Test
    void aLockOfAJobThatHasEndedIsFreedAndOneOfALivingJobIsNot() {
        JobId ended = finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.SET, key("unique:gone"), ended.toString(), "EX", "1000");
        redis(Command.SET, key("unique:nonsense"), "nonsense", "EX", "1000");
        NewJob living = NewJob.of("mail", "welcome", "x").uniqueKey("living \u00e9").delay(Duration.ofHours(1)).build();
        JobId id = client.enqueue(living).id();

        assertFoundAndMended(Fault.LOCK_STALE);
        assertThat(redis(Command.EXISTS, key("unique:gone"))).isEqualTo("0");
        assertThat(client.enqueue(living).id()).isEqualTo(id);
    }

    @Test
    void aLockOfALivingJobThatWouldExpireIsKept() {
        queued(NewJob.of("mail", "welcome", "x").uniqueKey("k"));
        redis(Command.EXPIRE, key("unique:k"), "1000");

        assertFoundAndMended(Fault.LOCK_EXPIRES);
        assertThat(redis(Command.TTL, key("unique:k"))).isEqualTo("-1");
    }

    @Test
    void aLivingJobGetsItsLockBackWhereverItIs() {
        JobId inLine = queued(NewJob.of("mail", "welcome", "x").uniqueKey("a"));
        JobId scheduled = queued(NewJob.of("mail", "welcome", "x").uniqueKey("b").delay(Duration.ofHours(1)));
        JobId ended = finished(NewJob.of("mail", "welcome", "x").level(Level.HIGH).uniqueKey("c"));
        redis(Command.DEL, key("unique:a"));
        redis(Command.SET, key("unique:b"), ended.toString());

        assertFoundAndMended(Fault.LOCK_STALE, Fault.LOCK_MISSING);
        assertThat(redis(Command.GET, key("unique:a"))).isEqualTo(inLine.toString());
        assertThat(redis(Command.GET, key("unique:b"))).isEqualTo(scheduled.toString());
        assertThat(redis(Command.EXISTS, key("unique:c"))).isEqualTo("0");
    }

    @Test
    void twoLivingJobsOfOneUniquenessKeyAreTold() {
        JobId first = queued(NewJob.of("mail", "welcome", "x").uniqueKey("k"));
        redis(Command.DEL, key("unique:k"));
        queued(NewJob.of("mail", "welcome", "x").uniqueKey("k"));
        redis(Command.SET, key("unique:k"), first.toString());

        assertFoundAndLeft(Fault.LOCK_SHARED);
    }

    @Test
    void aMarkOfAJobThatHasEndedGoes() {
        JobId id = finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.SADD, key("cancelled"), id.toString());
        redis(Command.SADD, key("cancelling"), id.toString());

        assertFoundAndMended(Fault.MARK_STALE);
        assertThat(redis(Command.EXISTS, key("cancelled"), key("cancelling"))).isEqualTo("0");
    }

    @Test
    void aMarkThatThePlaceDoesNotFitIsPutRight() {
        JobId id = queued();
        claim();
        redis(Command.SADD, key("cancelled"), id.toString());

        assertFoundAndMended(Fault.MARK_MISPLACED);
        assertThat(redis(Command.SISMEMBER, key("cancelling"), id.toString())).isEqualTo("1");
    }

    @Test
    void countsOfFinishedJobsAreSetRight() {
        JobId id = finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.HSET, key("kept"), Replies.bucket(id), "17");

        assertFoundAndMended(Fault.KEPT_COUNT, Fault.KEPT_TOTAL);
        assertThat(redis(Command.HGET, key("kept"), "total")).isEqualTo("1");
    }

    @Test
    void aLostFinishedJobIsTakenOffTheTotalToo() {
        JobId id = finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.HSET, key("kept"), Replies.bucket(id), "2");
        redis(Command.HSET, key("kept"), "total", "2");

        assertFoundAndMended(Fault.KEPT_COUNT);
        assertThat(redis(Command.HGET, key("kept"), "total")).isEqualTo("1");
    }

    @Test
    void aWrongTotalBecomesTheSum() {
        finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.HSET, key("kept"), "total", "-3");

        assertFoundAndMended(Fault.KEPT_TOTAL);
        assertThat(redis(Command.HGET, key("kept"), "total")).isEqualTo("1");
    }

    @Test
    void bucketsAreListedWhileTheyAreThere() {
        JobId id = finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.ZREM, key("finished"), Replies.bucket(id));
        redis(Command.HSET, key("kept"), "5", "2");
        redis(Command.HSET, key("kept"), "total", "3");

        assertFoundAndMended(Fault.BUCKET_UNLISTED, Fault.KEPT_UNLISTED);
        assertThat(redis(Command.ZSCORE, key("finished"), Replies.bucket(id))).isNotEmpty();
        assertThat(redis(Command.HGET, key("kept"), "total")).isEqualTo("1");
    }

    @Test
    void manyBucketsAreSummedUpToo() {
        finished(NewJob.of("mail", "welcome", "x"));
        String[] fields = new String[1 + 2 * 10_500];
        String[] members = new String[1 + 2 * 10_500];
        fields[0] = key("kept");
        members[0] = key("finished");
        for (int i = 0; i < 10_500; i++) {
            fields[1 + 2 * i] = Integer.toString(100 + i);
            fields[2 + 2 * i] = "1";
            members[1 + 2 * i] = Integer.toString(100 + i);
            members[2 + 2 * i] = Integer.toString(100 + i);
        }
        redis(Command.HSET, fields);
        redis(Command.ZADD, members);

        assertFoundAndMended(Fault.KEPT_TOTAL);
        assertThat(redis(Command.HGET, key("kept"), "total")).isEqualTo("10501");
    }

    @Test
    void whatShouldExpireGetsItsExpiryBack() {
        JobId id = queued();
        JobId ended = finished(NewJob.of("mail", "welcome", "x").level(Level.HIGH));
        ClaimedJob job = claim();
        broker.report(job.lease(), new Progress(0.5, "half"), 0, List.of("a line")).toCompletableFuture().join();
        client.enqueue(NewJob.of("mail", "welcome", "x").idempotency(new Idempotency("i", "f")).build());
        for (String key : List.of("progress:" + id, "log:" + id, "idem:i",
                "finished:" + Replies.bucket(ended))) {
            assertThat(redis(Command.PERSIST, key(key))).as(key).isEqualTo("1");
        }

        assertFoundAndMended(Fault.NO_EXPIRY);
        for (String key : List.of("progress:" + id, "log:" + id, "idem:i",
                "finished:" + Replies.bucket(ended))) {
            assertThat(Long.parseLong(redis(Command.TTL, key(key)))).as(key).isPositive();
        }
    }

    @Test
    void wordsOfAJobThatIsNotOnRecordAreDeleted() {
        JobId lost = new JobId(QUEUE, Level.NORMAL, false, 1, 0);
        queued();
        redis(Command.SET, key("progress:" + lost), "1 0.5 half", "EX", "1000");
        redis(Command.XADD, key("log:" + lost), "0-1", "line", "a line");
        redis(Command.EXPIRE, key("log:" + lost), "1000");

        assertFoundAndMended(Fault.WORDS_ORPHANED);
        assertThat(redis(Command.EXISTS, key("log:" + lost))).isEqualTo("0");
    }

    @Test
    void logsAreCountedAnew() {
        queued();
        broker.report(claim().lease(), null, 0, List.of("a line")).toCompletableFuture().join();
        redis(Command.HSET, key("kept"), "log_bytes", "7");
        redis(Command.ZADD, key("logs"), "1", "nobody");

        assertFoundAndMended(Fault.LOGS_COUNT);
        assertThat(redis(Command.ZCARD, key("logs"))).isEqualTo("1");
    }

    @Test
    void aMissingGroupIsCreatedAndItsJobsRun() {
        JobId id = queued();
        redis(Command.XGROUP, "DESTROY", key("ready:n"), "workers");
        redis(Command.DEL, key("ready:h"));

        assertFoundAndMended(Fault.GROUP_MISSING);
        assertThat(claim().lease().job()).isEqualTo(id);
    }

    @Test
    void anUnknownLagIsKnownAgain() {
        queued();
        JobId deleted = queued();
        queued();
        queued();
        claim();
        redis(Command.XDEL, key("ready:n"), deleted.entry());

        assertFoundAndMended(Fault.LAG_UNKNOWN);
        assertThat(lag()).isEqualTo("2");
        queued();
        assertThat(lag()).isEqualTo("3");
        claim();
        assertThat(lag()).isEqualTo("2");
    }

    @Test
    void consumersOfWorkersThatAreGoneGo() {
        queued();
        redis(Command.XGROUP, "CREATECONSUMER", key("ready:n"), "workers", "bob");

        assertFoundAndMended(Fault.CONSUMER_GONE);
    }

    @Test
    void aWorkerThatFellSilentLeavesTheListOnceItHoldsNothing() {
        WorkerId bob = new WorkerId("bob");
        JobId id = queued();
        heartbeat(bob, Duration.ofMinutes(5));
        broker.claim(new ClaimRequest(QUEUE, bob, 1, Duration.ofSeconds(30), List.of(Level.NORMAL)));
        redis(Command.DEL, config.prefix() + "worker:bob");

        assertFoundAndLeft(Fault.WORKER_GONE);
        redis(Command.XCLAIM, key("ready:n"), "workers", "ann", "0", id.entry(), "JUSTID");
        assertFoundAndMended(Fault.WORKER_GONE, Fault.CONSUMER_GONE);
        assertThat(redis(Command.SISMEMBER, config.prefix() + "workers", "bob")).isEqualTo("0");
    }

    @Test
    void aSettingThatIsNoNumberInBoundsGoes() {
        queued();
        redis(Command.HSET, key("settings"), "max_backlog", "10000000000000000", "max_kept", "5", "paused", "maybe");

        assertFoundAndMended(Fault.SETTING_BOUNDS);
        assertThat(redis(Command.HEXISTS, key("settings"), "max_backlog")).isEqualTo("0");
        assertThat(redis(Command.HEXISTS, key("settings"), "paused")).isEqualTo("0");
        assertThat(redis(Command.HGET, key("settings"), "max_kept")).isEqualTo("5");
    }

    @Test
    void aSignOfLifeExpires() {
        redis(Command.PERSIST, config.prefix() + "worker:ann");

        assertFoundAndMended(Fault.WORKER_FOREVER);
    }

    @Test
    void theListOfQueuesIsTheQueuesThatThereAre() {
        queued();
        redis(Command.SADD, config.prefix() + "queues", "ghost");
        redis(Command.SREM, config.prefix() + "queues", "mail");

        assertFoundAndMended(Fault.QUEUE_UNLISTED, Fault.QUEUE_EMPTY);
        assertThat(broker.operator().queues()).extracting(info -> info.queue()).containsExactly(QUEUE);
    }

    @Test
    void jobsInTwoPlacesAreToldAndLeftToPeople() {
        JobId inLine = queued();
        redis(Command.SET, key("job:" + inLine), "{\"type\":\"welcome\",\"payload\":1}");
        redis(Command.ZADD, key("dead"), "1", inLine.toString());
        JobId twice = scheduled();
        redis(Command.ZADD, key("retrying"), "99999999999999", twice.toString());
        JobId republished = republished();
        redis(Command.XADD, key("ready:n"), "*", "id", republished.toString(), "job",
                "{\"type\":\"welcome\",\"payload\":1}");
        JobId ended = finished(NewJob.of("mail", "welcome", "x").level(Level.HIGH));
        redis(Command.SET, key("job:" + ended), "{\"type\":\"welcome\",\"payload\":1}");
        redis(Command.ZADD, key("parked"), "99999999999999", ended.toString());

        assertFoundAndLeft(Fault.ENTRY_AND_REST, Fault.TWO_INDEXES, Fault.TWO_ENTRIES, Fault.REST_AND_FINISHED);
    }

    @Test
    void aFinishedJobThatRunsIsTold() {
        JobId id = finished(NewJob.of("mail", "welcome", "x").retention(Duration.ofHours(2)));
        redis(Command.XADD, key("ready:n"), "*", "id", id.toString(), "job", "{\"type\":\"welcome\",\"payload\":1}");
        claim();

        assertFoundAndLeft(Fault.LEASE_AND_FINISHED, Fault.ADDRESS_MISSING);
    }

    @Test
    void whatHeadraceDidNotWriteIsNamed() {
        JobId id = scheduled();
        redis(Command.SET, key("job:" + id), "not json");
        redis(Command.XADD, key("ready:n"), "*", "job", "{");
        redis(Command.XADD, key("ready:l"), "*", "colour", "red");
        redis(Command.XADD, key("ready:l"), "*", "id", "nonsense", "job", "{\"type\":\"a\",\"payload\":1}");
        redis(Command.ZADD, key("scheduled"), "99999999999999", "rubbish");
        redis(Command.SET, key("job:rubbish"), "{\"type\":\"a\",\"payload\":1}");
        redis(Command.SET, key("unheard"), "of");
        redis(Command.SET, config.prefix() + "other", "x");
        redis(Command.SADD, key("log:" + id), "not a stream");

        assertFoundAndLeft(Fault.UNREADABLE, Fault.NOT_AN_ID, Fault.UNKNOWN_KEY, Fault.UNKNOWN_KEY, Fault.WRONG_TYPE);
    }

    @Test
    void aQueueWithAKeyOfTheWrongTypeIsToldAndNotLookedAtFurther() {
        JobId id = scheduled();
        redis(Command.DEL, key("ready:n"));
        redis(Command.SET, key("ready:n"), "a string where a stream should be");
        redis(Command.DEL, key("job:" + id));

        assertFoundAndLeft(Fault.WRONG_TYPE);
    }

    @Test
    void onlyTheQueuesAskedForAreLookedAt() {
        JobId id = scheduled();
        redis(Command.DEL, key("job:" + id));
        client.enqueue(NewJob.of("other", "welcome", "x").build());

        try (Doctor doctor = Doctor.connect(config)) {
            assertThat(doctor.examineData(Set.of(new QueueName("other")), DoctorTest::ignore))
                    .allMatch(finding -> finding.level() == Finding.Level.OK);
            assertThatThrownBy(() -> doctor.examineData(Set.of(new QueueName("unheard")), DoctorTest::ignore))
                    .isInstanceOf(UnknownQueue.class);
        }
    }

    @Test
    void thisServerIsFitToKeepJobs() {
        queued();
        try (Doctor doctor = Doctor.connect(config)) {
            assertThat(doctor.examineServers()).allMatch(finding -> finding.level() == Finding.Level.OK)
                    .extracting(Finding::check).contains("version", "aof", "eviction", "memory", "latency",
                            "replication", "clock", "durability");
        }
    }

    @Test
    void aBusyQueueIsNeverSuspected() throws Exception {
        aJobInEveryPlace();
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong settled = new AtomicLong();
        List<WorkerId> workers = List.of(ANN, new WorkerId("bob"), new WorkerId("cid"));
        ExecutorService threads = Executors.newFixedThreadPool(2 * workers.size());
        try {
            List<Future<?>> all = new ArrayList<>();
            for (WorkerId worker : workers) {
                heartbeat(worker, Duration.ofMinutes(5));
                all.add(threads.submit(() -> produce(over)));
                all.add(threads.submit(() -> consume(worker, over, settled)));
            }
            Wait.until("traffic flows", () -> settled.get() > 500);
            long before = settled.get();
            for (int i = 0; i < 20; i++) {
                assertNothingIsFound();
            }
            assertThat(settled.get()).isGreaterThan(before);
            over.set(true);
            for (Future<?> each : all) {
                each.get(20, TimeUnit.SECONDS);
            }
        } finally {
            over.set(true);
            threads.shutdownNow();
        }
        assertNothingIsFound();
    }

    private void produce(AtomicBoolean over) {
        for (long i = 0; !over.get(); i++) {
            NewJob.Builder job = NewJob.of("mail", "welcome", i).level(LEVELS.get((int) (i % 3)));
            if (i % 4 == 1) {
                job.uniqueKey("key-" + i % 16);
            } else if (i % 4 == 2) {
                job.delay(Duration.ofMillis(i % 50));
            } else if (i % 8 == 3) {
                job.retention(Duration.ofMillis(100 + i % 500));
            }
            JobId id = client.enqueue(job.build()).id();
            if (i % 9 == 5) {
                broker.operator().cancel(id);
            }
            // the consumers set the pace, so that the doctor has an end to reach
            Wait.until("the backlog is worked off",
                    () -> over.get() || Long.parseLong(redis(Command.XLEN, key("ready:n"))) < 300);
        }
    }

    private void consume(WorkerId worker, AtomicBoolean over, AtomicLong settled) {
        ClaimRequest some = new ClaimRequest(QUEUE, worker, 20, Duration.ofSeconds(30), LEVELS);
        while (!over.get()) {
            List<CompletableFuture<Settlement>> answers = new ArrayList<>();
            for (ClaimedJob job : broker.claim(some).jobs()) {
                answers.add(broker.settle(verdict(job, settled.incrementAndGet())).toCompletableFuture());
            }
            answers.forEach(CompletableFuture::join);
        }
    }

    private static Verdict verdict(ClaimedJob job, long n) {
        if (job.cancelled()) {
            return Verdict.finish(job.lease(),
                    job.document().with(job.document().run().ended(JobState.CANCELLED, job.claimedAt(), null)));
        }
        return switch ((int) (n % 10)) {
            case 0, 1 -> Verdict.retry(job.lease(), Duration.ofMillis(n % 40), job.document());
            case 2 -> Verdict.release(job.lease(), job.document());
            case 3 -> Verdict.park(job.lease(), Duration.ofMillis(n % 40), job.document());
            case 4 -> Verdict.bury(job.lease(), job.document());
            default -> succeeded(job);
        };
    }

    private void aJobInEveryPlace() {
        scheduled();
        republished();
        finished(NewJob.of("mail", "welcome", "x"));
        finished(NewJob.of("mail", "welcome", "x").retention(Duration.ofHours(1)).uniqueKey("a"));
        finished(NewJob.of("mail", "welcome", "x").retention(Duration.ZERO));
        for (Level level : Level.values()) {
            queued(NewJob.of("mail", "welcome", "x").level(level).uniqueKey(level.label()));
        }
        ClaimedJob released = claim(Level.HIGH);
        settle(Verdict.release(released.lease(), released.document()));
        queued();
        broker.operator().cancel(queued(NewJob.of("mail", "welcome", "x").uniqueKey("c")));
        settle(retried(claim()));
        ClaimedJob parked = claim();
        settle(Verdict.park(parked.lease(), Duration.ofHours(1), parked.document()));
        queued();
        ClaimedJob running = claim();
        broker.report(running.lease(), new Progress(0.5, "half"), 0, List.of("a line")).toCompletableFuture().join();
        broker.operator().cancel(running.lease().job());
        queued(NewJob.of("mail", "welcome", "x").level(Level.LOW).idempotency(new Idempotency("i", "f")));
        ClaimedJob dead = claim(Level.LOW);
        settle(Verdict.bury(dead.lease(), dead.document()));
    }

    // steps

    private JobId queued() {
        return queued(NewJob.of("mail", "welcome", Map.of("to", "a")));
    }

    private JobId queued(NewJob.Builder job) {
        return client.enqueue(job.build()).id();
    }

    private JobId scheduled() {
        return queued(NewJob.of("mail", "welcome", "x").delay(Duration.ofHours(1)));
    }

    private JobId republished() {
        JobId id = scheduled();
        broker.operator().runNow(id);
        return id;
    }

    private JobId finished(NewJob.Builder job) {
        JobId id = queued(job);
        assertThat(settle(succeeded(claim(id.level())))).isEqualTo(Settlement.RECORDED);
        return id;
    }

    private ClaimRequest ask() {
        return new ClaimRequest(QUEUE, ANN, 1, Duration.ofSeconds(30), List.of(Level.NORMAL));
    }

    private ClaimedJob claim() {
        return claim(Level.NORMAL);
    }

    private ClaimedJob claim(Level level) {
        return broker.claim(new ClaimRequest(QUEUE, ANN, 1, Duration.ofSeconds(30), List.of(level))).jobs().get(0);
    }

    private static Verdict succeeded(ClaimedJob job) {
        return Verdict.finish(job.lease(),
                job.document().with(job.document().run().ended(JobState.SUCCEEDED, job.claimedAt(), null)));
    }

    private static Verdict retried(ClaimedJob job) {
        return Verdict.retry(job.lease(), Duration.ofHours(1), job.document());
    }

    private Settlement settle(Verdict verdict) {
        return broker.settle(verdict).toCompletableFuture().join();
    }

    private static String document(ClaimedJob job) {
        return Replies.text(job.document().bytes());
    }

    private void heartbeat(WorkerId worker, Duration lifetime) {
        broker.heartbeat(new WorkerInfo(worker, "host", 1, Instant.EPOCH, List.of(QUEUE), List.of(), 1, 0,
                Duration.ofSeconds(30), "running", "test", List.of()), lifetime);
    }

    private String key(String name) {
        return keys.base(QUEUE) + name;
    }

    private String redis(Command command, String... words) {
        byte[][] arguments = Arrays.stream(words).map(RedisKeys::bytes).toArray(byte[][]::new);
        byte[] key = command == Command.XGROUP ? arguments[1] : arguments[0];
        Object answer = link.call(key, new Link.Request(command, arguments));
        return Replies.text(answer);
    }

    private String lag() {
        byte[] stream = RedisKeys.bytes(key("ready:n"));
        Object groups = link.call(stream, new Link.Request(Command.XINFO, RedisKeys.bytes("GROUPS"), stream));
        return String.valueOf(Replies.map(Replies.list(groups).get(0)).get("lag"));
    }

    private static void ignore(long done, long total, String what) {}

    // what the doctor says

    private void assertNothingIsFound() {
        try (Doctor doctor = Doctor.connect(config)) {
            assertThat(doctor.examineData(Set.of(), DoctorTest::ignore))
                    .allMatch(finding -> finding.level() == Finding.Level.OK);
        }
    }

    private static List<Fault> faults(List<Finding> findings) {
        return findings.stream().filter(finding -> finding.level() != Finding.Level.OK)
                .map(finding -> Arrays.stream(Fault.values())
                        .filter(fault -> fault.finding(finding.queue(), finding.count(), List.of()).found()
                                .equals(finding.found()))
                        .findFirst().orElseThrow())
                .toList();
    }

    private void assertFoundAndMended(Fault... expected) {
        try (Doctor doctor = Doctor.connect(config)) {
            List<Finding> findings = doctor.examineData(Set.of(), DoctorTest::ignore);
            assertThat(faults(findings)).as("%s", findings).containsExactlyInAnyOrder(expected);
            assertThat(doctor.repair(DoctorTest::ignore)).hasSize(expected.length)
                    .allMatch(repaired -> repaired.repaired() == repaired.finding().count());
        }
        assertNothingIsFound();
    }

    private void assertFoundAndLeft(Fault... expected) {
        try (Doctor doctor = Doctor.connect(config)) {
            List<Finding> findings = doctor.examineData(Set.of(), DoctorTest::ignore);
            assertThat(faults(findings)).as("%s", findings).containsExactlyInAnyOrder(expected);
            assertThat(doctor.repair(DoctorTest::ignore)).allMatch(repaired -> repaired.repaired() == 0
                    || repaired.finding().check().equals("addresses"));
        }
    }
}
