package io.headrace.cli.bench;

import io.headrace.redis.RedisConfig;
import io.headrace.redis.RedisProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One benchmark: runs scenarios one after the other. {@link #run} is called once; {@link #close} by any thread, at any time. */
public final class Bench implements AutoCloseable {
    private final Plan plan;
    private final Watcher watcher;
    private final Kept kept = new Kept();

    public Bench(Plan plan, Watcher watcher) {
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
    public Report run() throws Exception {
        RedisConfig redis = plan.redis() == null
                ? kept.open(() -> OwnRedis.start(Map.of("appendonly", "no"))).config()
                : plan.redis();
        RedisProbe probe = kept.open(() -> RedisProbe.connect(redis));
        Report report = new Report();
        describe(report.conditions(), redis, probe);
        List<Scenario> scenarios = plan.only().stream().map(Scenarios::named).toList();
        for (int i = 0; i < scenarios.size(); i++) {
            Scenario scenario = scenarios.get(i);
            int before = i;
            Report.Section section = new Report.Section(scenario);
            report.sections().add(section);
            try (Ground ground = kept.open(() -> new Ground(plan, redis, probe, section,
                    (fraction, doing) -> watcher.at((before + fraction) / scenarios.size(), doing)))) {
                scenario.run(ground);
            }
        }
        return report;
    }

    private void describe(Map<String, Object> conditions, RedisConfig redis, RedisProbe probe) {
        conditions.put("headrace",
                Optional.ofNullable(Bench.class.getPackage().getImplementationVersion()).orElse("dev"));
        conditions.put("startedAt", Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS).toString());
        conditions.put("redis", plan.redis() == null ? "embedded" : redis.toString());
        conditions.put("redisVersion", probe.info("redis_version"));
        conditions.put("redisAppendOnlyFile", probe.info("aof_enabled").equals("1"));
        conditions.put("jdk", System.getProperty("java.vendor") + " " + Runtime.version());
        Path childrenJdk = plan.extents().jdk();
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

    /** Whether somebody has closed it: what {@link #run} then throws has no other reason. */
    public boolean closed() {
        return kept.closed();
    }

    /** Ends what runs, removes every queue of the benchmark, and stops a Redis of its own. */
    @Override
    public void close() {
        kept.close();
    }
}
