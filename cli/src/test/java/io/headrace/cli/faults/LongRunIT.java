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
        Matrix.print();
    }

    @Test
    void nothingIsLostWhileWorkersAndRedisAreKilledAllTheTime() throws Exception {
        String name = Sizes.JOBS + " jobs, a worker killed every 3 s, Redis every 20 s";
        Random random = Sizes.random(name, Mode.FSYNC);
        Path folder = Matrix.folder("long-run");
        Stage.Plan plan = Stage.Plan.of(Mode.FSYNC).withWorkers(4, 60, Duration.ofSeconds(2));
        Load.Shape shape = new Load.Shape(PER_SECOND, 60, 10, 300);
        try (Stage stage = new Stage(folder, plan, Redises.standalone(folder, Mode.FSYNC));
                Load load = new Load(stage.apiUri(), shape, random.nextLong()).start()) {
            long struckMs = System.currentTimeMillis();
            int kills = 0;
            while (load.acceptedAtMs().size() < Sizes.JOBS) {
                Faults.last(WORKER_KILL_EVERY);
                stage.killWorker(Faults.any(stage.workers(), random));
                stage.startWorkerSoon();
                kills++;
                if (kills % REDIS_KILL_EVERY == 0) {
                    RedisServer redis = stage.topology().primary();
                    redis.kill9();
                    Faults.last(Duration.ofMillis(500));
                    redis.restart();
                }
            }
            load.stop();
            Row row = new Trial(stage, name).judge(load, Fault.Damage.endedNow(struckMs), "alone");
            Matrix.add(row);
            Matrix.note(kills + " workers and " + kills / REDIS_KILL_EVERY + " Redis processes were killed in "
                    + (System.currentTimeMillis() - struckMs) / 1000 + " s.");
            assertThat(row.broken()).isEmpty();
            assertThat(row.lost() + row.duplicates()).isZero();
        }
        Matrix.delete(folder);
    }
}
