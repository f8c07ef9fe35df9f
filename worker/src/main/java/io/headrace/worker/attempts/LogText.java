package io.headrace.worker.attempts;

import java.util.regex.Pattern;

/** What a job or its handler says, made fit for a log: it writes no lines of its own there, and steers no terminal. */
public final class LogText {
    private static final int MAX = 300;
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]");
    private static final Pattern CONTROL_IN_LINE = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029&&[^\\t\\r\\n]]");

    private LogText() {}

    /** One line of at most {@value #MAX} characters. */
    public static String line(String text) {
        String shown = text.length() <= MAX ? text : text.substring(0, MAX) + "…";
        return CONTROL.matcher(shown).replaceAll("?");
    }

    /** All of it, each line indented but the first. */
    public static String lines(String text) {
        return CONTROL_IN_LINE.matcher(text).replaceAll("?").replaceAll("(\\r\\n|\\r|\\n)(?![\\t\\r\\n]|Caused by: )",
                "\n\t");
    }
}
