package io.headrace.runtime;

/**
 * Tells the thread's handler of uncaught exceptions of an {@code Error} that would end the thread, though it goes on.
 * So an application decides what such an error means to it, and the {@code headrace} command ends: what an error has
 * left half done nobody knows.
 */
public final class UncaughtError {
    private UncaughtError() {}

    /** Tells the handler of the calling thread; returns normally, unless the handler ends the process. */
    public static void tell(Throwable error) {
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
        } catch (Throwable e) { // as the JVM has it: what a handler throws is ignored
        }
    }
}
