package io.headrace.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.contract.process.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Redis goes away and comes back, for long and often, and nothing is left over from it. */
@Tag("faults")
final class OutagesIT {
    private static final String JOB = "{\"type\":\"work\",\"payload\":{\"ms\":0,\"failures\":0,\"deadly\":false}}";
    /** Threads and connections come and go by themselves: a leak of one an outage is far more. */
    private static final int SLACK = 8;

    @Test
    void afterOutagesWorkGoesOnWithinFiveSecondsAndNothingHasLeaked() throws Exception {
        Path folder = MatrixReport.folder("outages");
        Random random = FaultSettings.random("outages", DurabilityMode.FSYNC);
        List<Long> acceptingMs = new ArrayList<>();
        List<Long> runningMs = new ArrayList<>();
        try (FaultStage stage = new FaultStage(folder,
                FaultStage.Plan.of(DurabilityMode.FSYNC).withWorkers(2, 20, Duration.ofSeconds(2)),
                RedisForms.standalone(folder, DurabilityMode.FSYNC))) {
            cycle(stage, Duration.ofSeconds(1), new ArrayList<>(), new ArrayList<>()); // everything was used once
            Map<String, Integer> before = footprint(stage);
            cycle(stage, Duration.ofSeconds(60), acceptingMs, runningMs);
            MatrixReport
                    .note(String.format(Locale.ROOT, "Redis gone for 60 s: submissions are accepted %.1f s after it is"
                            + " back, and run after %.1f s.", acceptingMs.get(0) / 1000.0, runningMs.get(0) / 1000.0));
            for (int i = 0; i < FaultSettings.CYCLES; i++) {
                cycle(stage, Duration.ofMillis(1_000 + random.nextInt(1_000)), acceptingMs, runningMs);
            }
            Map<String, Integer> after = footprint(stage);
            MatrixReport.note(String.format(Locale.ROOT,
                    "%d outages of 1–2 s and one of 60 s: accepting again after %.1f s, running again after %.1f s at"
                            + " worst; threads, sockets and connections before %s, after %s.",
                    FaultSettings.CYCLES, worst(acceptingMs), worst(runningMs), before, after));
            assertThat(worst(acceptingMs)).isLessThanOrEqualTo(5);
            assertThat(worst(runningMs)).isLessThanOrEqualTo(5);
            before.forEach((what, count) -> assertThat(after.get(what)).as(what).isLessThanOrEqualTo(count + SLACK));
        }
        MatrixReport.delete(folder);
    }

    private static double worst(List<Long> ms) {
        return ms.stream().mapToLong(Long::longValue).max().orElseThrow() / 1000.0;
    }

    /** Takes Redis away and brings it back, and notes how soon a job is accepted and runs. */
    private static void cycle(FaultStage stage, Duration gone, List<Long> acceptingMs, List<Long> runningMs)
            throws Exception {
        RedisServer redis = stage.topology().primary();
        redis.kill9();
        long goneAt = System.nanoTime();
        assertThat(stage.post("/v1/queues/default/jobs", JOB).statusCode()).isEqualTo(503);
        Duration left = gone.minusNanos(System.nanoTime() - goneAt);
        if (!left.isNegative()) {
            ProcessFaults.last(left);
        }
        redis.restart();
        long backMs = System.currentTimeMillis();
        int runBefore = stage.notes().completed().size();
        Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20))
                .until(() -> stage.post("/v1/queues/default/jobs", JOB).statusCode() == 202);
        acceptingMs.add(System.currentTimeMillis() - backMs);
        Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20))
                .until(() -> stage.notes().completed().size() > runBefore);
        runningMs.add(System.currentTimeMillis() - backMs);
    }

    /** What could leak, once things have calmed down. */
    private static Map<String, Integer> footprint(FaultStage stage) throws Exception {
        ProcessFaults.last(Duration.ofSeconds(5));
        Map<String, Integer> counts = new LinkedHashMap<>();
        counts.put("threads of the api", threads(stage.api().pid()));
        counts.put("sockets of the api", sockets(stage.api().pid()));
        for (String worker : stage.workers()) {
            counts.put("threads of " + worker, threads(stage.worker(worker).pid()));
            counts.put("sockets of " + worker, sockets(stage.worker(worker).pid()));
        }
        counts.put("clients of Redis", Integer.parseInt(stage.topology().primary().info("connected_clients")));
        return counts;
    }

    private static int threads(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("Threads:"))
                .mapToInt(line -> Integer.parseInt(line.substring(8).strip())).findFirst().orElseThrow();
    }

    private static int sockets(long pid) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return (int) files.filter(OutagesIT::isSocket).count();
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
