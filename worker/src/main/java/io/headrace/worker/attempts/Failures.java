package io.headrace.worker.attempts;

import io.headrace.Failure;
import io.headrace.worker.handlers.HandlerFailure;
import io.headrace.worker.handlers.Handlers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a handler threw into what is kept of it: its type, its message, and the part of its stack that is the
 * handler's.
 */
public final class Failures {
    /** Frames shown of each throwable, so that a deep stack leaves room for its causes. */
    private static final int MAX_FRAMES = 25;

    private Failures() {}

    public static Failure of(Throwable thrown) {
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
        String message = said(thrown);
        return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
    }

    /** Its message, cut to what is kept of one. */
    private static @Nullable String said(Throwable thrown) {
        String message = asked(thrown::getMessage, "(its message cannot be read)");
        return message == null || message.length() <= Failure.MAX_MESSAGE ? message
                : message.substring(0, Failure.MAX_MESSAGE) + "…";
    }

    /** What a throwable says of itself. Its methods are somebody's code, and may themselves throw anything. */
    private static <T> @Nullable T asked(Supplier<@Nullable T> method, @Nullable T otherwise) {
        try {
            return method.get();
        } catch (Throwable e) {
            return otherwise;
        }
    }

    /** The stack as Java prints it, without the worker's frames and those below them; causes included, each once. */
    static String stack(Throwable thrown) {
        StringBuilder out = new StringBuilder();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        String prefix = "";
        Throwable t = thrown;
        while (t != null && seen.add(t) && out.length() < Failure.MAX_STACK) {
            Throwable one = t;
            out.append(prefix).append(one.getClass().getName());
            String message = said(one);
            if (message != null) {
                out.append(": ").append(message);
            }
            out.append('\n');
            appendFrames(one, out);
            prefix = "Caused by: ";
            t = asked(one::getCause, null);
        }
        return out.toString();
    }

    private static void appendFrames(Throwable t, StringBuilder out) {
        List<StackTraceElement> frames = handlerFrames(t);
        for (StackTraceElement frame : frames.subList(0, Math.min(frames.size(), MAX_FRAMES))) {
            out.append("\tat ").append(frame).append('\n');
        }
        if (frames.size() > MAX_FRAMES) {
            out.append("\t... ").append(frames.size() - MAX_FRAMES).append(" more\n");
        }
    }

    private static List<StackTraceElement> handlerFrames(Throwable t) {
        List<StackTraceElement> kept = new ArrayList<>();
        @Nullable
        StackTraceElement @Nullable [] frames = asked(t::getStackTrace, null);
        for (StackTraceElement frame : frames == null ? new StackTraceElement[0] : frames) {
            if (frame == null || frame.getClassName().equals(Handlers.class.getName())
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
