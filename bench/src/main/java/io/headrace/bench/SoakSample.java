package io.headrace.bench;

import io.headrace.JobState;
import io.headrace.QueueName;
import io.headrace.bench.load.OpenLoad;
import io.headrace.bench.process.Child;
import io.headrace.bench.process.JvmFigures;
import io.headrace.bench.process.ProcessFigures;
import io.headrace.bench.process.ServerFigures;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.Queues;
import io.headrace.redis.RedisProbe;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads, at one moment, all that must not grow while a system is used, and what tells that it is used. */
final class SoakSample {
    private static final long MINUTES_KEPT = Duration.ofHours(25).toMinutes();
    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

    private final long startNanos = System.nanoTime();
    private final RedisProbe probe;
    private final Queues queues;
    private final QueueName queue;
    private final Child api;
    private final Child worker;
    private final OpenLoad load;

    SoakSample(BenchContext bench, Queues queues, QueueName queue, Child api, Child worker, OpenLoad load) {
        this.probe = bench.probe();
        this.queues = queues;
        this.queue = queue;
        this.api = api;
        this.worker = worker;
        this.load = load;
    }

    /** @return values by the names of columns, always the same and in the same order; NaN for what is not known here */
    Map<String, Double> take() throws IOException {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("accepted", (double) load.accepted());
        values.put("failed_sends", (double) load.failed());
        values.put("latest_send_ms", load.latest().toNanos() / 1e6);
        QueueInfo info = queues.info(queue).orElseThrow();
        values.put("succeeded", (double) info.totals().getOrDefault(JobState.SUCCEEDED, 0L));
        values.put("queued", (double) info.counts().getOrDefault(JobState.QUEUED, 0L));
        values.put("running", (double) info.counts().getOrDefault(JobState.RUNNING, 0L));
        values.put("kept", (double) info.kept());
        ServerFigures redis = ServerFigures.of(probe, queue);
        values.put("redis_memory_bytes", redis.memoryBytes());
        values.put("redis_resident_bytes", redis.residentBytes());
        values.put("redis_keys", redis.keys());
        values.put("redis_keys_but_minutes", redis.keys() - minutes());
        values.put("redis_connections", redis.connections());
        values.put("redis_cpu_s", redis.cpuSeconds());
        take("api", api, values);
        take("worker", worker, values);
        return values;
    }

    /** A queue has a key of counters for each minute, for 25 hours: they grow in number for so long, and no longer. */
    private long minutes() {
        return Math.min(MINUTES_KEPT, (System.nanoTime() - startNanos) / MINUTE_NANOS);
    }

    private static void take(String name, Child child, Map<String, Double> values) throws IOException {
        ProcessFigures process = ProcessFigures.of(child.handle());
        JvmFigures jvm = child.jvm();
        values.put(name + "_heap_bytes", (double) jvm.heapBytes());
        values.put(name + "_resident_bytes", process.residentBytes());
        values.put(name + "_threads", (double) jvm.threads());
        values.put(name + "_sockets", process.sockets());
        values.put(name + "_cpu_s", process.cpuSeconds());
    }
}
