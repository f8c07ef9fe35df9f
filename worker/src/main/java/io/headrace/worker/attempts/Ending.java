package io.headrace.worker.attempts;

import io.headrace.Json;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended, as plain data for {@link Outcome}.
 *
 * @param result what the handler returned, null for nothing
 * @param thrown what the handler threw, or where it stood when it was given up
 */
record Ending(Kind kind, @Nullable Json result, @Nullable Throwable thrown) {
    /** Which of the ways. */
    enum Kind {
        RETURNED, THREW,
        /** It did not stop when asked, and its thread was given up. */
        ABANDONED,
        /** It was asked to stop before it began. */
        NOT_STARTED
    }

    static final Ending NOT_STARTED = new Ending(Kind.NOT_STARTED, null, null);

    static Ending returned(@Nullable Json result) {
        return new Ending(Kind.RETURNED, result, null);
    }

    static Ending threw(Throwable thrown) {
        return new Ending(Kind.THREW, null, thrown);
    }

    /** @param where carries the stack of the thread that was given up */
    static Ending abandoned(Throwable where) {
        return new Ending(Kind.ABANDONED, null, where);
    }
}
