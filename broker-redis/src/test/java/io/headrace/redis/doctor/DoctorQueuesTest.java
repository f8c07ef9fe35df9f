package io.headrace.redis.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Idempotency;
import io.headrace.JobId;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.Progress;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.WorkerId;
import io.headrace.redis.TestServer;
import io.headrace.redis.connection.Replies;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Protocol.Command;

/**
 * Breaks each rule of queues and workers by hand: the doctor must name exactly that, mend it, and then have nothing to
 * say.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
final class DoctorQueuesTest extends DoctorSteps {
    DoctorQueuesTest(TestServer server) {
        super(server);
    }

    @Test
    void countsOfFinishedJobsAreSetRight() {
        JobId id = finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.HSET, key("kept"), Replies.bucket(id), "17");

        assertFoundAndMended(Defect.KEPT_COUNT, Defect.KEPT_TOTAL);
        assertThat(redis(Command.HGET, key("kept"), "total")).isEqualTo("1");
    }

    @Test
    void aLostFinishedJobIsTakenOffTheTotalToo() {
        JobId id = finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.HSET, key("kept"), Replies.bucket(id), "2");
        redis(Command.HSET, key("kept"), "total", "2");

        assertFoundAndMended(Defect.KEPT_COUNT);
        assertThat(redis(Command.HGET, key("kept"), "total")).isEqualTo("1");
    }

    @Test
    void aWrongTotalBecomesTheSum() {
        finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.HSET, key("kept"), "total", "-3");

        assertFoundAndMended(Defect.KEPT_TOTAL);
        assertThat(redis(Command.HGET, key("kept"), "total")).isEqualTo("1");
    }

    @Test
    void bucketsAreListedWhileTheyAreThere() {
        JobId id = finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.ZREM, key("finished"), Replies.bucket(id));
        redis(Command.HSET, key("kept"), "5", "2");
        redis(Command.HSET, key("kept"), "total", "3");

        assertFoundAndMended(Defect.BUCKET_UNLISTED, Defect.KEPT_UNLISTED);
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

        assertFoundAndMended(Defect.KEPT_TOTAL);
        assertThat(redis(Command.HGET, key("kept"), "total")).isEqualTo("10501");
    }

    @Test
    void whatShouldExpireGetsItsExpiryBack() {
        JobId id = queued();
        JobId ended = finished(NewJob.of("mail", "welcome", "x").priority(Priority.HIGH));
        ClaimedJob job = claim();
        broker.report(job.lease(), new Progress(0.5, "half"), 0, List.of("a line")).toCompletableFuture().join();
        client.enqueue(NewJob.of("mail", "welcome", "x").idempotency(new Idempotency("i", "f")).build());
        for (String key : List.of("progress:" + id, "log:" + id, "idem:i",
                "finished:" + Replies.bucket(ended))) {
            assertThat(redis(Command.PERSIST, key(key))).as(key).isEqualTo("1");
        }

        assertFoundAndMended(Defect.NO_EXPIRY);
        for (String key : List.of("progress:" + id, "log:" + id, "idem:i",
                "finished:" + Replies.bucket(ended))) {
            assertThat(Long.parseLong(redis(Command.TTL, key(key)))).as(key).isPositive();
        }
    }

    @Test
    void wordsOfAJobThatIsNotOnRecordAreDeleted() {
        JobId lost = new JobId(QUEUE, Priority.NORMAL, false, 1, 0);
        queued();
        redis(Command.SET, key("progress:" + lost), "1 0.5 half", "EX", "1000");
        redis(Command.XADD, key("log:" + lost), "0-1", "line", "a line");
        redis(Command.EXPIRE, key("log:" + lost), "1000");

        assertFoundAndMended(Defect.WORDS_ORPHANED);
        assertThat(redis(Command.EXISTS, key("log:" + lost))).isEqualTo("0");
    }

    @Test
    void logsAreCountedAnew() {
        queued();
        broker.report(claim().lease(), null, 0, List.of("a line")).toCompletableFuture().join();
        redis(Command.HSET, key("kept"), "log_bytes", "7");
        redis(Command.ZADD, key("logs"), "1", "nobody");

        assertFoundAndMended(Defect.LOGS_COUNT);
        assertThat(redis(Command.ZCARD, key("logs"))).isEqualTo("1");
    }

    @Test
    void aMissingGroupIsCreatedAndItsJobsRun() {
        JobId id = queued();
        redis(Command.XGROUP, "DESTROY", key("ready:n"), "workers");
        redis(Command.DEL, key("ready:h"));

        assertFoundAndMended(Defect.GROUP_MISSING);
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

        assertFoundAndMended(Defect.LAG_UNKNOWN);
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

        assertFoundAndMended(Defect.CONSUMER_GONE);
    }

    @Test
    void aWorkerThatFellSilentLeavesTheListOnceItHoldsNothing() {
        WorkerId bob = new WorkerId("bob");
        JobId id = queued();
        heartbeat(bob, Duration.ofMinutes(5));
        broker.claim(new ClaimRequest(QUEUE, bob, 1, Duration.ofSeconds(30), List.of(Priority.NORMAL)));
        redis(Command.DEL, config.prefix() + "worker:bob");

        assertFoundAndLeft(Defect.WORKER_GONE);
        redis(Command.XCLAIM, key("ready:n"), "workers", "ann", "0", id.entry(), "JUSTID");
        assertFoundAndMended(Defect.WORKER_GONE, Defect.CONSUMER_GONE);
        assertThat(redis(Command.SISMEMBER, config.prefix() + "workers", "bob")).isEqualTo("0");
    }

    @Test
    void aSettingThatIsNoNumberInBoundsGoes() {
        queued();
        redis(Command.HSET, key("settings"), "max_backlog", "10000000000000000", "max_kept", "5", "paused", "maybe");

        assertFoundAndMended(Defect.SETTING_BOUNDS);
        assertThat(redis(Command.HEXISTS, key("settings"), "max_backlog")).isEqualTo("0");
        assertThat(redis(Command.HEXISTS, key("settings"), "paused")).isEqualTo("0");
        assertThat(redis(Command.HGET, key("settings"), "max_kept")).isEqualTo("5");
    }

    @Test
    void aSignOfLifeExpires() {
        redis(Command.PERSIST, config.prefix() + "worker:ann");

        assertFoundAndMended(Defect.WORKER_FOREVER);
    }

    @Test
    void theListOfQueuesIsTheQueuesThatThereAre() {
        queued();
        redis(Command.SADD, config.prefix() + "queues", "ghost");
        redis(Command.SREM, config.prefix() + "queues", "mail");

        assertFoundAndMended(Defect.QUEUE_UNLISTED, Defect.QUEUE_EMPTY);
        assertThat(broker.queues().all()).extracting(info -> info.queue()).containsExactly(QUEUE);
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

        assertFoundAndLeft(Defect.UNREADABLE, Defect.NOT_AN_ID, Defect.UNKNOWN_KEY, Defect.UNKNOWN_KEY,
                Defect.WRONG_TYPE);
    }

    @Test
    void aQueueWithAKeyOfTheWrongTypeIsToldAndNotLookedAtFurther() {
        JobId id = scheduled();
        redis(Command.DEL, key("ready:n"));
        redis(Command.SET, key("ready:n"), "a string where a stream should be");
        redis(Command.DEL, key("job:" + id));

        assertFoundAndLeft(Defect.WRONG_TYPE);
    }
}
