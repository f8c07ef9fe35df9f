package io.headrace.bench;

import io.headrace.JobClient;
import io.headrace.bench.load.OpenLoad;
import io.headrace.bench.load.Way;
import io.headrace.bench.process.CpuSeconds;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * Measures what lone jobs at a steady rate cost, and how long they wait: by a worker that has just started, and once it
 * is warm, beside bare adding and reading.
 */
final class Steady implements Scenario {
    private static final int SLOTS = 10;
    private static final List<Integer> RATES = List.of(100, 1_000);
    /** More than can be sent, and then lone jobs: else what runs them would be compiled while it is measured. */
    private static final List<Integer> WARM_UPS = List.of(20_000, 1_000);
    /** Each takes more than a minute. */
    private static final int RUNS_FOR_ONE = 5;

    /**
     * What a load took.
     *
     * @param taker CPU time of who took the jobs, in percent of a core
     * @param redis that of Redis
     * @param p50Ms of the times from sending to being taken
     */
    private record Took(double taker, double redis, double p50Ms, double p99Ms) {}

    /**
     * One figure of it.
     *
     * @param raw what it is called beside the rows of a worker
     */
    private record Aspect(String raw, String worker, String unit, ToDoubleFunction<Took> value) {
        Figure of(String when, List<Took> took) {
            return Figure.of(when + ": " + raw, unit, values(took));
        }

        Figure of(String when, List<Took> took, Figure ceiling) {
            return new Figure(when + ": " + worker, unit, values(took), ceiling);
        }

        private List<Double> values(List<Took> took) {
            return took.stream().map(value::applyAsDouble).toList();
        }
    }

    private static final List<Aspect> ASPECTS = List.of(
            new Aspect("reader CPU", "worker CPU", "%", Took::taker),
            new Aspect("Redis CPU", "Redis CPU", "%", Took::redis),
            new Aspect("p50", "p50", "ms", Took::p50Ms),
            new Aspect("p99", "p99", "ms", Took::p99Ms));

    @Override
    public String name() {
        return "steady";
    }

    @Override
    public String title() {
        return "Steady: lone jobs from Java to a worker with " + SLOTS + " slots, CPU in % of a core";
    }

    @Override
    public void run(BenchContext bench) throws Exception {
        Duration warm = bench.limits().duration();
        Duration first = warm.multipliedBy(2);
        int runs = (bench.runs() + RUNS_FOR_ONE - 1) / RUNS_FOR_ONE;
        JobClient client = new JobClient(bench.broker());
        Way raw = Latency.raw(bench);
        bench.progress(0, "warm-up");
        warmUp(bench, raw);
        Way uncounted = Latency.fromJava(bench, client, SLOTS); // for the sender; workers that are measured are new
        warmUp(bench, uncounted);
        end(bench, uncounted);
        Map<String, List<Took>> took = new LinkedHashMap<>();
        for (int step = 0; step < runs * RATES.size(); step++) {
            int perSecond = RATES.get(step % RATES.size());
            bench.progress((double) step / (runs * RATES.size()),
                    "run " + (step / RATES.size() + 1) + ", " + at(perSecond));
            add(took, raw(perSecond), measure(bench, raw, perSecond, warm));
            Way way = Latency.fromJava(bench, client, SLOTS);
            way.sendOne(); // until then jobs wait for its start, which is measured elsewhere
            add(took, first(perSecond, first), measure(bench, way, perSecond, first));
            warmUp(bench, way);
            add(took, warm(perSecond), measure(bench, way, perSecond, warm));
            end(bench, way);
        }
        report(bench, took, first);
        bench.note(String.format(Locale.ROOT,
                "Sent by a schedule over up to %d connections, and counted from the moment of the schedule. First: from"
                        + " a new worker's first job on, by a sender that is warm. Warm: after as many jobs as"
                        + " could be sent in %d s, and %2$d s of lone ones at 1,000/s. A run for every %3$d of --runs.",
                Way.SENDERS, warm.dividedBy(2).toSeconds(), RUNS_FOR_ONE)
                + (bench.embedded() ? "" : " What others do on this Redis counts as well."));
    }

    private static String at(int perSecond) {
        return String.format(Locale.ROOT, "%,d/s", perSecond);
    }

    private static String raw(int perSecond) {
        return at(perSecond) + ", raw";
    }

    private static String first(int perSecond, Duration first) {
        return at(perSecond) + ", first " + first.toSeconds() + " s";
    }

    private static String warm(int perSecond) {
        return at(perSecond) + ", warm";
    }

    private static void warmUp(BenchContext bench, Way way) throws Exception {
        for (int perSecond : WARM_UPS) {
            way.taken(send(bench, way, perSecond, bench.limits().duration().dividedBy(2)));
        }
    }

    private static void end(BenchContext bench, Way way) throws IOException {
        way.taker().close();
        bench.remove(way.queue());
    }

    private static OpenLoad send(BenchContext bench, Way way, int perSecond, Duration duration) throws Exception {
        OpenLoad load = bench.open(() -> way.load(perSecond));
        load.run(duration);
        return load;
    }

    private static Took measure(BenchContext bench, Way way, int perSecond, Duration duration) throws Exception {
        CpuSeconds before = cpu(bench, way);
        long start = System.nanoTime();
        OpenLoad load = send(bench, way, perSecond, duration);
        double percent = 100 / ((System.nanoTime() - start) / 1e9);
        CpuSeconds used = cpu(bench, way).since(before).times(percent);
        Histogram nanos = way.taken(load);
        load.behind(way.name() + " at " + at(perSecond)).ifPresent(bench::note);
        return new Took(used.children(), used.redis(), nanos.getValueAtPercentile(50) / 1e6,
                nanos.getValueAtPercentile(99) / 1e6);
    }

    private static CpuSeconds cpu(BenchContext bench, Way way) {
        return CpuSeconds.of(List.of(way.taker()), bench.probe(), way.queue());
    }

    private static void add(Map<String, List<Took>> took, String when, Took one) {
        took.computeIfAbsent(when, it -> new ArrayList<>()).add(one);
    }

    private static void report(BenchContext bench, Map<String, List<Took>> took, Duration first) {
        for (int perSecond : RATES) {
            for (Aspect aspect : ASPECTS) {
                Figure raw = aspect.of(raw(perSecond), took.getOrDefault(raw(perSecond), List.of()));
                bench.figure(raw);
                for (String when : List.of(first(perSecond, first), warm(perSecond))) {
                    bench.figure(aspect.of(when, took.getOrDefault(when, List.of()), raw));
                }
            }
        }
    }
}
