package io.headrace.worker;

import io.headrace.Failure;

/**
 * What is kept of a failure, in the form that a log takes stacks in. Not what was thrown: that may hold what is redacted, and
 * its methods are somebody's code.
 */
final class RecordedStack extends Exception {
    private static final long serialVersionUID = 1L;

    RecordedStack(String stack) {
        super(stack, null, false, false);
    }

    /** The stack, which begins with type and message, or those alone where there is none. */
    static RecordedStack of(Failure error) {
        String stack = error.stack() == null ? error.type() + ": " + error.message() : error.stack();
        return new RecordedStack(LogText.lines(stack.strip()));
    }
}
