package io.headrace.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobType;
import io.headrace.QueueName;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.Overview.Memory;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.TestServer;
import io.headrace.redis.config.RedisConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/** Looks at all of a cluster: at queues and workers whose keys lie in slots of every server. */
final class AskEachTest {
    private static final int MANY = 40;
    private static final int SERVERS = 3;
    private static final long GIB = 1L << 30;

    private final AtomicInteger roundTrips = new AtomicInteger();
    private final RedisConfig config = RedisConfig.parse(TestServer.cluster().url())
            .withPrefix("s" + System.nanoTime() + ":");
    private final RedisBroker broker = RedisBroker.connect(config, new BrokerObserver() {
        @Override
        public void roundTrip(Duration took) {
            roundTrips.incrementAndGet();
        }
    });
    private final List<QueueName> queues = new ArrayList<>();
    private final List<WorkerId> workers = new ArrayList<>();

    @BeforeEach
    void fill() {
        for (int i = 10; i < 10 + MANY; i++) {
            QueueName queue = new QueueName("queue-" + i);
            broker.queues().pause(queue);
            queues.add(queue);
            WorkerId worker = new WorkerId("worker-" + i);
            broker.heartbeat(new WorkerInfo(worker, "mill", 1, Instant.EPOCH, List.of(queue),
                    List.of(new JobType("welcome")), 8, 0, Duration.ofSeconds(30), "running", "1", List.of()),
                    Duration.ofMinutes(1));
            workers.add(worker);
        }
    }

    @AfterEach
    void close() {
        broker.close();
    }

    @Test
    void queuesAndWorkersAreReadInOneRoundTripAServer() {
        roundTrips.set(0);
        assertThat(broker.queues().all()).extracting(queue -> queue.queue()).isEqualTo(queues);
        assertThat(roundTrips.get()).isLessThanOrEqualTo(2 + 2 * SERVERS);

        roundTrips.set(0);
        assertThat(broker.workers().live()).extracting(WorkerInfo::id).isEqualTo(workers);
        assertThat(roundTrips.get()).isLessThanOrEqualTo(1 + SERVERS);
    }

    @Test
    void aDayOfHistoryIsFetchedInSteps() {
        roundTrips.set(0);
        assertThat(broker.queues().history(queues.get(0), 1440)).hasSize(1440);
        assertThat(roundTrips.get()).isBetween(12, 20);
    }

    @Test
    void theMemoryIsThatOfTheServerThatIsNearestToItsLimit() {
        List<Jedis> servers = config.nodes().stream().map((HostAndPort node) -> new Jedis(node)).toList();
        try {
            assertThat(memory().maxBytes()).isZero();
            servers.get(1).configSet("maxmemory", Long.toString(4 * GIB));
            assertThat(memory().maxBytes()).isEqualTo(4 * GIB);
            servers.get(2).configSet("maxmemory", Long.toString(GIB));
            assertThat(memory().maxBytes()).isEqualTo(GIB);
            assertThat(memory().usedBytes()).isBetween(1L, GIB);
        } finally {
            servers.forEach(server -> {
                server.configSet("maxmemory", "0");
                server.close();
            });
        }
    }

    private Memory memory() {
        return broker.queues().overview().memory();
    }
}
