package io.headrace.worker;

import io.headrace.Failure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** Turns what a handler threw into what is kept of it: its type, its message, and the part of its stack that is the handler's. */
final class Failures {
    /** Frames shown of each throwable, so that a deep stack leaves room for its causes. */
    private static final int MAX_FRAMES = 25;

    private Failures() {}

    static Failure of(Throwable thrown) {
        if (thrown instanceof HandlerFailure known) {
            return new Failure(known.type(), message(known),
                    known.getCause() == null ? null : stack(known.getCause()));
        }
        return new Failure(thrown.getClass().getName(), message(thrown), stack(thrown));
    }

    /** The failure of an attempt that took too long, with the place where it stood when that is known. */
    static Failure timeout(String message, @Nullable Throwable where) {
        return new Failure("timeout", message, where == null ? null : stack(where));
    }

    private static String message(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
    }

    /** The stack as Java prints it, without the worker's frames and those below them; causes included, each once. */
    static String stack(Throwable thrown) {
        StringBuilder out = new StringBuilder();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        String prefix = "";
        for (Throwable t = thrown; t != null && seen.add(t) && out.length() < Failure.MAX_STACK; t = t.getCause()) {
            out.append(prefix).append(t.getClass().getName());
            if (t.getMessage() != null) {
                out.append(": ").append(t.getMessage());
            }
            out.append('\n');
            List<StackTraceElement> frames = handlerFrames(t);
            for (StackTraceElement frame : frames.subList(0, Math.min(frames.size(), MAX_FRAMES))) {
                out.append("\tat ").append(frame).append('\n');
            }
            if (frames.size() > MAX_FRAMES) {
                out.append("\t... ").append(frames.size() - MAX_FRAMES).append(" more\n");
            }
            prefix = "Caused by: ";
        }
        return out.toString();
    }

    private static List<StackTraceElement> handlerFrames(Throwable t) {
        List<StackTraceElement> kept = new ArrayList<>();
        for (StackTraceElement frame : t.getStackTrace()) {
            if (frame.getClassName().equals(Handlers.class.getName())
                    || frame.getClassName().equals(AttemptRunner.class.getName())) {
                break;
            }
            kept.add(frame);
        }
        while (!kept.isEmpty() && bridge(kept.get(kept.size() - 1))) {
            kept.remove(kept.size() - 1);
        }
        return kept;
    }

    private static boolean bridge(StackTraceElement frame) {
        return frame.getClassName().startsWith("io.headrace.JobHandler");
    }
}
