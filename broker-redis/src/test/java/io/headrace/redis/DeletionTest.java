package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.BrokerObserver;
import io.headrace.ClaimRequest;
import io.headrace.ClaimedJob;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Level;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.Settlement;
import io.headrace.Verdict;
import io.headrace.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.resps.StreamEntry;

/** What leaves the stream with the jobs of a batch: they, and nothing else, whoever else is there. */
final class DeletionTest {
    private static final AtomicLong COUNT = new AtomicLong();
    private static final QueueName QUEUE = new QueueName("mail");
    private static final WorkerId ANN = new WorkerId("ann");
    private static final WorkerId BOB = new WorkerId("bob");

    private final String prefix = "d" + System.nanoTime() + "-" + COUNT.incrementAndGet() + ":";
    private final RedisConfig config = RedisConfig.parse(TestServer.embedded().url()).withPrefix(prefix);
    private final RedisBroker broker = RedisBroker.connect(config, BrokerObserver.NONE);
    private final JobClient client = new JobClient(broker);
    private final Jedis jedis = new Jedis(config.nodes().iterator().next());
    private final String stream = prefix + "{mail}:ready:n";

    @AfterEach
    void close() {
        jedis.close();
        broker.close();
    }

    @Test
    void aWholeBatchGoesAndWhatWaitsBehindItStays() {
        submit(150);
        settle(claim(ANN, 100));

        assertThat(jedis.xlen(stream)).isEqualTo(50);
        assertThat(claim(ANN, 100)).hasSize(50);
    }

    @Test
    void whatIsStillRunningStaysWhereverItStands() {
        submit(100);
        List<ClaimedJob> jobs = new ArrayList<>(claim(ANN, 100));
        List<ClaimedJob> running = new ArrayList<>(List.of(jobs.remove(70), jobs.remove(30), jobs.remove(0)));
        settle(jobs.subList(0, 10));
        settle(jobs.subList(10, 60));
        settle(jobs.subList(60, jobs.size()));

        assertThat(left()).containsExactlyInAnyOrderElementsOf(ids(running));
        running.remove(2);
        settle(running);
        assertThat(left()).hasSize(1);
    }

    @Test
    void theBatchesOfTwoWorkersGoEachByItself() {
        submit(40);
        List<ClaimedJob> annes = claim(ANN, 20);
        List<ClaimedJob> bobs = claim(BOB, 20);
        settle(bobs);

        assertThat(left()).containsExactlyInAnyOrderElementsOf(ids(annes));
        settle(annes);
        assertThat(left()).isEmpty();
    }

    @Test
    void whatSomebodyAcknowledgedByHandIsLeftToTheDoctor() {
        submit(40);
        List<ClaimedJob> jobs = new ArrayList<>(claim(ANN, 40));
        ClaimedJob orphan = jobs.remove(5);
        jedis.xack(stream, "workers", new StreamEntryID(orphan.lease().job().entry()));
        settle(jobs);

        assertThat(left()).containsExactly(orphan.lease().job());
    }

    @Test
    void whatSomebodySetBackInLineIsDeliveredAgain() {
        submit(40);
        List<ClaimedJob> jobs = new ArrayList<>(claim(ANN, 40));
        ClaimedJob again = jobs.remove(25);
        jedis.xack(stream, "workers", new StreamEntryID(again.lease().job().entry()));
        jedis.xgroupSetID(stream, "workers", new StreamEntryID(jobs.get(20).lease().job().entry()));
        settle(jobs);

        assertThat(left()).contains(again.lease().job());
        assertThat(ids(claim(BOB, 40))).contains(again.lease().job());
    }

    @Test
    void theLagStaysKnown() {
        submit(300);
        for (int done = 0; done < 300; done += 60) {
            settle(claim(ANN, 60));
            assertThat(jedis.xinfoGroups(stream).get(0).getGroupInfo().get("lag")).isIn(240L - done, null);
        }
        submit(10);
        claim(ANN, 1);
        assertThat(jedis.xinfoGroups(stream).get(0).getGroupInfo()).containsEntry("lag", 9L);
    }

    private List<JobId> left() {
        return jedis.xrange(stream, "-", "+").stream().map(StreamEntry::getID).map(id -> JobId.parse("mail_n" + id))
                .toList();
    }

    private static List<JobId> ids(List<ClaimedJob> jobs) {
        return jobs.stream().map(job -> job.lease().job()).toList();
    }

    private void submit(int count) {
        client.enqueueAll(Collections.nCopies(count, NewJob.of("mail", "welcome", 1).build()));
    }

    private List<ClaimedJob> claim(WorkerId worker, int most) {
        return broker.claim(
                new ClaimRequest(QUEUE, worker, most, Duration.ofSeconds(30), List.of(Level.values()))).jobs();
    }

    private void settle(List<ClaimedJob> jobs) {
        List<CompletionStage<Settlement>> settled = new ArrayList<>();
        for (ClaimedJob job : jobs) {
            settled.add(broker.settle(Verdict.finish(job.lease(),
                    job.document().with(job.document().run().ended(JobState.SUCCEEDED, job.claimedAt(), null)))));
        }
        for (CompletionStage<Settlement> each : settled) {
            assertThat(each.toCompletableFuture().join()).isEqualTo(Settlement.RECORDED);
        }
    }
}
