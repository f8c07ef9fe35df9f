package io.headrace.worker.handlers.exec;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command and everything that it has started, to be ended together. Its methods may be called by any thread; those
 * that wait keep the caller's interrupt.
 */
interface ChildTree {
    /** Between asking processes to end and killing them. */
    long TERM_MILLIS = 3_000;
    /** How long killed processes may take to disappear; longer than a busy system needs. */
    long KILL_MILLIS = 2_000;

    /** What is sent to processes. */
    enum Signal {
        /** Nothing: they are only looked for. */
        NONE, TERM, KILL
    }

    /**
     * Sends a signal to each process that is alive, zombies aside.
     *
     * @param asOf a time of {@link System#nanoTime}: a look at the system's processes that began then or later will do
     * @return whether there were any
     */
    boolean signal(Signal signal, long asOf);

    /** For the log, when they cannot be ended. */
    String name();

    /** Whether anything is left. */
    default boolean alive() {
        return signal(Signal.NONE, System.nanoTime());
    }

    /** Asks all to end, and kills what is left after three seconds; an interrupt ends the patience. */
    default void end() {
        signal(Signal.TERM, System.nanoTime());
        try {
            if (Waiting.gone(List.of(this), Signal.NONE, TERM_MILLIS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill(List.of(this));
    }

    /** Kills all processes of some trees, and returns when they are gone. */
    static void kill(Collection<? extends ChildTree> trees) {
        boolean interrupted = Thread.interrupted();
        try {
            if (!Waiting.gone(trees, Signal.KILL, KILL_MILLIS)) {
                trees.stream().filter(ChildTree::alive).forEach(
                        tree -> Waiting.LOG.warn("processes that a command has started cannot be ended {}",
                                tree.name()));
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** How all of the above waits. */
    final class Waiting {
        private static final Logger LOG = LoggerFactory.getLogger(ChildTree.class);
        private static final long LONGEST_PAUSE_MILLIS = 50;

        private Waiting() {}

        /** Sends a signal again and again until nothing is left; returns false when the time is up. */
        private static boolean gone(Collection<? extends ChildTree> trees, Signal signal, long millis)
                throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            long pause = 1;
            while (true) {
                long now = System.nanoTime();
                boolean left = false;
                for (ChildTree tree : trees) {
                    left |= tree.signal(signal, now);
                }
                if (!left) {
                    return true;
                }
                if (now - deadline > 0) {
                    return false;
                }
                Thread.sleep(pause);
                pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
            }
        }
    }
}
