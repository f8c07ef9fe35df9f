package io.headrace.bench;

import io.headrace.JobState;
import io.headrace.QueueName;
import io.headrace.bench.load.HttpSender;
import io.headrace.bench.load.OpenLoad;
import io.headrace.bench.process.Child;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.Queues;
import io.headrace.redis.RedisBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Measures whether anything grows in a system that is used for long at a steady rate. */
final class Soak implements Scenario {
    private static final int CONNECTIONS = 4;
    /** Jobs in a request, as many as {@link #REQUESTS} a second need. */
    private static final int REQUESTS = 100;
    private static final int SLOTS = 100;
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final int FEWEST_SAMPLES = 6;
    /** A trend through fewer samples tells nothing. */
    private static final int FEWEST_FOR_TREND = 20;
    private static final Duration LONGEST_WARM_UP = Duration.ofMinutes(5);
    private static final Duration LAST_JOBS = Duration.ofSeconds(30);
    private static final double WARM_UP = 0.1;
    private static final double MIB = 1024 * 1024;

    /**
     * A column that must not grow.
     *
     * @param scale how many of its units are one of the table's
     */
    private record Judged(String column, String label, String unit, double scale) {}

    private static final List<Judged> JUDGED = List.of(
            new Judged("redis_memory_bytes", "Redis memory", "MiB", MIB),
            new Judged("redis_resident_bytes", "Redis resident", "MiB", MIB),
            new Judged("redis_keys_but_minutes", "Redis keys", "n", 1),
            new Judged("redis_connections", "Redis connections", "n", 1),
            new Judged("queued", "jobs in line", "n", 1),
            new Judged("kept", "finished jobs kept", "n", 1),
            new Judged("api_heap_bytes", "api live heap", "MiB", MIB),
            new Judged("api_resident_bytes", "api resident", "MiB", MIB),
            new Judged("api_threads", "api threads", "n", 1),
            new Judged("api_sockets", "api sockets", "n", 1),
            new Judged("worker_heap_bytes", "worker live heap", "MiB", MIB),
            new Judged("worker_resident_bytes", "worker resident", "MiB", MIB),
            new Judged("worker_threads", "worker threads", "n", 1),
            new Judged("worker_sockets", "worker sockets", "n", 1));

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public String title() {
        return "Soak: what grows while jobs pass at a steady rate";
    }

    @Override
    public boolean byDefault() {
        return false;
    }

    @Override
    public void run(BenchContext bench) throws Exception {
        QueueName queue = bench.newQueue();
        RedisBroker broker = bench.broker();
        broker.queues().resume(queue); // creates it, for samples taken before the first job
        Child api = bench.api();
        Child worker = bench.worker(queue, SLOTS);
        Path csv = bench.limits().csv();
        SoakLog log = bench.open(() -> new SoakLog(csv));
        OpenLoad load = bench.open(() -> load(bench, api, queue));
        watch(bench, new SoakSample(bench, broker.queues(), queue, api, worker, load.start()), log);
        load.close();
        bench.figure(Figure.of("accepted and not finished", "jobs",
                unfinished(broker.queues(), queue, load.accepted())));
        report(bench, log, load);
        load.behind("The load").ifPresent(bench::note);
        bench.note("Every sample, for plotting: " + csv);
    }

    private static OpenLoad load(BenchContext bench, Child api, QueueName queue) {
        int rate = bench.limits().rate();
        int batch = Math.max(1, rate / REQUESTS);
        List<HttpSender> senders = Stream.generate(() -> HttpSender.lines(api.uri(), queue, bench.payload(),
                batch)).limit(CONNECTIONS).toList();
        bench.note(String.format(Locale.ROOT,
                "%,d jobs/s by a schedule, as NDJSON requests of %d jobs over %d connections; one api, one worker"
                        + " process with %d slots and a handler that does nothing, default retention.",
                rate, batch, CONNECTIONS, SLOTS));
        return new OpenLoad((double) rate / batch, senders);
    }

