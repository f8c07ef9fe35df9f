package io.headrace.cli.terminal;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** A thread that works beside the one a person waits for, and keeps no process from ending. */
public final class DaemonThread {
    private DaemonThread() {}

    /** One that does what it is given now, later, or again and again. */
    public static ScheduledExecutorService named(String name) {
        return Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        });
    }
}
