package io.headrace.bench;

import io.headrace.QueueName;
import io.headrace.bench.process.Child;
import io.headrace.bench.process.ProcessFigures;
import io.headrace.bench.process.ServerFigures;
import io.headrace.broker.BrokerObserver;
import io.headrace.redis.RedisBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What a worker costs that has nothing to do. */
final class Idle implements Scenario {
    private static final int SLOTS = 10;
    private static final String LEASE = "30s";
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
    public void run(BenchContext ground) throws Exception {
        QueueName queue = ground.newQueue();
        Child worker = ground.open(() -> Child.worker(ground.jdk(), ground.redis(), queue, SLOTS, LEASE));
        try (RedisBroker producer = RedisBroker.connect(ground.redis(), BrokerObserver.NONE)) { // idle, it would count
            producer.enqueue(ground.job(queue, ground.payload())).toCompletableFuture().join();
        }
        ground.progress(0, "settling down");
        TimeUnit.NANOSECONDS.sleep(SETTLING.toNanos());
        List<Double> cpu = new ArrayList<>();
        List<Double> commands = new ArrayList<>();
        List<Double> redis = new ArrayList<>();
        Map<String, Long> callsBefore = calls(ground, queue);
        double seconds = ground.extents().duration().toNanos() / 1e9;
        for (int run = 1; run <= ground.runs(); run++) {
            ProcessFigures before = ProcessFigures.of(worker.handle());
            ServerFigures serverBefore = ServerFigures.of(ground.probe(), queue);
            TimeUnit.NANOSECONDS.sleep(ground.extents().duration().toNanos());
            ServerFigures serverAfter = ServerFigures.of(ground.probe(), queue);
            cpu.add((ProcessFigures.of(worker.handle()).cpuSeconds() - before.cpuSeconds()) / seconds * 100);
            // the second look is not yet counted in what it tells
            commands.add((serverAfter.commands() - serverBefore.commands() - 1) / seconds);
            redis.add((serverAfter.cpuSeconds() - serverBefore.cpuSeconds()) / seconds * 100);
            ground.progress((double) run / ground.runs(), "watching");
        }
        ground.figure(Figure.of("worker CPU, of a core", "%", cpu));
        ground.figure(Figure.of("commands, those in scripts too", "1/s", commands));
        ground.figure(Figure.of("Redis CPU, of a core", "%", redis));
        ground.note(told(ground, callsBefore, calls(ground, queue), seconds * ground.runs()));
    }

    private static Map<String, Long> calls(BenchContext ground, QueueName queue) {
        return ServerFigures.of(ground.probe(), queue, "commandstats").calls();
    }

    private static String told(BenchContext ground, Map<String, Long> before, Map<String, Long> after, double seconds) {
        Map<String, Long> more = new TreeMap<>(after);
        more.replaceAll((command, calls) -> calls - before.getOrDefault(command, 0L));
        more.values().removeIf(calls -> calls == 0);
        more.remove("info");
        return "Commands in " + Math.round(seconds) + " s: " + more
                + (ground.embedded() ? "." : "; what others do on this Redis counts as well.")
                + " Redis itself ticks ten times a second, with nobody there.";
    }
}
