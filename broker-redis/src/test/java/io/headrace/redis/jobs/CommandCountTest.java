package io.headrace.redis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.SettingsChange;
import io.headrace.broker.Verdict;
import io.headrace.broker.WriteResult;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.RedisSteps;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How many commands of Redis the hot path takes, those inside scripts included: they are what one core has to spend.
 */
final class CommandCountTest extends RedisSteps {
    private static final QueueName QUEUE = new QueueName("counted");

    private static final Pattern STATISTIC = Pattern.compile("cmdstat_([^:]+):calls=([0-9]+)");

    CommandCountTest() {
        super(QUEUE);
    }

    @BeforeEach
    void start() throws Exception {
        submit(1);
        settle(claim(1)); // the group, the worker's lease and the scripts are there from now on
    }

    /** Script and job are a round trip each; the list of queues is no submission's concern. */
    @Test
    void aSubmissionLearnsAllOfItsQueueInOneCallASecond() {
        try (RedisBroker sender = connect()) {
            NewJob job = NewJob.of(QUEUE.value(), "welcome", 1).build();
            new JobClient(sender).enqueue(job);
            long tenth = tenths();
            ahead.addAndGet(Duration.ofMillis(900).toNanos()); // by less than a step of the server's clock
            Eventually.until("a second is over by the clock of the sender", () -> tenths() > tenth + 2);
            jedis.del("hr:queues");
            Map<String, Long> counts = commands(() -> {
                new JobClient(sender).enqueue(job);
                Eventually.until("its queue is listed", () -> jedis.exists("hr:queues"));
            });
            List.of("exists", "hello").forEach(counts::remove); // of the test, and of a connection
            assertThat(counts).isEqualTo(Map.of("evalsha", 1L, "time", 1L, "hmget", 1L, "xadd", 1L, "lpush", 1L,
                    "ltrim", 1L, "sadd", 1L));
        }
    }

    @Test
    void aClaimThatFindsNothing() {
        assertThat(commands(() -> assertThat(claim(10)).isEmpty())).isEqualTo(Map.of("evalsha", 1L, "time", 1L,
                "hmget", 1L, "hget", 1L, "exists", 1L, "xreadgroup", 3L));
    }

    @Test
    void aClaimOfALoneJob() {
        submit(1);
        assertThat(commands(() -> assertThat(claim(10)).hasSize(1))).isEqualTo(Map.of("evalsha", 1L, "time", 1L,
                "hmget", 1L, "hget", 1L, "exists", 1L, "xreadgroup", 3L, "get", 1L, "set", 1L));
    }

    @Test
    void aLookThatFindsNothingTakesThreeCommandsForAnyNumberOfQueues() {
        Set<QueueName> hundred = IntStream.range(0, 100).mapToObj(i -> new QueueName("q" + i))
                .collect(Collectors.toSet());
        hundred.forEach(queue -> broker.queues().change(queue, new SettingsChange(null, null, null)));
        broker.ready(WORKER, Set.of(QUEUE));
        for (Set<QueueName> queues : List.of(Set.of(QUEUE), hundred)) {
            assertThat(commands(() -> assertThat(broker.ready(WORKER, queues)).isEmpty()))
                    .isEqualTo(Map.of("evalsha", 1L, "xread", 1L, "exists", 1L));
        }
    }

    @Test
    void aReclaimThatFindsNothing() {
        ClaimRequest request = new ClaimRequest(QUEUE, WORKER, 10, Duration.ofSeconds(30), List.of(Priority.values()));
        broker.reclaim(request, true);
        assertThat(commands(() -> assertThat(broker.reclaim(request, true)).isEmpty()))
                .isEqualTo(Map.of("evalsha", 1L, "xread", 1L));
        submit(1);
        claim(1);
        assertThat(commands(() -> assertThat(broker.reclaim(request, true)).isEmpty()))
                .isEqualTo(Map.of("evalsha", 1L, "xread", 1L, "xpending", 3L));
    }

