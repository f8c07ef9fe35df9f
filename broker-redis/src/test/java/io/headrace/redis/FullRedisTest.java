package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.access.AccessStore.AuditQuery;
import io.headrace.access.AccessStore.Kind;
import io.headrace.access.AccessStore.Pass;
import io.headrace.access.AuditAction;
import io.headrace.access.AuditEntry;
import io.headrace.access.Digest;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.MoveResult;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.Steer;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** A Redis at its limit takes no more jobs, but from people all that they need to make room. */
final class FullRedisTest {
    private static final QueueName QUEUE = new QueueName("email");
    private static final WorkerId WORKER = new WorkerId("ann");
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    Path folder;

    private EmbeddedRedis redis;
    private RedisBroker broker;
    private JobId dead;

    /** The queue and its jobs are there when Redis is full, and then a process starts that knows of none of them. */
    @BeforeEach
    void fill() throws Exception {
        redis = EmbeddedRedis.start(folder, 0);
        try (RedisBroker before = connect(); Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            JobClient client = new JobClient(before);
            dead = client.enqueue(job()).id();
            ClaimedJob claimed = before.claim(new ClaimRequest(QUEUE, WORKER, 1, LONG, List.of(Priority.NORMAL))).jobs()
                    .get(0);
            before.settle(Verdict.bury(claimed.lease(), claimed.document()
                    .with(claimed.document().history().ended(JobState.DEAD, claimed.claimedAt(), null))))
                    .toCompletableFuture().join();
            client.enqueue(job());
            client.enqueue(job());
            jedis.configSet("maxmemory", "1");
        }
        broker = connect();
    }

    @AfterEach
    void close() throws Exception {
        broker.close();
        redis.close();
    }

    private RedisBroker connect() {
        return RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
    }

    private static NewJob job() {
        return NewJob.of(QUEUE.value(), "welcome", 1).build();
    }

    @Test
    void peopleLogIn() {
        Digest secret = Digest.of("secret");
        Pass pass = new Pass("ops", Digest.of("proof"));
        broker.access().issue(Kind.SESSION, secret, pass, LONG);
        assertThat(broker.access().session(secret)).contains(pass);
        broker.access().issue(Kind.TICKET, secret, pass, LONG);
        assertThat(broker.access().redeem(secret)).contains(pass);
        assertThat(broker.access().create("carla", secret, Role.OPERATOR, Scope.ALL, null)).isPresent();
    }

    @Test
    void queuesArePausedSetAndEmptied() {
        broker.queues().pause(QUEUE);
        assertThat(broker.queues().info(QUEUE).orElseThrow().paused()).isTrue();
        broker.queues().resume(QUEUE);
        assertThat(broker.queues().info(QUEUE).orElseThrow().paused()).isFalse();
        QueueSettings small = new QueueSettings(10, LONG, 100);
        broker.queues().settings(QUEUE, small);
        assertThat(broker.queues().settings(QUEUE)).isEqualTo(small);
        assertThat(broker.queues().purge(QUEUE, sofar -> {})).isEqualTo(2);
        assertThat(broker.jobs().deleteDead(List.of(dead))).containsExactly(MoveResult.DONE);
    }

    @Test
    void aResumedQueueWakesItsWorkers() throws Exception {
        broker.queues().resume(QUEUE);
        try (Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            assertThat(jedis.llen("hr:{email}:wake")).isPositive();
        }
    }

    @Test
    void workersAreSeenAndSteered() {
        WorkerInfo worker = new WorkerInfo(WORKER, "mill", 1, Instant.EPOCH, List.of(QUEUE),
                List.of(new JobType("welcome")), 8, 0, LONG, "running", "1", List.of());
        broker.heartbeat(worker, LONG);
        assertThat(broker.workers().live()).extracting(WorkerInfo::id).containsExactly(WORKER);
        assertThat(broker.workers().steer(WORKER, Steer.QUIET)).isTrue();
        assertThat(broker.heartbeat(worker, LONG)).contains(Steer.QUIET);
    }

    @Test
    void whatWasDoneIsOnRecord() {
        AuditEntry entry = new AuditEntry("ops", Role.OPERATOR, "::1", AuditAction.QUEUE_PURGE, QUEUE, null, null,
                null, 2L, false);
        broker.access().record(entry);
        assertThat(broker.access().audit(new AuditQuery(null, null, null, Scope.ALL, null, 10)).entries())
                .extracting(audited -> audited.entry()).containsExactly(entry);
    }
}
