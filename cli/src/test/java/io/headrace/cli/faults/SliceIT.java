package io.headrace.cli.faults;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The part of the matrix that every build runs. */
final class SliceIT {
    @AfterAll
    static void print() {
        Matrix.print();
    }

    @Test
    void aKilledWorkerLosesNothing() throws Exception {
        MatrixIT.check(Faults.WORKER_KILLED, Mode.MEMORY, Trial.Redis.STANDALONE);
    }

    @Test
    void aKilledRedisLosesNothing() throws Exception {
        MatrixIT.check(Faults.REDIS_KILLED, Mode.FSYNC, Trial.Redis.STANDALONE);
    }

    @Test
    void cutRepliesLoseNothing() throws Exception {
        MatrixIT.check(Faults.CUT_IN_REPLY, Mode.FSYNC, Trial.Redis.STANDALONE);
    }

    @Test
    void aFailoverLosesNothingThatWasReplicated() throws Exception {
        MatrixIT.check(SentinelTopology.Failovers.PRIMARY_KILLED, Mode.REPLICATED, Trial.Redis.SENTINEL);
    }
}
