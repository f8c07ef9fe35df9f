package io.headrace.cli;

import io.headrace.cli.terminal.ExitCode;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Ends the process when an {@code Error} came up that nobody caught: it would live on without a part of itself, hold
 * its jobs and run none. Ended at once, its leases expire, others run its jobs, and a supervisor starts it again. There
 * may be no memory left, so a plain line is ready beforehand, and nothing is closed.
 */
final class LastWords implements Thread.UncaughtExceptionHandler {
    private static final byte[] ENDING = "headrace: ending at once: out of memory or threads, or broken\n"
            .getBytes(StandardCharsets.US_ASCII);

    /** Written to by the last thread only; made beforehand. */
    private final FileOutputStream err = new FileOutputStream(FileDescriptor.err);

    @Override
    public void uncaughtException(Thread thread, Throwable thrown) {
        if (!(thrown instanceof Error)) {
            tell(thread, thrown);
            return;
        }
        try {
            err.write(ENDING);
            tell(thread, thrown);
        } catch (Throwable e) { // the plain line is what there is memory for
        } finally {
            Runtime.getRuntime().halt(ExitCode.BROKEN);
        }
    }

    private void tell(Thread thread, Throwable thrown) {
        try {
            err.write(("headrace: thread " + thread.getName() + " died: " + thrown + "\n")
                    .getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return; // there is nobody to tell
        }
        thrown.printStackTrace();
    }
}
