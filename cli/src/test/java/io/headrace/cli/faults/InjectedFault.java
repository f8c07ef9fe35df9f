package io.headrace.cli.faults;

import io.headrace.JobId;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Something that goes wrong while jobs are submitted and run.
 *
 * @param name as the matrix spells it
 * @param plan what its stage needs
 * @param blow does it and ends it
 */
record InjectedFault(String name, UnaryOperator<FaultStage.Plan> plan, Blow blow) {
    static InjectedFault of(String name, Blow blow) {
        return new InjectedFault(name, UnaryOperator.identity(), blow);
    }

    /** What goes wrong. */
    @FunctionalInterface
    interface Blow {
        Damage strike(FaultStage stage, Random random) throws Exception;

        /** Something that is over when it returns. */
        static Blow lasting(Ordeal ordeal) {
            return (stage, random) -> {
                long struckMs = System.currentTimeMillis();
                ordeal.endure(stage, random);
                return Damage.endedNow(struckMs);
            };
        }

        /** What {@link #lasting} takes. */
        @FunctionalInterface
        interface Ordeal {
            void endure(FaultStage stage, Random random) throws Exception;
        }
    }

    /**
     * What a fault did.
     *
     * @param struckMs when it began
     * @param sinceMs when things could get better: the end of the fault, or the death of a process that others replace
     * @param affected the jobs that must run elsewhere for it; empty when nothing in particular was hit
     */
    record Damage(long struckMs, long sinceMs, Set<JobId> affected) {
        /** Of something that began then and is over now. */
        static Damage endedNow(long struckMs) {
            return new Damage(struckMs, System.currentTimeMillis(), Set.of());
        }

        /** Of something that others make good from its first instant on. */
        static Damage since(long struckMs, Set<JobId> affected) {
            return new Damage(struckMs, struckMs, affected);
        }
    }
}
