package io.headrace.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.contract.process.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many jobs while workers and Redis are killed all the time. */
@Tag("faults")
final class LongRunIT {
    private static final Duration WORKER_KILL_EVERY = Duration.ofSeconds(3);
    private static final int REDIS_KILL_EVERY = 7; // so many kills of workers, about 20 s
    private static final int PER_SECOND = 1_200;

    @AfterAll
    static void print() {
        MatrixReport.print();
    }

    @Test
    void nothingIsLostWhileWorkersAndRedisAreKilledAllTheTime() throws Exception {
        String name = FaultSettings.JOBS + " jobs, a worker killed every 3 s, Redis every 20 s";
        Random random = FaultSettings.random(name, DurabilityMode.FSYNC);
        Path folder = MatrixReport.folder("long-run");
        FaultStage.Plan plan = FaultStage.Plan.of(DurabilityMode.FSYNC).withWorkers(4, 60, Duration.ofSeconds(2));
        SubmissionLoad.Shape shape = new SubmissionLoad.Shape(PER_SECOND, 60, 10, 300);
        try (FaultStage stage = new FaultStage(folder, plan, RedisForms.standalone(folder, DurabilityMode.FSYNC));
                SubmissionLoad load = new SubmissionLoad(stage.apiUri(), shape, random.nextLong()).start()) {
            long struckMs = System.currentTimeMillis();
            int kills = 0;
            while (load.acceptedAtMs().size() < FaultSettings.JOBS) {
                ProcessFaults.last(WORKER_KILL_EVERY);
                stage.killWorker(ProcessFaults.any(stage.workers(), random));
                stage.startWorkerSoon();
                kills++;
                if (kills % REDIS_KILL_EVERY == 0) {
                    RedisServer redis = stage.topology().primary();
                    redis.kill9();
                    ProcessFaults.last(Duration.ofMillis(500));
                    redis.restart();
                }
            }
            load.stop();
            TrialResult row = new FaultTrial(stage, name).judge(load, InjectedFault.Damage.endedNow(struckMs), "alone");
            MatrixReport.add(row);
            MatrixReport.note(kills + " workers and " + kills / REDIS_KILL_EVERY + " Redis processes were killed in "
                    + (System.currentTimeMillis() - struckMs) / 1000 + " s.");
            assertThat(row.broken()).isEmpty();
            assertThat(row.lost() + row.duplicates()).isZero();
        }
        MatrixReport.delete(folder);
    }
}
