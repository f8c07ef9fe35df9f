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
        Matrix.print();
    }

    @TestFactory
    Stream<DynamicTest> nothingIsLostAndNothingEndsTwice() {
        return Stream.of(trials(Faults.ALL, Mode.MEMORY, Trial.Redis.STANDALONE),
                trials(Faults.ALL, Mode.FSYNC, Trial.Redis.STANDALONE),
                trials(RedisFaults.ALL, Mode.MEMORY, Trial.Redis.STANDALONE),
                trials(RedisFaults.ALL, Mode.FSYNC, Trial.Redis.STANDALONE),
                trials(List.of(SentinelTopology.Failovers.PRIMARY_KILLED), Mode.REPLICATED, Trial.Redis.SENTINEL),
                trials(SentinelTopology.Failovers.ALL, Mode.REPLICATED_TO_ALL, Trial.Redis.SENTINEL),
                trials(ClusterTopology.Failovers.ALL, Mode.REPLICATED, Trial.Redis.CLUSTER)).flatMap(all -> all);
    }

    private Stream<DynamicTest> trials(List<Fault> faults, Mode mode, Trial.Redis redis) {
        return faults.stream().filter(fault -> Sizes.wanted(fault.name())).map(fault -> trial(fault, mode, redis));
    }

    private DynamicTest trial(Fault fault, Mode mode, Trial.Redis redis) {
        return DynamicTest.dynamicTest(fault.name() + ", " + mode.label() + ", " + redis.label(),
                () -> check(fault, mode, redis));
    }

    static void check(Fault fault, Mode mode, Trial.Redis redis) throws Exception {
        Path own = Matrix.folder((fault.name() + " " + mode.label()).replaceAll("[^a-zA-Z0-9]+", "-"));
        Row row = Trial.run(fault, mode, own, redis);
        Matrix.add(row);
        assertThat(row.broken()).isEmpty();
        assertThat(List.of(row.lost(), row.duplicates())).containsOnly(0);
        Matrix.delete(own); // what is left tells why a trial failed
    }
}
