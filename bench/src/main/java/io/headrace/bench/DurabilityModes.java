package io.headrace.bench;

import io.headrace.Durability;
import io.headrace.DurabilityUnavailable;
import io.headrace.QueueName;
import io.headrace.bench.load.HttpLoad;
import io.headrace.bench.process.BenchHandlers;
import io.headrace.bench.process.OwnRedis;
import io.headrace.broker.BrokerObserver;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.RedisProbe;
import io.headrace.redis.config.RedisConfig;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Measures what it costs that an answer waits for the disk, or for a replica. */
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
    public void run(BenchContext bench) throws Exception {
        Rounds rounds = new Rounds(bench);
        if (bench.embedded()) {
            onOwnServers(bench, rounds);
        } else {
            onTheirServer(bench, rounds);
        }
        rounds.run();
    }

    private static void onOwnServers(BenchContext bench, Rounds rounds) throws Exception {
        OwnRedis plain = bench.open(() -> OwnRedis.start(bench.limits().redisServer(), EVERY_SECOND));
        OwnRedis safe = bench.open(() -> OwnRedis.start(bench.limits().redisServer(), ALWAYS));
        OwnRedis master = bench.open(() -> OwnRedis.start(bench.limits().redisServer(), EVERY_SECOND));
        OwnRedis unused = bench.open(() -> OwnRedis.start(bench.limits().redisServer(),
                master.asMaster()));
        awaitReplica(master.config());
        add(bench, rounds, MEMORY_LABEL, plain.config(), Durability.MEMORY);
        add(bench, rounds, "fsync, appendfsync always", safe.config(), Durability.FSYNC);
        add(bench, rounds, "replicated:1, on this machine", master.config(), REPLICATED);
        bench.note("On servers of the benchmark that keep their files in " + System.getProperty("java.io.tmpdir")
                + " and do not rewrite them meanwhile.");
    }

    private static void onTheirServer(BenchContext bench, Rounds rounds) throws Exception {
        add(bench, rounds, "memory", bench.redis(), Durability.MEMORY);
        for (Durability durability : new Durability[]{Durability.FSYNC, REPLICATED}) {
            try {
                bench.broker().require(durability);
                add(bench, rounds, durability.toString(), bench.redis(), durability);
            } catch (DurabilityUnavailable e) {
                bench.note("Not " + durability + ": " + e.getMessage());
            }
        }
    }

    private static void add(BenchContext bench, Rounds rounds, String label, RedisConfig redis, Durability durability)
            throws Exception {
        RedisProbe probe = bench.open(() -> RedisProbe.connect(redis));
        URI api = bench.api(redis, durability).uri();
        Rounds.Measure measure = () -> submit(bench, probe, api);
        if (durability.equals(Durability.MEMORY)) {
            rounds.add(label, "req/s", measure);
        } else {
            rounds.add(label, "req/s", bench.embedded() ? MEMORY_LABEL : "memory", measure);
        }
    }

    private static double submit(BenchContext bench, RedisProbe probe, URI api) throws IOException {
        QueueName queue = bench.newQueue();
        byte[] request = HttpLoad.job(api, queue, BenchHandlers.NOOP, bench.payload());
        long nanos = HttpLoad.run(api, request, bench.jobs(), HttpSingle.CONNECTIONS);
        BenchContext.expect("jobs in line", bench.jobs(), probe.unfinished(queue));
        bench.remove(probe, queue);
        return bench.jobs() * 1e9 / nanos;
    }

    private static void awaitReplica(RedisConfig master) throws IOException {
        long start = System.nanoTime();
        try (RedisBroker broker = RedisBroker.connect(master, BrokerObserver.NONE)) {
            while (true) {
                try {
                    broker.require(REPLICATED);
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
