package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.headrace.HeadraceException;
import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.JobQuery;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WriteResult;
import io.headrace.redis.config.RedisConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XAddParams;

/** A queue with jobs, what may be written into its keys by hand, and everything that shows what there is. */
public abstract class CorruptionSteps {
    private static final AtomicLong COUNT = new AtomicLong();
    protected static final QueueName QUEUE = new QueueName("mail");
    protected static final QueueName OTHER = new QueueName("other");
    protected static final WorkerId ANN = new WorkerId("ann");
    protected static final WorkerId BOB = new WorkerId("bob");
    protected static final Duration LEASE = Duration.ofSeconds(30);
    protected static final String GOOD = "{\"type\":\"welcome\",\"payload\":1}";

    protected final String prefix = "c" + System.nanoTime() + "-" + COUNT.incrementAndGet() + ":";
    protected final RedisConfig config = RedisConfig.parse(TestServer.embedded().url()).withPrefix(prefix);
    protected final RedisBroker broker = RedisBroker.connect(config, BrokerObserver.NONE);
    protected final JobClient client = new JobClient(broker);
    protected final Jedis jedis = new Jedis(config.nodes().iterator().next());
    protected final String base = prefix + "{mail}:";

    @AfterEach
    protected void close() {
        jedis.close();
        broker.close();
    }

    protected JobId submit() {
        return client.enqueue(NewJob.of("mail", "welcome", 1).build()).id();
    }

    protected JobId scheduled() {
        return client.enqueue(NewJob.of("mail", "welcome", 1).delay(Duration.ofHours(1)).build()).id();
    }

    protected JobId addEntry(Map<String, String> fields) {
        StreamEntryID entry = jedis.xadd(base + "ready:n", XAddParams.xAddParams(), fields);
        return JobId.parse("mail_n" + entry);
    }

    protected List<ClaimedJob> claim(WorkerId worker) {
        return claim(QUEUE, worker);
    }

    protected List<ClaimedJob> claim(QueueName queue, WorkerId worker) {
        return broker.claim(new ClaimRequest(queue, worker, 100, LEASE, List.of(Priority.values()))).jobs();
    }

    protected static Verdict success(ClaimedJob job) {
        return Verdict.finish(job.lease(),
                job.document().with(job.document().history().ended(JobState.SUCCEEDED, job.claimedAt(), null)));
    }

    protected WriteResult settle(Verdict verdict) {
        try {
            return broker.settle(verdict).toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof HeadraceException known ? known : e;
        }
    }

    /** Runs all that is in line, and tells what it ran. */
    protected List<JobId> runAll() {
        List<JobId> ran = new ArrayList<>();
        for (ClaimedJob job : claim(ANN)) {
            assertThat(settle(success(job))).isEqualTo(WriteResult.RECORDED);
            ran.add(job.lease().job());
        }
        return ran;
    }

    protected Job find(JobId id) {
        return broker.find(id).job().orElseThrow();
    }

    protected JobState eventually(JobId id, JobState expected) {
        Eventually.until(id + " is " + expected,
                () -> broker.find(id).job().filter(job -> job.state() == expected).isPresent());
        return find(id).state();
    }

    protected List<JobId> list(JobState state) {
        return broker.jobs().list(new JobQuery(QUEUE, state, null, null, null, 100)).jobs().stream().map(Job::id)
                .toList();
    }

    /** Everything that shows what there is answers. */
    protected void look() {
        assertThat(broker.queues().all()).extracting(QueueInfo::queue).contains(QUEUE);
        assertThat(broker.queues().info(QUEUE)).isPresent();
        for (JobState state : JobState.values()) {
            assertThatCode(() -> list(state)).as("the list of " + state).doesNotThrowAnyException();
        }
        assertThatCode(broker.workers()::live).doesNotThrowAnyException();
        assertThatCode(() -> broker.queues().history(QUEUE, 5)).doesNotThrowAnyException();
        assertThatCode(() -> broker.queues().settings(QUEUE)).doesNotThrowAnyException();
        assertThat(broker.readiness()).isEmpty();
    }
}