    @Test
    void theVerdictsOfAFlushTakeAsManyCommandsForAnyNumberOfJobs() {
        submit(1);
        List<ClaimedJob> one = claim(1);
        Map<String, Long> lone = commands(() -> settle(one));
        submit(100);
        List<ClaimedJob> hundred = claim(100);
        Map<String, Long> all = commands(() -> settle(hundred));

        assertThat(hundred).hasSize(100);
        assertThat(lone).containsEntry("xack", 1L).containsEntry("xdel", 1L).containsEntry("xpending", 1L);
        // as many as it takes, for what gathers while one is under way goes with the next
        long flushes = all.getOrDefault("evalsha", 0L);
        assertThat(all).containsEntry("xack", flushes).containsEntry("xdel", flushes);
        assertThat(all).containsEntry("xpending", flushes);
        assertThat(all.get("xtrim")).isBetween(1L, flushes);
        // What a tenth of a second or a minute that begins adds is four commands and one; a trim takes two and one a
        // gap.
        assertThat(total(all)).isLessThanOrEqualTo(flushes * (total(lone) + 2 * 7 + 2 + 100 / 8));
    }

    @Test
    void theVerdictOfALoneJobAndThatWithWhichATenthOfASecondBegins() {
        List<ClaimedJob> two;
        do {
            long before = tenths();
            Eventually.until("the next tenth of a second", () -> tenths() > before);
            submit(2);
            two = claim(2);
        } while (two.get(0).lease().job().millis() / 100 != two.get(1).lease().job().millis() / 100);
        List<ClaimedJob> both = two;
        Map<String, Long> begins = commands(() -> settle(both.subList(0, 1)));
        Map<String, Long> plain = commands(() -> settle(both.subList(1, 2)));
        begins.remove("expire"); // where a minute begins
        plain.remove("expire");
        assertThat(begins).isEqualTo(Map.ofEntries(Map.entry("evalsha", 1L), Map.entry("time", 1L),
                Map.entry("hmget", 2L), Map.entry("hlen", 1L), Map.entry("xpending", 1L), Map.entry("hset", 1L),
                Map.entry("pexpire", 1L), Map.entry("hincrby", 4L), Map.entry("zadd", 1L), Map.entry("zrange", 1L),
                Map.entry("xack", 1L), Map.entry("xdel", 1L), Map.entry("exists", 1L)));
        assertThat(plain).isEqualTo(Map.of("evalsha", 1L, "time", 1L, "hmget", 1L, "xpending", 1L, "exists", 1L,
                "hset", 1L, "hincrby", 4L, "xack", 1L, "xdel", 1L));
    }

    @Test
    void atTheLimitOfKeptJobsNotEachThatEndsLetsGoOfOne() {
        broker.queues().change(QUEUE, new SettingsChange(null, null, 200L));
        submit(200);
        settle(claim(200));
        Map<String, Long> counts = commands(() -> {
            for (int i = 0; i < 10; i++) {
                submit(1);
                settle(claim(1));
                assertThat(broker.queues().info(QUEUE).orElseThrow().kept()).isBetween(198L, 200L);
            }
        });
        assertThat(counts.getOrDefault("hrandfield", 0L)).isLessThanOrEqualTo(5);
    }

    @Test
    void aBatchThatEndsLongAfterItWasAcceptedTakesACommandMoreForEachTenthOfASecond() {
        submit(100);
        List<ClaimedJob> first = claim(50);
        List<ClaimedJob> second = claim(50);
        long accepted = second.get(49).lease().job().millis() / 100;
        Eventually.until("they are late", () -> tenths() > accepted + 11);
        settle(first);
        Map<String, Long> counts = commands(() -> settle(second));
        long buckets = second.stream().map(job -> job.lease().job().millis() / 100).distinct().count();
        assertThat(counts.getOrDefault("zadd", 0L))
                .isLessThanOrEqualTo(buckets * counts.getOrDefault("evalsha", 0L));
        assertThat(counts).doesNotContainKey("zrem");
    }

    private static long total(Map<String, Long> commands) {
        return commands.values().stream().mapToLong(calls -> calls).sum();
    }

    private void settle(List<ClaimedJob> jobs) {
        List<CompletionStage<WriteResult>> settled = new ArrayList<>();
        for (ClaimedJob job : jobs) {
            settled.add(broker.settle(Verdict.finish(job.lease(), ended(job, JobState.SUCCEEDED))));
        }
        for (CompletionStage<WriteResult> each : settled) {
            assertThat(each.toCompletableFuture().join()).isEqualTo(WriteResult.RECORDED);
        }
    }

    /** Which commands these calls took, and how often. */
    private Map<String, Long> commands(Runnable calls) {
        jedis.configResetStat();
        calls.run();
        Map<String, Long> counts = new TreeMap<>();
        jedis.info("commandstats").lines().map(STATISTIC::matcher).filter(Matcher::find)
                .forEach(line -> counts.put(line.group(1), Long.valueOf(line.group(2))));
        counts.remove("config|resetstat");
        return counts;
    }
}
