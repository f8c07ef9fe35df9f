package io.headrace.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a weaker durability may lose, and that it loses no more; and what it takes to lose nothing. */
@Tag("faults")
final class LossIT {
    /** How far the replicas of a lagging topology are behind, at most, in ms. */
    private static final long WINDOW = 2_000;
    /** From what is done to Redis until the last of the answers that it gave before is read, at most, in ms. */
    private static final long MOMENT = 2_000;

    @Test
    void inMemoryOnlyWhatTheReplicaHadNotHeardIsLost() throws Exception {
        TrialResult row = run(SentinelTopology.Failovers.LAGGING_PRIMARY_KILLED, DurabilityMode.MEMORY,
                FaultTrial.Redis.LAGGING);
        assertThat(row.lost()).isPositive();
        assertThat(row.lostMs().getMin()).isGreaterThan(-WINDOW);
    }

    @Test
    void whatWasReplicatedSurvivesThePrimaryWhateverTheLag() throws Exception {
        TrialResult row = run(SentinelTopology.Failovers.LAGGING_PRIMARY_KILLED, DurabilityMode.REPLICATED,
                FaultTrial.Redis.LAGGING);
        assertThat(row.lost()).isZero();
    }

    /**
     * One replica of two is not the one that is promoted: while the former primary does not know yet, the other replica
     * may still answer it. Counted, not promised; {@code replicated:2} is in the matrix.
     */
    @Test
    void aFormerPrimaryThatLivesOnMayLoseWhatOneOfTwoReplicasHas() throws Exception {
        TrialResult row = run(SentinelTopology.Failovers.PLANNED, DurabilityMode.REPLICATED, FaultTrial.Redis.SENTINEL);
        assertThat(row.lost() == 0 || row.lostMs().getMin() > 0).isTrue();
    }

    /** Whatever was accepted before or after the blow is where it was. */
    @TestFactory
    Stream<DynamicTest> onlyWhatWasTakenAwayIsLost() {
        return RedisFaults.LOSING.stream().filter(fault -> FaultSettings.wanted(fault.name()))
                .map(fault -> DynamicTest.dynamicTest(fault.name(), () -> {
                    TrialResult row = run(fault, DurabilityMode.FSYNC, FaultTrial.Redis.FORGETFUL);
                    assertThat(row.lost() == 0 || row.lostMs().getMax() < MOMENT).isTrue();
                }));
    }

    private static TrialResult run(InjectedFault fault, DurabilityMode mode, FaultTrial.Redis redis) throws Exception {
        Path folder = MatrixReport.folder("loss");
        TrialResult row = FaultTrial.run(fault, mode, folder, redis);
        MatrixReport.add(row);
        if (row.lost() > 0) {
            MatrixReport.note(
                    String.format("%s, %s: the %d lost jobs had been accepted from %d ms before it to %d ms after.",
                            fault.name(), mode.label(), row.lost(), -row.lostMs().getMin(), row.lostMs().getMax()));
        }
        assertThat(row.broken()).isEmpty();
        assertThat(row.duplicates()).isZero();
        MatrixReport.delete(folder);
        return row;
    }
}
