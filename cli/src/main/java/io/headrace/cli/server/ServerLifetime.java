package io.headrace.cli.server;

import io.headrace.cli.terminal.ExitCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a server process: holds what was started, waits until the process is told to stop, and closes what it
 * holds, the last one first. SIGTERM, SIGINT and SIGHUP stop it; one that comes more than a second later ends the
 * process at once, while those within the second are taken for the same: a supervisor may signal both a process and its
 * group. Used by the main thread; {@link #stop} may be called by any.
 */
final class ServerLifetime implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerLifetime.class);
    /** What a shell reports for a process that died of SIGINT. */
    private static final int KILLED = 130;
    private static final long IMPATIENT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Part(String name, AutoCloseable closing) {}

    private final Deque<Part> parts = new ArrayDeque<>();
    private final CountDownLatch told = new CountDownLatch(1);
    private volatile boolean failed;
    /** Whether everything had been started. */
    private boolean ran;
    /** When the first signal came, by {@link System#nanoTime}. Guarded by this. */
    private long firstSignal = System.nanoTime();

    ServerLifetime() {
        Signals.on("TERM", this::signalled);
        Signals.on("INT", this::signalled);
        Signals.on("HUP", this::signalled);
    }

    /** Holds a part that has been started. */
    <T extends AutoCloseable> T keep(String name, T part) {
        parts.push(new Part(name, part));
        return part;
    }

    /** Called by a thread of the JVM for each signal. */
    private synchronized void signalled() {
        long now = System.nanoTime();
        if (told.getCount() > 0) {
            firstSignal = now;
        } else if (now - firstSignal > IMPATIENT_NANOS) {
            LOG.warn("told to stop a second time: ending at once");
            Runtime.getRuntime().halt(KILLED);
        }
        stop();
    }

    /** Lets {@link #awaitStop} return. */
    void stop() {
        told.countDown();
    }

    /** A part died, so the others stop as well. */
    void fail(String why) {
        if (told.getCount() > 0) {
            LOG.error("{}", why);
            failed = true;
            stop();
        }
    }

    /** @return the exit code: stopping when told to is no failure */
    int awaitStop() throws InterruptedException {
        told.await();
        LOG.info("stopping");
        ran = true;
        return failed ? ExitCode.FAILED : ExitCode.DONE;
    }

    @Override
    public void close() {
        told.countDown();
        while (!parts.isEmpty()) {
            Part part = parts.pop();
            try {
                part.closing().close();
            } catch (Exception e) {
                LOG.error("did not stop in good order part={}", part.name(), e);
            }
        }
        if (ran) { // else something was wrong before it began, and that is what is to be read
            LOG.info("stopped");
        }
    }
}
