package io.headrace.bench;

import io.headrace.QueueName;
import io.headrace.bench.process.ServerFigures;
import io.headrace.redis.RedisBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Measures whether what one does with a queue costs more when more is in line. */
final class Backlog implements Scenario {
    private static final long SMALLEST = 1_000;
    private static final int STEP = 10;
    /** Blocks of each run; a block is a few of each operation. */
    private static final int BLOCKS = 4;
    /** What a job of the payload takes, beyond that, told on the safe side. */
    private static final int BYTES_OVER_PAYLOAD = 250;

    @Override
    public String name() {
        return "backlog";
    }

    @Override
    public String title() {
        return "Backlog: what operations cost with so many jobs in line";
    }

    @Override
    public void run(BenchContext bench) throws Exception {
        RedisBroker broker = bench.broker();
        BacklogQueue small = new BacklogQueue(bench, broker, bench.newQueue());
        BacklogQueue large = new BacklogQueue(bench, broker, bench.newQueue());
        small.fillTo(SMALLEST, done -> {});
        List<Long> sizes = sizes(bench.limits().backlog());
        for (int i = 0; i < sizes.size(); i++) {
            long size = sizes.get(i);
            if (!fits(bench, large.queue(), size - large.size())) {
                return;
            }
            double before = i;
            large.fillTo(size, done -> bench.progress((before + 0.5 * done / size) / sizes.size(),
                    String.format(Locale.ROOT, "filling to %,d", size)));
            measure(bench, small, large, shortly(size), (i + 0.5) / sizes.size());
        }
        bench.note(
                "Round trip of one call from Java, and beside it the CPU time of Redis' main thread. SHARE is here the"
                        + " part of what the same call costs at that moment in another"
                        + " queue of 1,000 jobs, measured in turn.");
    }

    /** Ten times as many each, and at last as many as asked for. */
    private static List<Long> sizes(long largest) {
        List<Long> sizes = new ArrayList<>();
        for (long size = SMALLEST; size < largest; size *= STEP) {
            sizes.add(size);
        }
        sizes.add(largest);
        return sizes;
    }

    /** As in 10M. */
    private static String shortly(long size) {
        return size % 1_000_000 == 0 ? size / 1_000_000 + "M" : size % 1_000 == 0 ? size / 1_000 + "k" : "" + size;
    }

    private static void measure(BenchContext bench, BacklogQueue small, BacklogQueue large, String size, double at) {
        small.block(); // warms up
        large.block();
        Map<String, List<Double>> smalls = new LinkedHashMap<>();
        Map<String, List<Double>> larges = new LinkedHashMap<>();
        for (int i = 0; i < BLOCKS * bench.runs(); i++) {
            bench.progress(at, size + " in line");
            small.block().forEach((what, micros) -> smalls.computeIfAbsent(what, it -> new ArrayList<>()).add(micros));
            large.block().forEach((what, micros) -> larges.computeIfAbsent(what, it -> new ArrayList<>()).add(micros));
        }
        larges.forEach((what, micros) -> {
            Figure beside = Figure.of("1k: " + what, "µs", smalls.getOrDefault(what, List.of()));
            bench.figure(new Figure(size + ": " + what, "µs", micros, beside));
        });
    }

    private static boolean fits(BenchContext bench, QueueName queue, long more) throws java.io.IOException {
        double needed = (double) more * (bench.payloadBytes() + BYTES_OVER_PAYLOAD);
        double there = available(bench, queue);
        if (needed <= there) {
            return true;
        }
        bench.note(String.format(Locale.ROOT,
                "No more than this: %,d more jobs need about %.1f GiB of memory, and there are %.1f GiB.", more,
                needed / (1 << 30), there / (1 << 30)));
        return false;
    }

    /**
     * What Redis may still take: of what it was told, of the machine, or, unless it is ours, what it knows of its own.
     */
    private static double available(BenchContext bench, QueueName queue) throws java.io.IOException {
        ServerFigures redis = ServerFigures.of(bench.probe(), queue);
        double told = redis.maxMemoryBytes() > 0 ? redis.maxMemoryBytes() - redis.memoryBytes() : Double.MAX_VALUE;
        Path memory = Path.of("/proc/meminfo");
        if (!bench.embedded() || !Files.isReadable(memory)) {
            return Math.min(told, redis.machineBytes() - redis.residentBytes());
        }
        try (Stream<String> lines = Files.lines(memory)) {
            return lines.filter(line -> line.startsWith("MemAvailable:")).findFirst()
                    .map(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024).orElse(told);
        }
    }
}
