package io.headrace.cli.terminal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jline.utils.WCWidth;

/** How values are shown to people. */
public final class Format {
    private Format() {}

    /** A span of time in its two largest units: {@code 3m12s}, {@code 5h}, {@code 850ms}. */
    public static String span(Duration span) {
        long ms = Math.max(0, span.toMillis());
        if (ms < 1000) {
            return ms + "ms";
        }
        long s = ms / 1000;
        if (s < 60) {
            return s + "s";
        }
        if (s < 3600) {
            return two(s / 60, "m", s % 60, "s");
        }
        return s < 86_400 ? two(s / 3600, "h", s % 3600 / 60, "m") : two(s / 86_400, "d", s % 86_400 / 3600, "h");
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return large + largeUnit + (small == 0 ? "" : small + smallUnit);
    }

    /** {@code 1 job}, {@code 2 jobs}. */
    public static String jobs(long count) {
        return count == 1 ? "1 job" : count + " jobs";
    }

    /** A count, shortened as {@code 1234k}, {@code 12.3M} when it has more digits than fit. */
    public static String count(long count, int width) {
        String whole = Long.toString(count);
        if (whole.length() <= width) {
            return whole;
        }
        String[] units = {"k", "M", "G", "T"};
        double value = count;
        String shortened = whole;
        for (int i = 0; i < units.length && shortened.length() > width; i++) {
            value /= 1000;
            shortened = scaled(value, units[i]);
        }
        return shortened;
    }

    /** How often something happens in a second: {@code 0.4}, {@code 12}, {@code 1234}, {@code 56.7k}. */
    public static String perSecond(double rate) {
        if (rate >= 10_000) {
            return scaled(rate / 1e3, "k");
        }
        if (rate > 0 && rate < 0.1) {
            return "<0.1";
        }
        return rate == 0 || rate >= 9.95 ? Long.toString(Math.round(rate)) : scaled(rate, "");
    }

    /** Three digits that mean something. What would be rounded up to a digit more gets none behind its point. */
    private static String scaled(double value, String unit) {
        return String.format(Locale.ROOT, value < 99.95 ? "%.1f" : "%.0f", value) + unit;
    }

    /** Why a file cannot be read; the message of some exceptions is only its name. */
    public static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        return e instanceof AccessDeniedException ? "it may not be read" : String.valueOf(e.getMessage());
    }

    /**
     * Text from outside made safe for one line of a terminal: line ends become spaces and other control characters,
     * with which a job could repaint the screen, become {@code ?}.
     */
    public static String plain(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\n' || c == '\r' || c == '\t') {
                plain.append(' ');
            } else if (steers(c)) {
                plain.append('?');
            } else {
                plain.appendCodePoint(c);
            }
        });
        return plain.toString();
    }

    /** Text from outside made safe for a terminal; it keeps its lines. */
    static String safe(String text) {
        return text.codePoints().anyMatch(c -> c != '\n' && steers(c))
                ? String.join("\n", text.lines().map(Format::plain).toList())
                : text;
    }

    /**
     * JSON with the characters escaped that are allowed as they are but would steer a terminal or turn the direction of
     * text.
     */
    static String escaped(String json) {
        StringBuilder escaped = new StringBuilder(json.length());
        json.codePoints().forEach(c -> {
            if (c != '\n' && c != '\r' && c != '\t' && steers(c)) {
                for (char half : Character.toChars(c)) {
                    escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) half));
                }
            } else {
                escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }

    /**
     * Whether a terminal does something else with it than to show it: controls, directions of text, breaks of lines.
     */
    private static boolean steers(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    /** At most so many columns of a terminal, the last one {@code …} when something was cut off. */
    public static String cut(String text, int max) {
        if (columns(text) <= max) {
            return text;
        }
        int end = 0;
        int columns = 0;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            columns += columns(c);
            if (columns > max - 1) {
                break;
            }
            end += Character.charCount(c);
        }
        return text.substring(0, end) + "…";
    }

    /**
     * At most so many columns, with {@code …} in place of what had to go from its middle: names differ at both ends.
     */
    public static String middle(String text, int max) {
        if (columns(text) <= max) {
            return text;
        }
        int[] all = text.codePoints().toArray();
        int room = Math.max(0, max - 1);
        int tail = all.length;
        for (int left = room / 2; tail > 0 && columns(all[tail - 1]) <= left; tail--) {
            left -= columns(all[tail - 1]);
        }
        int head = 0;
        for (int left = room - room / 2; head < tail && columns(all[head]) <= left; head++) {
            left -= columns(all[head]);
        }
        return new String(all, 0, head) + "…" + new String(all, tail, all.length - tail);
    }

    /**
     * The same text in lines of at most so many columns, broken between words. A word longer than a line has one for
     * itself, as it is a name or an address that people copy.
     *
     * @param indent of all lines but the first of each line of the text, in columns
     */
    public static String wrapped(String text, int max, int indent) {
        return text.lines().map(line -> wrappedLine(line, Math.max(1, max), indent))
                .collect(Collectors.joining("\n"));
    }

    private static String wrappedLine(String text, int max, int indent) {
        if (columns(text) <= max) {
            return text;
        }
        StringBuilder lines = new StringBuilder();
        int at = 0;
        int start = text.length() - text.stripLeading().length();
        lines.append(text, 0, start);
        at += start;
        boolean first = true;
        for (String word : text.substring(start).split(" ", -1)) {
            int width = columns(word);
            if (!first && at + 1 + width > max && at + 1 > indent) { // on a line of its own it would stand no better
                lines.append('\n').append(" ".repeat(indent));
                at = indent;
            } else if (!first) {
                lines.append(' ');
                at++;
            }
            lines.append(word);
            at += width;
            first = false;
        }
        return lines.toString();
    }

    /** How many columns of a terminal it takes. */
    public static int columns(String text) {
        return text.codePoints().map(Format::columns).sum();
    }

    /** Marks take none, ideographs and pictures two. Plain text does not load the table that knows. */
    private static int columns(int c) {
        return c < 0x300 ? 1 : Math.max(0, WCWidth.wcwidth(c));
    }
}
