package io.headrace.worker.handlers;

import io.headrace.JobContext;

/** Where the bytes of a result get their memory while a program prints them or a server sends them. Any thread. */
public interface ResultMemory {
    /**
     * Takes some for the attempt, waiting while others have all of it: so who makes the result waits, too.
     *
     * @return whether it had to wait
     */
    boolean awaitResult(int bytes) throws InterruptedException;

    /** That of the attempt whose context this is; without end where the context has none. */
    static ResultMemory of(JobContext context) {
        return context instanceof ResultMemory own ? own : bytes -> false;
    }
}
