package io.headrace.redis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WriteResult;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.TestServer;
import io.headrace.redis.config.RedisConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XAddParams;
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
    void aWholeBatchGoesByATrimAndWhatWaitsBehindItStays() {
        submit(150);
        long before = trims();
        settle(claim(ANN, 100));

        assertThat(trims()).isGreaterThan(before);
        assertThat(jedis.xlen(stream)).isEqualTo(50);
        assertThat(claim(ANN, 100)).hasSize(50);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 20, 38, 39})
    void aJobThatStillRunsStaysWhereverItStands(int at) {
        submit(40);
        List<ClaimedJob> jobs = new ArrayList<>(claim(ANN, 40));
        ClaimedJob running = jobs.remove(at);
        settle(jobs);

        assertThat(left()).containsExactly(running.lease().job());
        settle(List.of(running));
        assertThat(left()).isEmpty();
    }

    @Test
    void theBatchesOfTwoWorkersGoEachByItself() {
        submit(40);
        List<ClaimedJob> annes = claim(ANN, 20);
        List<ClaimedJob> bobs = claim(BOB, 20);
        settle(bobs);

        assertThat(left()).containsExactlyElementsOf(ids(annes));
        settle(annes);
        assertThat(left()).isEmpty();
    }

    @Test
    void jobsThatCameInDifferentMomentsGo() {
        for (int i = 0; i < 40; i++) { // each in a millisecond of its own
            jedis.xadd(stream, XAddParams.xAddParams().id(new StreamEntryID(1_000 + 10L * (i / 20), i)),
                    Map.of("job", "{\"type\":\"welcome\",\"payload\":1}"));
        }
        settle(claim(ANN, 40));

        assertThat(left()).isEmpty();
    }

    /** What somebody did to entries by hand, two things at a time, so that counts alone would look right. */
    @ParameterizedTest
    @ValueSource(strings = {"nothing", "a running job's entry is deleted", "its own entry is deleted",
        "a waiting entry is deleted", "the group is set back"})
    void whatSomebodyAcknowledgedByHandIsLeftToTheDoctor(String besides) {
        submit(60);
        if (besides.equals("a waiting entry is deleted")) {
            jedis.xdel(stream, jedis.xrange(stream, "-", "+").get(50).getID());
        }
        List<ClaimedJob> jobs = new ArrayList<>(claim(ANN, 40));
        ClaimedJob running = jobs.remove(39);
        ClaimedJob orphan = jobs.remove(5);
        jedis.xack(stream, "workers", entry(orphan));
        switch (besides) {
            case "a running job's entry is deleted" -> jedis.xdel(stream, entry(running));
            case "its own entry is deleted" -> jedis.xdel(stream, entry(jobs.get(12)));
            case "the group is set back" -> jedis.xgroupSetID(stream, "workers", entry(jobs.get(20)));
            default -> {
                // as it is
            }
        }
        settle(jobs);

        assertThat(left()).contains(orphan.lease().job()).doesNotContainAnyElementsOf(ids(jobs));
    }

    @Test
    void theLagStaysKnown() {
        submit(300);
        for (int done = 0; done < 300; done += 60) {
            settle(claim(ANN, 60));
            assertThat(jedis.xinfoGroups(stream).get(0).getGroupInfo()).containsEntry("lag", 240L - done);
        }
        submit(10);
        claim(ANN, 1);
        assertThat(jedis.xinfoGroups(stream).get(0).getGroupInfo()).containsEntry("lag", 9L);
    }

    @Test
    void gapsAreFoundBetweenIdsThatDoNotFollowEachOther() {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            entries.add("n1000-" + i);
        }
        assertThat(EntryIds.gaps(entries)).isEmpty();
        entries.set(15, "n1000-16");
        assertThat(EntryIds.gaps(entries)).isEqualTo("15");
        entries.set(0, "n999-0");
        assertThat(EntryIds.gaps(entries)).isEqualTo("1 15");
        entries.remove(7);
        assertThat(EntryIds.gaps(entries)).as("too many for so few").isEqualTo("-");
    }

    private long trims() {
        return jedis.info("commandstats").lines().filter(line -> line.startsWith("cmdstat_xtrim:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("^[^=]*=([0-9]+).*", "$1"))).sum();
    }

    private static StreamEntryID entry(ClaimedJob job) {
        return new StreamEntryID(job.lease().job().entry());
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
                new ClaimRequest(QUEUE, worker, most, Duration.ofSeconds(30), List.of(Priority.values()))).jobs();
    }

    private void settle(List<ClaimedJob> jobs) {
        List<CompletionStage<WriteResult>> settled = new ArrayList<>();
        for (ClaimedJob job : jobs) {
            settled.add(broker.settle(Verdict.finish(job.lease(),
                    job.document().with(job.document().history().ended(JobState.SUCCEEDED, job.claimedAt(), null)))));
        }
        for (CompletionStage<WriteResult> each : settled) {
            assertThat(each.toCompletableFuture().join()).isEqualTo(WriteResult.RECORDED);
        }
    }
}
