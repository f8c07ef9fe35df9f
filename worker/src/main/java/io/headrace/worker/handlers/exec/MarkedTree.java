package io.headrace.worker.handlers.exec;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The processes that carry the mark of an attempt, and the command itself, which takes the mark as the first thing it
 * does. Immutable.
 */
final class MarkedTree implements ChildTree {
    /** No system gives out all of its process ids within so short a time, and so begins again with the lowest. */
    private static final long YOUNG_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Process command;
    private final ProcessMark mark;
    private final long startedAt = System.nanoTime();

    MarkedTree(Process command, ProcessMark mark) {
        this.command = command;
        this.mark = mark;
    }

    @Override
    public boolean signal(Signal signal, long asOf) {
        List<ProcessHandle> living = new ArrayList<>(marked(asOf));
        if (command.isAlive()) {
            living.add(command.toHandle());
        }
        if (signal == Signal.TERM) {
            living.forEach(ProcessHandle::destroy);
        } else if (signal == Signal.KILL) {
            living.forEach(ProcessHandle::destroyForcibly);
        }
        return !living.isEmpty();
    }

    private List<ProcessHandle> marked(long asOf) {
        return System.nanoTime() - startedAt < YOUNG_NANOS ? ProcessLook.startedSince(command.pid(), mark)
                : ProcessLook.all(mark, asOf);
    }

    @Override
    public String name() {
        return "pids=" + marked(System.nanoTime()).stream().map(ProcessHandle::pid).toList();
    }
}
