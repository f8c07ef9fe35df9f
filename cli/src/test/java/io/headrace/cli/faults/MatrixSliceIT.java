package io.headrace.cli.faults;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The part of the matrix that every build runs. */
final class MatrixSliceIT {
    @AfterAll
    static void print() {
        MatrixReport.print();
    }

    @Test
    void aKilledWorkerLosesNothing() throws Exception {
        MatrixIT.check(ProcessFaults.WORKER_KILLED, DurabilityMode.MEMORY, FaultTrial.Redis.STANDALONE);
    }

    @Test
    void aKilledRedisLosesNothing() throws Exception {
        MatrixIT.check(ProcessFaults.REDIS_KILLED, DurabilityMode.FSYNC, FaultTrial.Redis.STANDALONE);
    }

    @Test
    void cutRepliesLoseNothing() throws Exception {
        MatrixIT.check(ProcessFaults.CUT_IN_REPLY, DurabilityMode.FSYNC, FaultTrial.Redis.STANDALONE);
    }

    @Test
    void aFailoverLosesNothingThatWasReplicated() throws Exception {
        MatrixIT.check(SentinelTopology.Failovers.PRIMARY_KILLED, DurabilityMode.REPLICATED, FaultTrial.Redis.SENTINEL);
    }
}
