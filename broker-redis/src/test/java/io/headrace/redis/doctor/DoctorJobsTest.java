package io.headrace.redis.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Failure;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.broker.WriteResult;
import io.headrace.redis.TestServer;
import io.headrace.redis.connection.Replies;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Protocol.Command;

/**
 * Breaks each rule of single jobs by hand: the doctor must name exactly that, mend it, and then have nothing to say.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
final class DoctorJobsTest extends DoctorSteps {
    DoctorJobsTest(TestServer server) {
        super(server);
    }

    @Test
    void anIdWithoutDocumentIsLaidAmongTheDead() {
        JobId id = scheduled();
        redis(Command.DEL, key("job:" + id));

        assertFoundAndMended(Defect.INDEX_WITHOUT_DOCUMENT);
        assertThat(redis(Command.ZCARD, key("scheduled"))).isEqualTo("0");
        Job job = broker.find(id).job().orElseThrow();
        assertThat(job.state()).isEqualTo(JobState.DEAD);
        assertThat(String.valueOf(job.document().history().error())).contains("the document is missing");
    }

    @Test
    void aDocumentWithoutIndexIsLaidAmongTheDeadWithTheReason() {
        JobId id = scheduled();
        redis(Command.ZREM, key("scheduled"), id.toString());

        assertFoundAndMended(Defect.DOCUMENT_WITHOUT_INDEX);
        Job job = broker.find(id).job().orElseThrow();
        assertThat(job.state()).isEqualTo(JobState.DEAD);
        Failure error = job.document().history().error();
        assertThat(error).isNotNull();
        assertThat(String.valueOf(error)).contains("document_without_index");
        assertThat(broker.jobs().retry(List.of(id))).hasSize(1);
        assertNothingIsFound();
    }

    @Test
    void aDocumentThatWouldExpireIsKept() {
        JobId id = scheduled();
        redis(Command.EXPIRE, key("job:" + id), "1000");

        assertFoundAndMended(Defect.DOCUMENT_EXPIRES);
        assertThat(redis(Command.TTL, key("job:" + id))).isEqualTo("-1");
    }

    @Test
    void aSecondDocumentOfAFinishedJobGoes() {
        JobId id = finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.SET, key("job:" + id), "{\"type\":\"welcome\",\"payload\":1}");

        assertFoundAndMended(Defect.DOCUMENT_AND_FINISHED);
        assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void aFinishedJobThatIsReleasedDoesNotRunAgain() {
        JobId id = queued();
        ClaimedJob job = claim();
        settle(Verdict.release(job.lease(), job.document()));
        redis(Command.HSET, key("finished:" + Replies.bucket(id)), id.toString(), document(job));
        redis(Command.EXPIRE, key("finished:" + Replies.bucket(id)), "1000");

        assertFoundAndMended(Defect.ENTRY_AND_FINISHED, Defect.KEPT_COUNT, Defect.BUCKET_UNLISTED);
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

        assertFoundAndMended(Defect.ENTRY_AND_FINISHED, Defect.KEPT_COUNT, Defect.BUCKET_UNLISTED);
        assertThat(lag()).isEqualTo("1");
        assertThat(broker.claim(ask()).jobs()).hasSize(1).noneMatch(claimed -> claimed.lease().job().equals(id));
        assertThat(lag()).isEqualTo("0");
    }

    @Test
    void aDeliveredEntryThatNobodyHoldsIsDeliveredAgain() {
        JobId id = queued();
        claim();
        redis(Command.XACK, key("ready:n"), "workers", id.entry());

        assertFoundAndMended(Defect.ENTRY_STRANDED);
        assertThat(claim().lease().job()).isEqualTo(id);
    }

    @Test
    void aLeaseOfAnEntryThatIsGoneIsDropped() {
        JobId id = queued();
        claim();
        redis(Command.XDEL, key("ready:n"), id.entry());

        assertFoundAndMended(Defect.LEASE_GONE);
        assertThat(redis(Command.HLEN, key("running:n"))).isEqualTo("0");
    }

    @Test
    void aPendingEntryWithoutHolderGoesBackToTheLineAndItsWorkerIsRefused() {
        JobId id = queued();
        ClaimedJob first = claim();
        redis(Command.HSET, key("running:n"), id.entry(), ";");

        assertFoundAndMended(Defect.LEASE_UNHELD);
        assertThat(settle(succeeded(first))).isEqualTo(WriteResult.LEASE_LOST);
        ClaimedJob second = claim();
        assertThat(second.lease().job()).isEqualTo(id);
        assertThat(second.lease().attempt()).isEqualTo(2);
        assertThat(settle(succeeded(second))).isEqualTo(WriteResult.RECORDED);
    }

    @Test
    void aHolderWithoutLeaseIsForgotten() {
        redis(Command.XGROUP, "CREATE", key("ready:n"), "workers", "0", "MKSTREAM");
        queued();
        redis(Command.HSET, key("running:n"), "1-1", "ann,1,1763770000123,30000,7");

        assertFoundAndMended(Defect.RUNNING_UNLEASED);
    }

    @Test
    void aHolderOfAReleasedJobIsForgotten() {
        JobId id = queued();
        ClaimedJob job = claim();
        settle(Verdict.release(job.lease(), job.document()));
        redis(Command.HSET, key("running:n"), id.entry(), "ann,1,1763770000123,30000");

        assertFoundAndMended(Defect.RUNNING_UNLEASED);
        assertThat(claim().lease().job()).isEqualTo(id);
    }

    @Test
    void aReleasedJobWithoutRecordIsFoundByClaimsAgain() {
        JobId id = queued();
        ClaimedJob job = claim();
        settle(Verdict.release(job.lease(), job.document()));
        redis(Command.DEL, key("running:n"));

        assertFoundAndMended(Defect.LEASE_UNHELD);
        assertThat(claim().lease().job()).isEqualTo(id);
    }

    @Test
    void aLeaseThatIsLongOverIsToldAndLeftToTheWorkers() {
        JobId id = queued();
        claim();
        redis(Command.XCLAIM, key("ready:n"), "workers", "ann", "0", id.entry(), "IDLE", "89000", "JUSTID");
        assertNothingIsFound();
        redis(Command.XCLAIM, key("ready:n"), "workers", "ann", "0", id.entry(), "IDLE", "95000", "JUSTID");

        assertFoundAndLeft(Defect.LEASE_SILENT);
    }

    @Test
    void aRepublishedJobIsFoundAgainByItsId() {
        JobId id = republished();
        redis(Command.DEL, key("entry:" + id));
        assertThat(broker.find(id).job()).isEmpty();

        assertFoundAndMended(Defect.ADDRESS_MISSING);
        assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.QUEUED);
    }

    @Test
    void aStaleAddressGoes() {
        queued();
        redis(Command.SET, key("entry:mail_n5-0"), "n5-0");

        assertFoundAndMended(Defect.ADDRESS_STALE);
        assertThat(redis(Command.EXISTS, key("entry:mail_n5-0"))).isEqualTo("0");
    }

    @Test
    void aWrongAddressOfAFreshJobHidesItNoMore() {
        JobId id = queued();
        redis(Command.SET, key("entry:" + id), "n5-0");
        assertThat(broker.find(id).job()).isEmpty();

        assertFoundAndMended(Defect.ADDRESS_STALE);
        assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.QUEUED);
    }

    @Test
    void aLockOfAJobThatHasEndedIsFreedAndOneOfALivingJobIsNot() {
        JobId ended = finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.SET, key("unique:gone"), ended.toString(), "EX", "1000");
        redis(Command.SET, key("unique:nonsense"), "nonsense", "EX", "1000");
        NewJob living = NewJob.of("mail", "welcome", "x").uniqueKey("living \u00e9").delay(Duration.ofHours(1)).build();
        JobId id = client.enqueue(living).id();

        assertFoundAndMended(Defect.LOCK_STALE);
        assertThat(redis(Command.EXISTS, key("unique:gone"))).isEqualTo("0");
        assertThat(client.enqueue(living).id()).isEqualTo(id);
    }

    @Test
    void aLockOfALivingJobThatWouldExpireIsKept() {
        queued(NewJob.of("mail", "welcome", "x").uniqueKey("k"));
        redis(Command.EXPIRE, key("unique:k"), "1000");

        assertFoundAndMended(Defect.LOCK_EXPIRES);
        assertThat(redis(Command.TTL, key("unique:k"))).isEqualTo("-1");
    }

    @Test
    void aLivingJobGetsItsLockBackWhereverItIs() {
        JobId inLine = queued(NewJob.of("mail", "welcome", "x").uniqueKey("a"));
        JobId scheduled = queued(NewJob.of("mail", "welcome", "x").uniqueKey("b").delay(Duration.ofHours(1)));
        JobId ended = finished(NewJob.of("mail", "welcome", "x").priority(Priority.HIGH).uniqueKey("c"));
        redis(Command.DEL, key("unique:a"));
        redis(Command.SET, key("unique:b"), ended.toString());

        assertFoundAndMended(Defect.LOCK_STALE, Defect.LOCK_MISSING);
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

        assertFoundAndLeft(Defect.LOCK_SHARED);
    }

    @Test
    void aMarkOfAJobThatHasEndedGoes() {
        JobId id = finished(NewJob.of("mail", "welcome", "x"));
        redis(Command.SADD, key("cancelled"), id.toString());
        redis(Command.SADD, key("cancelling"), id.toString());

        assertFoundAndMended(Defect.MARK_STALE);
        assertThat(redis(Command.EXISTS, key("cancelled"), key("cancelling"))).isEqualTo("0");
    }

    @Test
    void aMarkThatThePlaceDoesNotFitIsPutRight() {
        JobId id = queued();
        claim();
        redis(Command.SADD, key("cancelled"), id.toString());

        assertFoundAndMended(Defect.MARK_MISPLACED);
        assertThat(redis(Command.SISMEMBER, key("cancelling"), id.toString())).isEqualTo("1");
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
        JobId ended = finished(NewJob.of("mail", "welcome", "x").priority(Priority.HIGH));
        redis(Command.SET, key("job:" + ended), "{\"type\":\"welcome\",\"payload\":1}");
        redis(Command.ZADD, key("parked"), "99999999999999", ended.toString());

        assertFoundAndLeft(Defect.ENTRY_AND_REST, Defect.TWO_INDEXES, Defect.TWO_ENTRIES, Defect.REST_AND_FINISHED);
    }

    @Test
    void aFinishedJobThatRunsIsTold() {
        JobId id = finished(NewJob.of("mail", "welcome", "x").retention(Duration.ofHours(2)));
        redis(Command.XADD, key("ready:n"), "*", "id", id.toString(), "job", "{\"type\":\"welcome\",\"payload\":1}");
        claim();

        assertFoundAndLeft(Defect.LEASE_AND_FINISHED, Defect.ADDRESS_MISSING);
    }
}
