package io.headrace.worker.handlers;

import java.io.IOException;
import java.util.List;

/**
 * Tells whether something failed because the machine gives this process no more threads, children or descriptors: the
 * job is not to blame, and may run well elsewhere. Java has no type for it, so the words of the JVM and of the C
 * library have to do.
 */
public final class Exhaustion {
    private static final String NO_THREAD = "unable to create native thread";
    /**
     * EAGAIN, ENOMEM, ENFILE and EMFILE, as starting a child says them; what the JDK's helper for that says when it
     * cannot even load its libraries; and what sockets say.
     */
    private static final List<String> REFUSALS = List.of("error=11,", "error=12,", "error=23,", "error=24,",
            "Failed to exec spawn helper", "Too many open files");
    private static final int MAX_CAUSES = 10;

    private Exhaustion() {}

    /** @param thrown by the JDK, not by a handler of somebody's, whose messages may say and do anything */
    public static boolean isCauseOf(Throwable thrown) {
        Throwable t = thrown;
        for (int i = 0; t != null && i < MAX_CAUSES; i++, t = t.getCause()) {
            String message = String.valueOf(t.getMessage());
            if (noThread(t) || (t instanceof IOException && REFUSALS.stream().anyMatch(message::contains))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a thread could not be started. */
    public static boolean noThread(Throwable thrown) {
        return thrown.getClass() == OutOfMemoryError.class && String.valueOf(thrown.getMessage()).startsWith(NO_THREAD);
    }

    /**
     * What a handler of ours says that got no thread to begin its work with.
     *
     * @throws OutOfMemoryError the given one, when it is about something else
     */
    public static HandlerFailure unable(OutOfMemoryError thrown, String type, String message) {
        if (noThread(thrown)) {
            return HandlerFailure.unable(type, message, thrown);
        }
        throw thrown;
    }
}
