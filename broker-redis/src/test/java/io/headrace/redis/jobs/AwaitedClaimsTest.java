package io.headrace.redis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Subscription;
import io.headrace.broker.Claim;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.broker.WriteResult;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.RedisSteps;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.doctor.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs that come one by one are leased by the wait for them, and every promise of a claim holds. */
final class AwaitedClaimsTest extends RedisSteps {
    private static final QueueName QUEUE = new QueueName("lone");
    private static final List<Priority> ORDER = List.of(Priority.HIGH, Priority.NORMAL, Priority.LOW);

    private final AtomicLong clock = new AtomicLong();
    private RedisBroker worker;

    AwaitedClaimsTest() {
        super(QUEUE);
    }

    @BeforeEach
    void start() {
        worker = RedisBroker.connect(RedisConfig.parse(redis.url()), took -> {}, clock::get);
        submit(1);
        ClaimedJob first = claim(worker, WORKER, 1).get(0);
        worker.settle(Verdict.finish(first.lease(), ended(first, JobState.SUCCEEDED))).toCompletableFuture().join();
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    private Optional<Claim> await(int most, Duration atMost) {
        return worker.awaitClaim(new ClaimRequest(QUEUE, WORKER, most, LEASE, ORDER), atMost);
    }

    private Claim await(int most) {
        return await(most, Duration.ofMillis(1)).orElseThrow();
    }

    private ClaimedJob next() {
        List<ClaimedJob> jobs = await(3).jobs();
        assertThat(jobs).hasSize(1);
        return jobs.get(0);
    }

    @Test
    void aJobThatComesIsLeasedByTheWait() {
        CompletableFuture<Optional<Claim>> waiting = CompletableFuture
                .supplyAsync(() -> await(3, Duration.ofSeconds(100)));
        Eventually.until("it waits, or has waited for long", () -> waiting.isDone()
                || jedis.info("clients").contains("blocked_clients:1"));
        Claim claim = waiting.join().orElseThrow();
        while (claim.jobs().isEmpty()) { // a wait ends after a moment by itself
            assertThat(claim.nextDue()).isEmpty();
            submit(1);
            jedis.configResetStat();
            claim = await(3);
        }
        assertThat(claim.jobs()).hasSize(1);
        assertThat(claim.nextDue()).isEmpty();
        ClaimedJob job = claim.jobs().get(0);
        assertThat(job.lease().token().fence()).isPositive();
        assertThat(jedis.info("commandstats")).doesNotContain("cmdstat_evalsha:");
        assertThat(worker.settle(Verdict.finish(job.lease(), ended(job, JobState.SUCCEEDED))).toCompletableFuture()
                .join()).isEqualTo(WriteResult.RECORDED);
        assertThat(findings()).filteredOn(finding -> !finding.check().equals("consumers")) // it has no heartbeat
                .allMatch(finding -> finding.level() == Finding.Level.OK);
    }

    @Test
    void tokensGrowAlsoBesideClaimsByScript() {
        long newest = 0;
        for (int i = 0; i < 6; i++) {
            submit(1);
            ClaimedJob job = i % 2 == 0 ? next() : claim(broker, WORKER, 1).get(0);
            assertThat(job.lease().token().fence()).isGreaterThan(newest);
            newest = job.lease().token().fence();
        }
    }

    @Test
    void aClaimByScriptComesEverySecond() {
        assertThat(await(3).nextDue()).isEmpty();
        clock.addAndGet(Duration.ofMillis(1_001).toNanos());
        submit(1);
        Claim told = await(3);
        assertThat(told.jobs()).isEmpty();
        assertThat(told.nextDue()).contains(Duration.ZERO);
        assertThat(claim(worker, WORKER, 3)).hasSize(1);
        assertThat(await(3).nextDue()).isEmpty();
    }

    @Test
    void allPrioritiesMayAnswerAtOnceSoEachGivesItsShareAndNoneGoesAheadOfALine() {
        for (Priority priority : Priority.values()) {
            for (int i = 0; i < 5; i++) {
                new JobClient(broker).enqueue(job(QUEUE).priority(priority).build());
            }
        }
        Claim claim = await(7);
        assertThat(claim.jobs()).extracting(job -> job.lease().job().priority()).containsExactly(Priority.HIGH,
                Priority.HIGH);
        assertThat(claim.nextDue()).as("there may be more").contains(Duration.ZERO);
        Eventually.until("the others are back in place", () -> jedis.hlen("hr:{lone}:running:l") == 2);
        assertThat(claim(worker, WORKER, 13)).extracting(job -> job.lease().job().priority())
                .filteredOn(priority -> priority == Priority.HIGH).hasSize(3);
        assertThat(await(2, Duration.ofSeconds(1))).as("there are three").isEmpty();
    }

    @Test
    void whatIsReadOfAQueueThatWasPausedMeanwhileIsHandedBackInPlace() {
        await(3);
        broker.queues().pause(QUEUE);
        List<JobId> ids = submit(2);
        Claim claim = await(3);
        assertThat(claim.jobs()).isEmpty();
        assertThat(claim.nextDue()).contains(Duration.ZERO);
        Eventually.until("it is handed back", () -> jedis.hlen("hr:{lone}:running:n") == 1);
        assertThat(await(3, Duration.ofSeconds(1))).as("nor is it read again").isEmpty();

        broker.queues().resume(QUEUE);
        List<ClaimedJob> jobs = claim(worker, WORKER, 2);
        assertThat(jobs).extracting(job -> job.lease().job()).containsExactlyElementsOf(ids);
        assertThat(jobs.get(0).lease().token().deliveries()).isEqualTo(1);
    }

    @Test
    void aJobThatWasCancelledInLineIsToldOf() {
        await(3);
        JobId marked = submit(1).get(0);
        broker.jobs().cancel(marked);
        assertThat(next().cancelled()).isTrue();
    }

    @Test
    void whoLooksAtTheQueueIsToldOfTheStart() {
        await(3);
        List<JobId> heard = new CopyOnWriteArrayList<>();
        try (Subscription watch = broker.onChange(QUEUE, heard::add)) {
            JobId id = submit(1).get(0);
            assertThat(next().lease().job()).isEqualTo(id);
            Eventually.until("the start is announced", () -> heard.contains(id));
        }
    }

    @Test
    void aQueueThatIsNotPlainIsAskedAgainAfterASecond() {
        new JobClient(broker).enqueue(job(QUEUE).delay(Duration.ofHours(1)).build());
        assertThat(await(3, Duration.ofSeconds(1))).isEmpty();
        jedis.configResetStat();
        assertThat(await(3, Duration.ofSeconds(1))).isEmpty();
        assertThat(jedis.info("commandstats")).as("nothing was asked").doesNotContain("cmdstat_exists");
        jedis.zremrangeByRank("hr:{lone}:scheduled", 0, -1);
        clock.addAndGet(Duration.ofMillis(1_001).toNanos());
        claim(worker, WORKER, 3);
        assertThat(await(3).nextDue()).isEmpty();
    }

    @Test
    void amongManyWorkersNoneWaitsSo() {
        for (int i = 0; i < 9; i++) {
            jedis.sadd("hr:workers", "w" + i);
        }
        assertThat(await(3, Duration.ofSeconds(1))).isEmpty();
        jedis.srem("hr:workers", "w0");
        clock.addAndGet(Duration.ofSeconds(5).toNanos());
        claim(worker, WORKER, 3);
        assertThat(await(3).nextDue()).isEmpty();
    }

    @Test
    void aVerdictGoesAlong() {
        await(3);
        submit(1);
        ClaimedJob job = next();
        CompletableFuture<WriteResult> answer = worker
                .settleSoon(Verdict.finish(job.lease(), ended(job, JobState.SUCCEEDED))).toCompletableFuture();
        assertThat(answer).isNotDone();
        await(3);
        assertThat(answer).isCompletedWithValue(WriteResult.RECORDED);
    }

    @Test
    void whatALostQueueAnswersEndsTheWait() {
        await(3);
        jedis.flushAll();
        Claim claim = await(3);
        assertThat(claim.jobs()).isEmpty();
        assertThat(claim.nextDue()).contains(Duration.ZERO);
        assertThat(claim(worker, WORKER, 3)).isEmpty();
    }

    @Test
    void aLineThatIsDamagedIsNotWaitedOn() {
        await(3);
        jedis.rename("hr:{lone}:ready:l", "elsewhere");
        jedis.set("hr:{lone}:ready:l", "no stream");
        assertThat(await(3).nextDue()).contains(Duration.ZERO);
        assertThat(await(3, Duration.ofSeconds(1))).isEmpty();
    }

    @Test
    void aWorkerThatLeftIsForgotten() {
        await(3);
        worker.retire(WORKER, List.of(QUEUE));
        assertThat(await(3).nextDue()).as("as if it had never claimed").contains(Duration.ZERO);
    }
}
