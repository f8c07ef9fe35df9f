package io.headrace.redis.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerUnavailable;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.broker.WriteResult;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.RedisSteps;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.doctor.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A worker that runs short jobs out of a long line claims them without the script, and keeps every promise. */
final class DirectClaimsTest extends RedisSteps {
    private static final QueueName QUEUE = new QueueName("line");

    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger roundTrips = new AtomicInteger();
    private RedisBroker worker;
    private long newestToken;

    DirectClaimsTest() {
        super(QUEUE);
    }

    @BeforeEach
    void start() {
        worker = RedisBroker.connect(RedisConfig.parse(redis.url()), took -> roundTrips.incrementAndGet(), clock::get);
        submit(100);
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    /** Claims jobs one by one until that goes without the script. */
    private List<ClaimedJob> flow() {
        List<ClaimedJob> jobs = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            jobs.add(next());
        }
        return jobs;
    }

    private ClaimedJob next() {
        List<ClaimedJob> jobs = claim(worker, WORKER, 1);
        assertThat(jobs).hasSize(1);
        assertThat(jobs.get(0).lease().token().fence()).isGreaterThan(newestToken);
        newestToken = jobs.get(0).lease().token().fence();
        return jobs.get(0);
    }

    private boolean byScript(Runnable call) {
        jedis.configResetStat();
        call.run();
        return jedis.info("commandstats").contains("cmdstat_evalsha:");
    }

    private boolean byScript() {
        return byScript(this::next);
    }

    @Test
    void theScriptComesBackAfterAMomentAndEverySecond() {
        flow();
        assertThat(byScript()).isFalse();
        clock.addAndGet(Duration.ofMillis(11).toNanos());
        assertThat(byScript()).isTrue();
        flow();
        for (int i = 0; i < 100; i++) {
            clock.addAndGet(Duration.ofMillis(10).toNanos());
            claim(worker, WORKER, 1);
            submit(1);
        }
        clock.addAndGet(Duration.ofMillis(10).toNanos());
        assertThat(byScript()).as("a second after the last one").isTrue();
    }

    @Test
    void whatIsReadOfAQueueThatWasPausedMeanwhileIsHandedBackInPlace() {
        flow();
        broker.queues().pause(QUEUE);
        assertThat(claim(worker, WORKER, 1)).isEmpty();
        Eventually.until("it is handed back", () -> jedis.hlen("hr:{line}:running:n") == 1);
        assertThat(claim(worker, WORKER, 1)).isEmpty();

        broker.queues().resume(QUEUE);
        ClaimedJob first = next();
        ClaimedJob second = next();

        assertThat(first.lease().token().deliveries()).isEqualTo(1);
        assertThat(EntryIds.compare(first.lease().token().entry(), second.lease().token().entry())).isNegative();
        assertThat(findings()).allMatch(finding -> finding.level() == Finding.Level.OK);
    }

    @Test
    void anUrgentJobIsNextAfterAMoment() {
        flow();
        new JobClient(broker).enqueue(job(QUEUE).priority(Priority.HIGH).build());
        clock.addAndGet(Duration.ofMillis(11).toNanos());
        assertThat(next().lease().job().priority()).isEqualTo(Priority.HIGH);
    }

    @Test
    void anUrgentJobThatIsSeenIsNext() {
        flow();
        new JobClient(broker).enqueue(job(QUEUE).priority(Priority.HIGH).build());
        next();
        assertThat(next().lease().job().priority()).isEqualTo(Priority.HIGH);
    }

    @Test
    void aJobThatWasCancelledInLineIsToldOf() {
        flow();
        JobId marked = JobId.parse("line_n" + jedis.xrange("hr:{line}:ready:n", "-", "+").get(10).getID());
        broker.jobs().cancel(marked);
        ClaimedJob told = next();
        assertThat(told.lease().job()).isEqualTo(marked);
        assertThat(told.cancelled()).isTrue();
    }

    @Test
    void aReleasedJobComesBackUnderAGreaterToken() {
        List<ClaimedJob> jobs = flow();
        ClaimedJob back = jobs.get(9);
        assertThat(worker.settle(Verdict.release(back.lease(), back.document())).toCompletableFuture().join())
                .isEqualTo(WriteResult.RECORDED);
        next();
        assertThat(next().lease().job()).isEqualTo(back.lease().job());
    }

    @Test
    void aDamagedLineIsToldOfByTheScript() {
        flow();
        jedis.set("hr:{line}:fence", "no number");
        assertThat(claim(worker, WORKER, 1)).as("leased without a token").hasSize(1);
        assertThat(jedis.get("hr:{line}:fence")).matches("[0-9]+");
    }

    @Test
    void verdictsGoAlongWithTheNextClaim() {
        ClaimedJob job = flow().get(9);
        roundTrips.set(0);
        CompletableFuture<WriteResult> answer = soon(job);
        assertThat(roundTrips).as("it lies").hasValue(0);
        next();
        assertThat(answer).isCompletedWithValue(WriteResult.RECORDED);
        assertThat(roundTrips).as("together").hasValue(1);
    }

    @Test
    void aFlushSendsWhatLies() {
        List<ClaimedJob> jobs = flow();
        CompletableFuture<WriteResult> one = soon(jobs.get(0));
        CompletableFuture<WriteResult> other = soon(jobs.get(1));
        roundTrips.set(0);
        worker.flush();
        assertThat(one).isCompletedWithValue(WriteResult.RECORDED);
        assertThat(other).isCompletedWithValue(WriteResult.RECORDED);
        assertThat(roundTrips).hasValue(1);
        worker.flush();
        assertThat(roundTrips).as("nothing lies").hasValue(1);
    }

    @Test
    void aVerdictThatLiesIsFailedByAnOutageAndByTheEnd() throws Exception {
        List<ClaimedJob> jobs = flow();
        CompletableFuture<WriteResult> away = soon(jobs.get(0));
        redis.close();
        worker.flush();
        assertThatThrownBy(away::join).isInstanceOf(CompletionException.class);
        CompletableFuture<WriteResult> closed = soon(jobs.get(1));
        worker.close();
        assertThatThrownBy(closed::join).hasCauseInstanceOf(BrokerUnavailable.class);
        assertThatThrownBy(soon(jobs.get(2))::join).hasCauseInstanceOf(BrokerUnavailable.class);
    }

    private CompletableFuture<WriteResult> soon(ClaimedJob job) {
        return worker.settleSoon(Verdict.finish(job.lease(), ended(job, JobState.SUCCEEDED))).toCompletableFuture();
    }
}
