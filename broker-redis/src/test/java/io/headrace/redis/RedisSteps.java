package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WriteResult;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.doctor.Doctor;
import io.headrace.redis.doctor.Finding;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * A Redis of each test's own with a broker on it, a client that sees and does what it likes, and the steps of jobs of
 * one queue.
 */
public abstract class RedisSteps {
    public static final Duration LEASE = Duration.ofSeconds(30);
    public static final WorkerId WORKER = new WorkerId("w1");

    @TempDir
    Path folder;

    /** By how many nanoseconds the clock of the broker's process is ahead. */
    public final AtomicLong ahead = new AtomicLong();
    public EmbeddedRedis redis;
    public RedisBroker broker;
    public Jedis jedis;

    private final QueueName queue;

    public RedisSteps(QueueName queue) {
        this.queue = queue;
    }

    @BeforeEach
    public final void startRedis() throws Exception {
        redis = EmbeddedRedis.start(folder, 0, null, Map.of("appendonly", "no"));
        broker = connect();
        jedis = new Jedis("127.0.0.1", redis.port());
    }

    @AfterEach
    public final void stopRedis() throws Exception {
        jedis.close();
        broker.close();
        redis.close();
    }

    /** A broker of another process. */
    public final RedisBroker connect() {
        return RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE,
                () -> System.nanoTime() + ahead.get());
    }

    public static NewJob.Builder job(QueueName queue) {
        return NewJob.of(queue.value(), "welcome", 1);
    }

    public final List<JobId> submit(int count) {
        return new JobClient(broker).enqueueAll(Collections.nCopies(count, job(queue).build())).stream()
                .map(Submission::id).toList();
    }

    public final List<ClaimedJob> claim(int most) {
        return claim(broker, WORKER, most);
    }

    public final List<ClaimedJob> claim(RedisBroker by, WorkerId worker, int most) {
        return claim(by, worker, most, List.of(Priority.values()));
    }

    public final List<ClaimedJob> claim(int most, Priority priority) {
        return claim(broker, WORKER, most, List.of(priority));
    }

    private List<ClaimedJob> claim(RedisBroker by, WorkerId worker, int most, List<Priority> priorities) {
        return by.claim(new ClaimRequest(queue, worker, most, LEASE, priorities)).jobs();
    }

    /** Takes the next job, which must be there. */
    public final ClaimedJob claim() {
        List<ClaimedJob> jobs = claim(1);
        assertThat(jobs).hasSize(1);
        return jobs.get(0);
    }

    public final void settle(Verdict verdict) {
        assertThat(broker.settle(verdict).toCompletableFuture().join()).isEqualTo(WriteResult.RECORDED);
    }

    public final JobId succeed(ClaimedJob job) {
        return end(job, JobState.SUCCEEDED);
    }

    public final JobId end(ClaimedJob job, JobState how) {
        settle(Verdict.finish(job.lease(), ended(job, how)));
        return job.lease().job();
    }

    public static JobDocument ended(ClaimedJob job, JobState how) {
        return job.document().with(job.document().history().ended(how, job.claimedAt(), null));
    }

    /** The tenth of a second by the clock of Redis: jobs that end in the same one are kept together. */
    public final long tenths() {
        List<String> time = jedis.time();
        return Long.parseLong(time.get(0)) * 10 + Long.parseLong(time.get(1)) / 100_000;
    }

    public final List<Finding> findings() {
        try (Doctor doctor = Doctor.connect(RedisConfig.parse(redis.url()))) {
            return doctor.examineData(Set.of(), (done, total, what) -> {});
        }
    }
}
