package io.headrace.redis.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.DeadJob;
import io.headrace.broker.JobPage;
import io.headrace.broker.JobQuery;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

/** Lists of jobs that share a time, told by the commands that Redis ran for them. */
final class RestingIndexTest {
    private static final QueueName QUEUE = new QueueName("mail");
    private static final String BASE = "hr:{mail}:";
    private static final String DOCUMENT = "{\"type\":\"welcome\",\"payload\":1}";
    private static final int SMALL = 200;
    private static final int LARGE = 250_000;

    @TempDir
    Path folder;

    private EmbeddedRedis redis;
    private RedisBroker broker;
    private Jedis jedis;

    @BeforeEach
    void start() throws Exception {
        redis = EmbeddedRedis.start(folder, 0);
        broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
        jedis = new Jedis("127.0.0.1", redis.port());
    }

    @AfterEach
    void close() throws Exception {
        jedis.close();
        broker.close();
        redis.close();
    }

    /** Jobs of one time, in the order of their ids, which is not that of their numbers. */
    private List<String> put(JobState state, int count, double score, String document) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(new JobId(QUEUE, Priority.NORMAL, true, 1_000, i).toString());
        }
        ids.sort(Comparator.naturalOrder());
        Map<String, Double> scores = new HashMap<>();
        for (String id : ids) {
            scores.put(id, score);
            jedis.set(BASE + "job:" + id, document);
        }
        jedis.zadd(BASE + state.label(), scores);
        return ids;
    }

    private JobPage<Job> page(JobState state, @Nullable String cursor, int limit) {
        return broker.jobs().list(new JobQuery(QUEUE, state, null, null, cursor, limit));
    }

    private List<String> all(JobState state, int limit) {
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            JobPage<Job> page = page(state, cursor, limit);
            page.jobs().stream().map(Job::id).map(JobId::toString).forEach(seen::add);
            cursor = page.next().orElse(null);
        } while (cursor != null);
        return seen;
    }

    private long commands(String name) {
        return jedis.info("commandstats").lines().filter(line -> line.startsWith("cmdstat_" + name))
                .mapToLong(line -> Long.parseLong(line.replaceFirst("[^:]*:calls=([0-9]+).*", "$1"))).sum();
    }

    private long commands(Runnable call) {
        jedis.configResetStat();
        call.run();
        return commands("");
    }

    @ParameterizedTest
    @EnumSource(value = JobState.class, names = {"SCHEDULED", "DEAD"})
    void aPageFarBehindCostsNoMoreThanTheFirst(JobState state) {
        List<String> ids = put(state, 5_000, 1_000, DOCUMENT);
        String middle = state.label() + "~" + state.label() + "~1000:" + ids.get(2_500);
        String end = state.label() + "~" + state.label() + "~1000:" + ids.get(state == JobState.DEAD ? 50 : 4_949);
        assertThat(page(state, null, 50).jobs()).hasSize(50); // from now on Redis knows the scripts

        assertThat(commands(() -> assertThat(page(state, middle, 50).jobs()).hasSize(50))).isLessThan(120);
        assertThat(commands(() -> assertThat(page(state, end, 50).next()).isEmpty())).isLessThan(120);
    }

    @ParameterizedTest
    @EnumSource(value = JobState.class, names = {"SCHEDULED", "DEAD"})
    void jobsOfOneTimeAreAllShownOnceAlsoWhenTheLastOneSeenIsGone(JobState state) {
        List<String> ids = put(state, 300, 1_000, DOCUMENT);
        if (state == JobState.DEAD) {
            Collections.reverse(ids);
        }
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            JobPage<Job> page = page(state, cursor, 30);
            page.jobs().stream().map(Job::id).map(JobId::toString).forEach(seen::add);
            jedis.zrem(BASE + state.label(), seen.get(seen.size() - 1), seen.get(seen.size() - 3), seen.get(0));
            cursor = page.next().orElse(null);
        } while (cursor != null);
        assertThat(seen).isEqualTo(ids);
    }

    @Test
    void aJobThatFallsDueLaterMeanwhileIsShownThere() {
        List<String> ids = put(JobState.RETRYING, 40, 1_000, DOCUMENT);
        JobPage<Job> first = page(JobState.RETRYING, null, 20);
        jedis.zadd(BASE + "retrying", 2_000, ids.get(19));
        List<String> rest = page(JobState.RETRYING, first.next().orElseThrow(), 1000).jobs().stream()
                .map(job -> job.id().toString()).toList();
        assertThat(rest).isEqualTo(Stream.concat(ids.subList(20, 40).stream(), Stream.of(ids.get(19))).toList());
    }

    @ParameterizedTest
    @EnumSource(value = JobState.class, names = {"SCHEDULED", "DEAD"})
    void scoresThatNobodyOfUsWroteDoNotHoldUpAPage(JobState state) {
        List<String> ids = put(state, 90, 1_000, DOCUMENT);
        double[] scores = {Double.NEGATIVE_INFINITY, -1.5, 0.1, 1e-7, 1e300, Double.POSITIVE_INFINITY};
        for (int i = 0; i < ids.size(); i++) {
            jedis.zadd(BASE + state.label(), scores[i % scores.length], ids.get(i));
        }
        for (int i = 0; i < 100; i++) {
            jedis.zadd(BASE + state.label(), scores[i % scores.length], i == 0 ? "" : "no id " + i);
        }
        assertThat(all(state, 7)).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void largeDeadJobsAreReadAndMovedAFewAtATime() {
        String large = "{\"type\":\"welcome\",\"payload\":\"" + "x".repeat(LARGE) + "\"}";
        List<String> ids = put(JobState.DEAD, 60, 1_000, large);
        Collections.reverse(ids);
        jedis.configResetStat();

        JobPage<DeadJob> page = broker.jobs().dead(QUEUE, null, 100);
        assertThat(page.jobs()).extracting(DeadJob::id).extracting(JobId::toString).isEqualTo(ids);
        assertThat(commands("mget")).isEqualTo(15);

        assertThat(all(JobState.DEAD, 60)).isEqualTo(ids);
        assertThat(commands("mget")).isEqualTo(39);

        jedis.configResetStat();
        broker.jobs().retry(QUEUE, ids.stream().map(JobId::parse).toList(), null);
        assertThat(commands("evalsha")).isEqualTo(15);
        assertThat(jedis.zcard(BASE + "dead")).isZero();
    }

    @Test
    void smallDeadJobsAreReadAndMovedTogether() {
        List<String> ids = put(JobState.DEAD, SMALL, 1_000, DOCUMENT);
        assertThat(page(JobState.DEAD, null, 1).next()).isPresent(); // from now on Redis knows the scripts
        jedis.configResetStat();
        broker.jobs().retry(QUEUE, ids.stream().map(JobId::parse).toList(), null);
        assertThat(commands("evalsha")).isEqualTo(1);
        assertThat(jedis.zcard(BASE + "dead")).isZero();
    }

    private List<JobId> large(int count) {
        JobClient client = new JobClient(broker);
        NewJob job = NewJob.of("mail", "welcome", "x".repeat(LARGE)).build();
        return Stream.generate(() -> client.enqueue(job).id()).limit(count).toList();
    }

    /** How many large jobs Redis took memory for at once, beyond what it held. */
    private long atOnce(Runnable call) {
        long before = memory("used_memory_peak");
        call.run();
        return (memory("used_memory_peak") - before) / LARGE;
    }

    @Test
    void aPlaceInALineOfLargeJobsIsToldWithoutFetchingManyOfThem() {
        List<JobId> ids = large(60);
        assertThat(atOnce(() -> assertThat(broker.jobs().position(ids.get(59)).orElseThrow().ahead())
                .isBetween(4L, 60L))).isLessThan(18);
    }

    @Test
    void largeJobsInLineAreListedAFewAtATime() {
        List<String> ids = large(60).stream().map(JobId::toString).toList();
        assertThat(atOnce(() -> assertThat(all(JobState.QUEUED, 60)).isEqualTo(ids))).isLessThan(18);
    }

    @Test
    void largeJobsAreClaimedAFewAtATimeToPurgeThem() {
        large(120);
        assertThat(atOnce(() -> assertThat(broker.queues().purge(QUEUE, soFar -> {})).isEqualTo(120)))
                .isLessThan(64);
    }

    private long memory(String field) {
        return jedis.info("memory").lines().filter(line -> line.startsWith(field + ":"))
                .mapToLong(line -> Long.parseLong(line.substring(field.length() + 1))).sum();
    }
}
