package io.headrace.worker;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a worker that cannot go on: an {@code Error}, such as no memory or no thread left, came up on a thread that is not a
 * handler's. The worker lets its jobs go, so that others run them, tells the log, and then whoever asked to be told. Any thread; only
 * the first error counts. Nothing here may rely on there being memory for it.
 */
final class Breakdown {
    private static final Logger log = LoggerFactory.getLogger(Breakdown.class);

    private final AtomicReference<@Nullable Throwable> cause = new AtomicReference<>();
    private final @Nullable Consumer<Throwable> told;
    /** Set once before the worker starts. */
    private volatile Runnable letGo = () -> {};

    /** @param told hears of it, once; null when nobody asked */
    Breakdown(@Nullable Consumer<Throwable> told) {
        this.told = told;
    }

    void onBreakdown(Runnable by) {
        letGo = by;
    }

    boolean happened() {
        return cause.get() != null;
    }

    /** Whether somebody decides what becomes of the process; else it is not the worker's to end. */
    boolean watched() {
        return told != null;
    }

    /** A thread of the worker met an error that it cannot go on after. Returns normally. */
    void at(String thread, Throwable error) {
        if (!cause.compareAndSet(null, error)) {
            return;
        }
        attempt(letGo);
        attempt(() -> log.error("the worker cannot go on; it claims nothing more and lets its jobs go thread={}",
                thread,
                error));
        if (told != null) {
            attempt(() -> told.accept(error));
        }
    }

    /** Each step is tried, whatever became of the one before. */
    private static void attempt(Runnable step) {
        try {
            step.run();
        } catch (Throwable e) { // there may be no memory to say so
        }
    }
}
