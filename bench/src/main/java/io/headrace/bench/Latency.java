package io.headrace.bench;

import io.headrace.JobClient;
import io.headrace.QueueName;
import io.headrace.bench.load.ClientSender;
import io.headrace.bench.load.HttpSender;
import io.headrace.bench.load.OpenLoad;
import io.headrace.bench.load.Way;
import io.headrace.bench.load.XaddSender;
import io.headrace.bench.process.Child;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Measures how long a job waits before its handler starts, in a system that has nothing else to do. */
final class Latency implements Scenario {
    private static final int PER_SECOND = 1_000;
    /**
     * Rates of the uncounted rounds: more than can be sent, since on few cores it takes some ten thousands of jobs
     * until the JVMs no longer compile beside their work, and then the one that counts, which runs what a busy system
     * never does.
     */
    private static final List<Integer> WARM_UPS = List.of(20_000, PER_SECOND);
    private static final int SLOTS = 100;
    private static final double NANOS_IN_MS = 1e6;
    private static final String CEILING = "raw";

    /**
     * A figure of a histogram.
     *
     * @param percentile 100 for the longest
     */
    private record Quantile(String label, double percentile) {}

    private static final List<Quantile> QUANTILES = List.of(new Quantile("p50", 50), new Quantile("p99", 99),
            new Quantile("p99.9", 99.9), new Quantile("max", 100));

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String title() {
        return String.format(Locale.ROOT, "Latency: from sending to handler start, at %,d jobs/s", PER_SECOND);
    }

    @Override
    public void run(BenchContext bench) throws Exception {
        List<Way> ways = List.of(raw(bench), http(bench), fromJava(bench, new JobClient(bench.broker()), SLOTS));
        Map<String, List<Histogram>> histograms = new LinkedHashMap<>();
        int rounds = WARM_UPS.size() + bench.runs();
        for (int round = 0; round < rounds; round++) {
            boolean counts = round >= WARM_UPS.size();
            int perSecond = counts ? PER_SECOND : WARM_UPS.get(round);
            for (int i = 0; i < ways.size(); i++) {
                Way way = ways.get(i);
                bench.progress((round * (double) ways.size() + i) / ways.size() / rounds,
                        (counts ? "" : "warm-up, ") + way.name());
                OpenLoad load = bench.open(() -> way.load(perSecond));
                load.run(bench.limits().duration());
                Histogram histogram = way.taken(load);
                if (counts) {
                    load.behind(way.name() + ", run " + (round + 1 - WARM_UPS.size())).ifPresent(bench::note);
                    histograms.computeIfAbsent(way.name(), name -> new ArrayList<>()).add(histogram);
                }
            }
        }
        report(bench, histograms);
    }

    /** To a bare reader of its own. */
    static Way raw(BenchContext bench) throws Exception {
        QueueName queue = bench.newQueue();
        XaddSender.createGroup(bench.probe(), queue);
        Child reader = bench.open(() -> Child.reader(bench.jdk(), bench.redis(), queue));
        return new Way(CEILING, queue, reader, () -> XaddSender.to(bench.probe(), queue, bench.payloadBytes()));
    }

    private static Way http(BenchContext bench) throws Exception {
        QueueName queue = bench.newQueue();
        Child api = bench.api();
        return new Way("HTTP", queue, bench.worker(queue, SLOTS),
                () -> HttpSender.stamped(api.uri(), queue, bench.payloadBytes()));
    }

    /** To a new worker. */
    static Way fromJava(BenchContext bench, JobClient client, int slots) throws Exception {
        QueueName queue = bench.newQueue();
        return new Way("Java", queue, bench.worker(queue, slots),
                () -> new ClientSender(client, queue, bench.payloadBytes()));
    }

    private static void report(BenchContext bench, Map<String, List<Histogram>> histograms) {
        for (Quantile quantile : QUANTILES) {
            Figure ceiling = null;
            for (Map.Entry<String, List<Histogram>> way : histograms.entrySet()) {
                String label = way.getKey().equals(CEILING)
                        ? CEILING + ": XADD to XREADGROUP, " + quantile.label()
                        : way.getKey() + ", " + quantile.label();
                List<Double> values = way.getValue().stream().map(it -> value(it, quantile) / NANOS_IN_MS).toList();
                Figure figure = new Figure(label, "ms", values, ceiling);
                ceiling = ceiling == null ? figure : ceiling;
                bench.figure(figure);
            }
        }
        bench.note(String.format(Locale.ROOT,
                "Open model: sent by a schedule, one at a time over up to %d connections, and counted from the moment"
                        + " of the schedule, so waiting to be sent counts, and so does the tick of the timer (some 0.06"
                        + " ms on Linux). %d s a run, after two uncounted ones of each, the first as fast as it goes. A"
                        + " run that sent less than 99 %% of its schedule would be named here.",
                Way.SENDERS, bench.limits().duration().toSeconds()));
    }

    private static double value(Histogram histogram, Quantile quantile) {
        return quantile.percentile() == 100 ? histogram.getMaxValue()
                : histogram.getValueAtPercentile(quantile.percentile());
    }
}
