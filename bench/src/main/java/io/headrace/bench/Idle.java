package io.headrace.bench;

import io.headrace.QueueName;
import io.headrace.bench.process.Child;
import io.headrace.bench.process.CpuSeconds;
import io.headrace.bench.process.ServerFigures;
import io.headrace.broker.BrokerObserver;
import io.headrace.redis.RedisBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Measures what a worker costs that has nothing to do. */
final class Idle implements Scenario {
    private static final int SLOTS = 10;
    /** It claims once more after its last job, and then settles down. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public String title() {
        return "Idle: what a worker with nothing to do costs";
    }

    @Override
    public void run(BenchContext bench) throws Exception {
        QueueName queue = bench.newQueue();
        Child worker = bench.worker(queue, SLOTS);
        try (RedisBroker producer = RedisBroker.connect(bench.redis(), BrokerObserver.NONE)) { // idle, it would count
            producer.enqueue(bench.job(queue, bench.payload())).toCompletableFuture().join();
        }
        bench.progress(0, "settling down");
        TimeUnit.NANOSECONDS.sleep(SETTLING.toNanos());
        List<Double> cpu = new ArrayList<>();
        List<Double> commands = new ArrayList<>();
        List<Double> redis = new ArrayList<>();
        Map<String, Long> callsBefore = calls(bench, queue);
        double seconds = bench.limits().duration().toNanos() / 1e9;
        for (int run = 1; run <= bench.runs(); run++) {
            CpuSeconds before = CpuSeconds.of(List.of(worker), bench.probe(), queue);
            ServerFigures serverBefore = ServerFigures.of(bench.probe(), queue);
            TimeUnit.NANOSECONDS.sleep(bench.limits().duration().toNanos());
            ServerFigures serverAfter = ServerFigures.of(bench.probe(), queue);
            CpuSeconds used = CpuSeconds.of(List.of(worker), bench.probe(), queue).since(before);
            cpu.add(used.children() / seconds * 100);
            // the second look is not yet counted in what it tells
            commands.add((serverAfter.commands() - serverBefore.commands() - 1) / seconds);
            redis.add(used.redis() / seconds * 100);
            bench.progress((double) run / bench.runs(), "watching");
        }
        bench.figure(Figure.of("worker CPU, of a core", "%", cpu));
        bench.figure(Figure.of("commands, those in scripts too", "1/s", commands));
        bench.figure(Figure.of("Redis CPU, of a core", "%", redis));
        bench.note(told(bench, callsBefore, calls(bench, queue), seconds * bench.runs()));
    }

    private static Map<String, Long> calls(BenchContext bench, QueueName queue) {
        return ServerFigures.of(bench.probe(), queue, "commandstats").calls();
    }

    private static String told(BenchContext bench, Map<String, Long> before, Map<String, Long> after, double seconds) {
        Map<String, Long> more = new TreeMap<>(after);
        more.replaceAll((command, calls) -> calls - before.getOrDefault(command, 0L));
        more.values().removeIf(calls -> calls == 0);
        more.remove("info");
        return "Commands in " + Math.round(seconds) + " s: " + more
                + (bench.embedded() ? "." : "; what others do on this Redis counts as well.")
                + " Redis itself ticks ten times a second, with nobody there.";
    }
}
