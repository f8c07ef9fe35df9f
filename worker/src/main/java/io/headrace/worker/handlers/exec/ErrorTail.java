package io.headrace.worker.handlers.exec;

import io.headrace.Failure;
import io.headrace.InvalidInput;
import io.headrace.JobContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hears a command's standard error: logs it, takes progress out of it, and remembers its end, where programs say why
 * they fail. Guarded by itself.
 */
final class ErrorTail {
    /** By this mark the beginning of a hidden value is found where the rest of it was cut off. */
    static final String CUT = "…";

    /**
     * A number as programs print them, {@code 1}, {@code .5}, {@code 1e-05}; possessive, so that no line takes long.
     */
    private static final Pattern PROGRESS = Pattern
            .compile("progress:\\s*+((?:[0-9]++(?:\\.[0-9]*+)?|\\.[0-9]++)(?:[eE][-+]?[0-9]++)?)(%?)(?:\\s++(.*))?");
    private static final int MAX_PROGRESS_TEXT = 500;
    private static final int MAX_LINES = 20;
    private static final String BEFORE = "\nThe last lines:\n";

    private final JobContext context;
    private final Deque<String> lines = new ArrayDeque<>();
    /** Characters in all of them. */
    private int length;

    ErrorTail(JobContext context) {
        this.context = context;
    }

    synchronized void hear(String line) {
        if (!progress(line)) {
            context.log(line);
            lines.addLast(line);
            length += line.length();
            while (lines.size() > MAX_LINES || length - lines.getFirst().length() > Failure.MAX_MESSAGE) {
                length -= lines.removeFirst().length();
            }
        }
    }

    private boolean progress(String line) {
        Matcher m = PROGRESS.matcher(line);
        if (!m.matches()) {
            return false;
        }
        double fraction = Double.parseDouble(m.group(1)) / (m.group(2).isEmpty() ? 1 : 100);
        String message = m.group(3) == null ? "" : m.group(3);
        try {
            context.progress(fraction, message.length() <= MAX_PROGRESS_TEXT ? message
                    : message.substring(0, MAX_PROGRESS_TEXT - CUT.length()) + CUT);
            return true;
        } catch (InvalidInput e) {
            return false; // a number beyond 1 is no progress, so the line is an ordinary one
        }
    }

    /**
     * A message with the last line that says anything, where every list shows it, and below it the last lines in order,
     * as many whole ones as are kept of a message.
     */
    synchronized String after(String what) {
        String last = "";
        for (String line : lines) {
            last = line.isBlank() ? last : line;
        }
        if (last.isEmpty()) {
            return what;
        }
        String headline = what + ": " + last;
        String tail = tail(Failure.MAX_MESSAGE - headline.length() - BEFORE.length());
        return tail.isEmpty() || tail.equals(last) ? headline : headline + BEFORE + tail;
    }

    private String tail(int room) {
        Deque<String> kept = new ArrayDeque<>();
        int length = -1;
        for (String line : (Iterable<String>) lines::descendingIterator) {
            length += line.length() + 1;
            if (length > room) {
                break;
            }
            kept.addFirst(line);
        }
        return String.join("\n", kept);
    }
}