    private static void watch(BenchContext bench, SoakSample sample, SoakLog log) throws Exception {
        Duration whole = bench.limits().soak();
        long every = Math.min(EVERY.toNanos(), whole.toNanos() / FEWEST_SAMPLES);
        long start = System.nanoTime();
        for (long at = every; at <= whole.toNanos(); at += every) {
            TimeUnit.NANOSECONDS.sleep(start + at - System.nanoTime());
            log.add((System.nanoTime() - start) / 1e9, sample.take());
            bench.progress((double) at / whole.toNanos(),
                    String.format(Locale.ROOT, "%,.0f jobs accepted", log.last("accepted")));
        }
    }

    /** How many accepted jobs have not succeeded, when the worker had time to do what was still in line. */
    private static double unfinished(Queues queues, QueueName queue, long accepted)
            throws InterruptedException {
        long deadline = System.nanoTime() + LAST_JOBS.toNanos();
        while (true) {
            long left = accepted - queues.info(queue).orElseThrow().totals().getOrDefault(JobState.SUCCEEDED, 0L);
            if (left <= 0 || System.nanoTime() > deadline) {
                return left;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static void report(BenchContext bench, SoakLog log, OpenLoad load) throws IOException {
        int warm = warm(log);
        double seconds = log.second(log.size() - 1) - log.second(warm);
        if (seconds > 0) {
            bench.figure(Figure.of("finished, steady", "jobs/s",
                    (log.last("succeeded") - log.value("succeeded", warm)) / seconds));
        }
        List<String> rising = new ArrayList<>();
        for (Judged judged : JUDGED) {
            report(bench, log, warm, judged, rising);
        }
        if (load.failed() > 0) {
            bench.note(load.failed() + " requests failed, the last because " + load.lastFailure());
        }
        bench.note(String.format(Locale.ROOT,
                "Samples every %.0f s; those of the first %.0f s are warm-up, in which retention fills and the JVMs"
                        + " compile, and count for no trend. Trends by least squares, an hour. Redis keys without the"
                        + " counters that a queue keeps of each minute of 25 hours.",
                log.second(0), log.second(warm)));
        bench.note(verdict(log.size() - warm, rising));
    }

    private static void report(BenchContext bench, SoakLog log, int warm, Judged judged, List<String> rising) {
        Trend trend = log.trend(judged.column(), warm);
        bench.figure(Figure.of(judged.label(), judged.unit(), trend.level() / judged.scale()));
        bench.figure(Figure.of(judged.label() + " trend", judged.unit() + "/h", trend.perHour() / judged.scale()));
        if (trend.rises()) {
            rising.add(String.format(Locale.ROOT, "%s by %.3g %s an hour (±%.2g)", judged.label(),
                    trend.perHour() / judged.scale(), judged.unit(), trend.error() / judged.scale())
                    .replace("  ", " "));
        }
    }

    /** The first sample that is no warm-up: retention is full, and the JVMs had their time. */
    private static int warm(SoakLog log) {
        double earliest = Math.min((double) LONGEST_WARM_UP.toSeconds(), WARM_UP * log.second(log.size() - 1));
        double full = 0.99 * QueueSettings.DEFAULT.maxKept();
        for (int i = 0; i < log.size(); i++) {
            if (log.second(i) >= earliest && log.value("kept", i) >= full) {
                return i;
            }
        }
        return log.size() - 1;
    }

    private static String verdict(int samples, List<String> rising) {
        if (samples < FEWEST_FOR_TREND) {
            return "Verdict: too short to tell; " + samples + " samples after the warm-up, " + FEWEST_FOR_TREND
                    + " are needed.";
        }
        return rising.isEmpty()
                ? "Verdict: nothing grows (by more than 1 % an hour, or beyond what scatter explains)."
                : "Verdict: GROWS: " + String.join("; ", rising) + ".";
    }
}
