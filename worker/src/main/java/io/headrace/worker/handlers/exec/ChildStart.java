package io.headrace.worker.handlers.exec;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Starts children also where the system gives hardly any threads. Java starts the process first and then the thread
 * that waits for its end; when it gets none, the process runs, nobody has a hold of it, and its pipes stay open for
 * good. So what has been started then is ended by its mark, and from then on there must be room for both before a child
 * is started, one at a time.
 */
final class ChildStart {
    /** The process itself, and the thread that waits for its end. */
    private static final int TASKS = 2;
    /** How long a process is looked for that is not there yet, or not gone. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long PAUSE_MILLIS = 10;

    private static final Object ONE_BY_ONE = new Object();
    private static volatile boolean scarce;

    private ChildStart() {}

    /** @throws OutOfMemoryError when the system gives no thread; then no process is left */
    static Process of(ProcessBuilder builder, Optional<ProcessMark> mark) throws IOException, InterruptedException {
        if (!scarce) {
            return started(builder, mark);
        }
        synchronized (ONE_BY_ONE) {
            requireRoom();
            return started(builder, mark);
        }
    }

    private static Process started(ProcessBuilder builder, Optional<ProcessMark> mark)
            throws IOException, InterruptedException {
        try {
            return builder.start();
        } catch (OutOfMemoryError e) {
            scarce = true;
            if (mark.isPresent()) {
                endLost(mark.get());
            }
            throw e;
        }
    }

    /** Starts as many threads as a child needs tasks of the system, and lets them end. */
    private static void requireRoom() throws InterruptedException {
        CountDownLatch enough = new CountDownLatch(1);
        List<Thread> room = new ArrayList<>();
        try {
            for (int i = 0; i < TASKS; i++) {
                Thread thread = new Thread(() -> await(enough), "headrace-room");
                thread.setDaemon(true);
                thread.start();
                room.add(thread);
            }
        } finally {
            enough.countDown();
            for (Thread thread : room) {
                thread.join();
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it ends
        }
    }

    /** Ends what was started and nobody has a hold of; it carries its mark a moment after its start. */
    static void endLost(ProcessMark mark) throws InterruptedException {
        long deadline = System.nanoTime() + LOOK_NANOS;
        boolean seen = false;
        while (System.nanoTime() - deadline < 0) {
            List<ProcessHandle> found = ProcessLook.all(mark, System.nanoTime());
            if (seen && found.isEmpty()) {
                return;
            }
            for (ProcessHandle process : found) {
                seen = true;
                process.destroyForcibly();
                Orphans.buryChild(process);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }
}
