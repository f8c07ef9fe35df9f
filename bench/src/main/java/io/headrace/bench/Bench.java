package io.headrace.bench;

import io.headrace.QueueName;
import io.headrace.bench.process.OwnRedis;
import io.headrace.redis.RedisProbe;
import io.headrace.redis.config.RedisConfig;
import io.headrace.runtime.Build;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One benchmark: runs scenarios one after the other. {@link #run} is called once; {@link #close} by any thread, at any
 * time.
 */
public final class Bench implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Bench.class);
    private static final long STOP_S = 20;

    private final BenchPlan plan;
    private final BenchWatcher watcher;
    private final OpenParts parts = new OpenParts();
    /** Every queue that was made. */
    private final Set<QueueName> used = ConcurrentHashMap.newKeySet();
    /** Who measures. */
    private volatile @Nullable Thread runner;
    private final CountDownLatch ended = new CountDownLatch(1);

    public Bench(BenchPlan plan, BenchWatcher watcher) {
        this.plan = plan;
        this.watcher = watcher;
    }

    /**
     * Measures.
     *
     * @throws io.headrace.BrokerUnavailable when Redis cannot be reached
     * @throws io.headrace.InvalidInput when it is unfit for jobs
     * @throws IOException when no Redis or other part of the benchmark could be started; the message says why
     */
    public BenchReport run() throws Exception {
        runner = Thread.currentThread();
        try {
            return measure();
        } finally {
            runner = null;
            ended.countDown();
        }
    }

    private BenchReport measure() throws Exception {
        RedisConfig redis = plan.redis() == null
                ? parts.open(() -> OwnRedis.start(plan.limits().redisServer(), Map.of("appendonly", "no"))).config()
                : plan.redis();
        RedisProbe probe = parts.open(() -> RedisProbe.connect(redis));
        AutoCloseable unused = parts.open(() -> () -> probe.sweep(BenchContext.NAMES, used));
        BenchReport report = new BenchReport();
        describe(report.conditions(), redis, probe);
        List<Scenario> scenarios = plan.only().stream().map(Scenarios::named).toList();
        for (int i = 0; i < scenarios.size(); i++) {
            Scenario scenario = scenarios.get(i);
            int before = i;
            BenchReport.Section section = new BenchReport.Section(scenario);
            try (BenchContext bench = parts.open(() -> new BenchContext(plan, redis, probe, used, section,
                    (fraction, doing) -> watcher.at((before + fraction) / scenarios.size(), doing)))) {
                scenario.run(bench);
            }
            report.sections().add(section);
            watcher.ended(report, section);
        }
        return report;
    }

    private void describe(Map<String, Object> conditions, RedisConfig redis, RedisProbe probe) {
        conditions.put("headrace", Build.version());
        conditions.put("startedAt", Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS).toString());
        conditions.put("redis", plan.redis() == null ? ownRedis() : redis.toString());
        conditions.put("redisVersion", probe.info("redis_version"));
        conditions.put("redisAllocator", probe.info("mem_allocator"));
        conditions.put("redisAppendOnlyFile", probe.info("aof_enabled").equals("1"));
        conditions.put("jdk", System.getProperty("java.vendor") + " " + Runtime.version());
        Path childrenJdk = plan.limits().jdk();
        if (childrenJdk != null) {
            conditions.put("childrenJdk", childrenJdk.toString());
        }
        conditions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch"));
        conditions.put("cores", Runtime.getRuntime().availableProcessors());
        conditions.put("payloadBytes", plan.payload());
        conditions.put("jobs", plan.jobs());
        conditions.put("runs", plan.runs());
    }

    private String ownRedis() {
        Path program = plan.limits().redisServer();
        return program == null ? "embedded" : program.toString();
    }

    /** Whether somebody has closed it: what {@link #run} then throws has no other reason. */
    public boolean closed() {
        return parts.closed();
    }

    /**
     * Ends what runs, load first, so that nobody writes after the removal; removes every queue, and stops a Redis of
     * its own.
     */
    @Override
    public void close() {
        parts.refuse();
        Thread measuring = runner;
        if (measuring != null) {
            measuring.interrupt();
            awaitEnd();
        }
        parts.close();
    }

    private void awaitEnd() {
        try {
            if (!ended.await(STOP_S, TimeUnit.SECONDS)) {
                LOG.warn("the benchmark did not stop within {} s; keys of queues named {}… may be left", STOP_S,
                        BenchContext.NAMES);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
