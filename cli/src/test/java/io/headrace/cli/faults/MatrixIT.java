package io.headrace.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every fault in every mode. */
@Tag("faults")
final class MatrixIT {
    @AfterAll
    static void print() {
        MatrixReport.print();
    }

    @TestFactory
    Stream<DynamicTest> nothingIsLostAndNothingEndsTwice() {
        return Stream.of(trials(ProcessFaults.ALL, DurabilityMode.MEMORY, FaultTrial.Redis.STANDALONE),
                trials(ProcessFaults.ALL, DurabilityMode.FSYNC, FaultTrial.Redis.STANDALONE),
                trials(RedisFaults.ALL, DurabilityMode.MEMORY, FaultTrial.Redis.STANDALONE),
                trials(RedisFaults.ALL, DurabilityMode.FSYNC, FaultTrial.Redis.STANDALONE),
                trials(List.of(SentinelTopology.Failovers.PRIMARY_KILLED), DurabilityMode.REPLICATED,
                        FaultTrial.Redis.SENTINEL),
                trials(SentinelTopology.Failovers.ALL, DurabilityMode.REPLICATED_TO_ALL, FaultTrial.Redis.SENTINEL),
                trials(ClusterTopology.Failovers.ALL, DurabilityMode.REPLICATED, FaultTrial.Redis.CLUSTER))
                .flatMap(all -> all);
    }

    private Stream<DynamicTest> trials(List<InjectedFault> faults, DurabilityMode mode, FaultTrial.Redis redis) {
        return faults.stream().filter(fault -> FaultSettings.wanted(fault.name()))
                .map(fault -> trial(fault, mode, redis));
    }

    private DynamicTest trial(InjectedFault fault, DurabilityMode mode, FaultTrial.Redis redis) {
        return DynamicTest.dynamicTest(fault.name() + ", " + mode.label() + ", " + redis.label(),
                () -> check(fault, mode, redis));
    }

    static void check(InjectedFault fault, DurabilityMode mode, FaultTrial.Redis redis) throws Exception {
        Path own = MatrixReport.folder((fault.name() + " " + mode.label()).replaceAll("[^a-zA-Z0-9]+", "-"));
        TrialResult row = FaultTrial.run(fault, mode, own, redis);
        MatrixReport.add(row);
        assertThat(row.broken()).isEmpty();
        assertThat(List.of(row.lost(), row.duplicates())).containsOnly(0);
        MatrixReport.delete(own); // what is left tells why a trial failed
    }
}
