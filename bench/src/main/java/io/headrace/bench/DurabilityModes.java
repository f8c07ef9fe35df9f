package io.headrace.bench;

import io.headrace.Durability;
import io.headrace.DurabilityUnavailable;
import io.headrace.QueueName;
import io.headrace.bench.load.HttpLoad;
import io.headrace.bench.process.OwnRedis;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.BrokerOperator;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.RedisProbe;
import io.headrace.redis.config.RedisConfig;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What it costs that an answer waits for the disk, or for a replica. */
final class DurabilityModes implements Scenario {
    /** A file that is rewritten meanwhile would be measured too. */
    private static final Map<String, String> EVERY_SECOND = Map.of("auto-aof-rewrite-percentage", "0");
    private static final Map<String, String> ALWAYS = Map.of("auto-aof-rewrite-percentage", "0", "appendfsync",
            "always");
    private static final Durability REPLICATED = Durability.replicated(1);
    private static final String MEMORY_LABEL = "memory, appendfsync everysec";
    private static final long REPLICA_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    @Override
    public String name() {
        return "durability";
    }

    @Override
    public String title() {
        return "Enqueue over HTTP by durability, one job a request, 64 connections";
    }

    @Override
    public void run(BenchContext ground) throws Exception {
        Rounds rounds = new Rounds(ground);
        if (ground.embedded()) {
            onOwnServers(ground, rounds);
        } else {
            onTheirServer(ground, rounds);
        }
        rounds.run();
    }

    private static void onOwnServers(BenchContext ground, Rounds rounds) throws Exception {
        OwnRedis plain = ground.open(() -> OwnRedis.start(ground.extents().redisServer(), EVERY_SECOND));
        OwnRedis safe = ground.open(() -> OwnRedis.start(ground.extents().redisServer(), ALWAYS));
        OwnRedis master = ground.open(() -> OwnRedis.start(ground.extents().redisServer(), EVERY_SECOND));
        OwnRedis unused = ground.open(() -> OwnRedis.start(ground.extents().redisServer(),
                master.asMaster()));
        awaitReplica(master.config());
        add(ground, rounds, MEMORY_LABEL, plain.config(), Durability.MEMORY);
        add(ground, rounds, "fsync, appendfsync always", safe.config(), Durability.FSYNC);
        add(ground, rounds, "replicated:1, on this machine", master.config(), REPLICATED);
        ground.note("On servers of the benchmark that keep their files in " + System.getProperty("java.io.tmpdir")
                + " and do not rewrite them meanwhile.");
    }

    private static void onTheirServer(BenchContext ground, Rounds rounds) throws Exception {
        add(ground, rounds, "memory", ground.redis(), Durability.MEMORY);
        BrokerOperator operator = ground.broker().operator();
        for (Durability durability : new Durability[]{Durability.FSYNC, REPLICATED}) {
            try {
                operator.require(durability);
                add(ground, rounds, durability.toString(), ground.redis(), durability);
            } catch (DurabilityUnavailable e) {
                ground.note("Not " + durability + ": " + e.getMessage());
            }
        }
    }

    private static void add(BenchContext ground, Rounds rounds, String label, RedisConfig redis, Durability durability)
            throws Exception {
        RedisProbe probe = ground.open(() -> RedisProbe.connect(redis));
        URI api = ground.api(redis, durability).uri();
        Rounds.Measure measure = () -> submit(ground, probe, api);
        if (durability.equals(Durability.MEMORY)) {
            rounds.add(label, "req/s", measure);
        } else {
            rounds.add(label, "req/s", ground.embedded() ? MEMORY_LABEL : "memory", measure);
        }
    }

    private static double submit(BenchContext ground, RedisProbe probe, URI api) throws IOException {
        QueueName queue = ground.newQueue();
        byte[] request = HttpLoad.job(api, queue, ground.payload());
        long nanos = HttpLoad.run(api, request, ground.jobs(), HttpSingle.CONNECTIONS);
        BenchContext.expect("jobs in line", ground.jobs(), probe.unfinished(queue));
        ground.remove(probe, queue);
        return ground.jobs() * 1e9 / nanos;
    }

    private static void awaitReplica(RedisConfig master) throws IOException {
        long start = System.nanoTime();
        try (RedisBroker broker = RedisBroker.connect(master, BrokerObserver.NONE)) {
            while (true) {
                try {
                    broker.operator().require(REPLICATED);
                    return;
                } catch (DurabilityUnavailable e) {
                    if (System.nanoTime() - start > REPLICA_NANOS) {
                        throw new IOException("the replica of the benchmark does not follow: " + e.getMessage(), e);
                    }
                    LockSupport.parkNanos(LOOK_EVERY_NANOS);
                }
            }
        }
    }
}
