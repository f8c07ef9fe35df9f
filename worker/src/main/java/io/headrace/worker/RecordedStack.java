package io.headrace.worker;

import io.headrace.Failure;
import io.headrace.worker.attempts.LogText;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a failure, in the form that a log takes stacks in. Not what was thrown: that may hold what is
 * redacted, and its methods are somebody's code.
 */
final class RecordedStack extends Exception {
    private static final long serialVersionUID = 1L;

    private RecordedStack(String stack) {
        super(stack, null, false, false);
    }

    /**
     * The stack, which begins with type and message; the message where there is none; null when that is a line anyway.
     */
    static @Nullable RecordedStack of(Failure error) {
        String stack = error.stack();
        if (stack == null && error.message().indexOf('\n') < 0) {
            return null;
        }
        return new RecordedStack(LogText.lines(stack == null ? error.message() : stack.strip()));
    }
}
