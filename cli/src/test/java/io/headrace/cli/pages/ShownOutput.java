package io.headrace.cli.pages;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Compares what a page shows with what came. Equal they must be but for what differs from run to run (times, ids,
 * sizes, secrets, names of machines), white space, headers that a page leaves out, and what it cuts with an ellipsis.
 */
final class ShownOutput {
    private static final List<Map.Entry<Pattern, String>> MASKS = List.of(
            mask("\\b\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", "TIME"),
            mask("\\b[a-z0-9][a-z0-9.-]*_[hnl]s?\\d{10,15}-\\d+", "JOB"),
            mask("\\bw-[0-9a-f]{10,}", "WORKER"),
            mask("\"(host|version)\":\"[^\"]*\"", "\"$1\":\"ANY\""),
            mask("\"(pid|usedBytes|approximate|rank)\":\\d+", "\"$1\":0"),
            mask("\"perMinute\":\\{[^}]*}", "\"perMinute\":{}"),
            mask("\"(start|serviceTime)\":\"[^\"]*\"", "\"$1\":\"ANY\""),
            mask("(cursor[= ])[^>&\\s]+", "$1CURSOR"), mask("\\bhr_[\\w-]{30,}", "SECRET"),
            mask("(?<![\\w-])[\\w-]{43}(?![\\w-])", "SECRET"),
            mask("\\b\\d{13}(-\\d+)?\\b", "MILLIS"),
            mask("\\b\\d\\d:\\d\\d(:\\d\\d)?\\b", "CLOCK"),
            mask("(?<![\\w.])\\d+(\\.\\d+)?(ms|s|m|h)\\b", "DURATION"),
            mask("\\b[\\w.-]+:\\d{2,7}(?=\\s)", "HOST"),
            mask("[|▁▂▃▄▅▆▇█]{4,}", "BARS"));
    private static final Pattern HEADER = Pattern.compile("[A-Za-z-]+: .*");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private ShownOutput() {}

    private static Map.Entry<Pattern, String> mask(String what, String by) {
        return Map.entry(Pattern.compile(what), by);
    }

    /** How they differ; empty when they do not. */
    static String difference(String shown, String came) {
        String expected = shown;
        String actual = came.replace("\r", "");
        if (shown.startsWith("HTTP/1.1 ")) {
            List<String> missing = new ArrayList<>(masked(head(expected)).lines().toList());
            missing.removeAll(masked(head(actual)).lines().toList());
            if (!missing.isEmpty()) {
                return "missing of the head: " + missing + "\n--- came\n" + came;
            }
            expected = shown.substring(head(expected).length());
            actual = actual.substring(head(actual).length());
        }
        return pattern(masked(expected)).matcher(SPACE.matcher(masked(actual)).replaceAll("")).matches()
                ? ""
                : "--- shown, masked\n" + masked(expected) + "--- came, masked\n" + masked(actual);
    }

    /** The status line and all that look like headers, as far as they go. */
    private static String head(String answer) {
        StringBuilder head = new StringBuilder();
        for (String line : answer.split("(?<=\n)", -1)) {
            if (!head.isEmpty() && !HEADER.matcher(line.strip()).matches()) {
                break;
            }
            head.append(line);
        }
        return head.toString();
    }

    private static String masked(String text) {
        String masked = text;
        for (Map.Entry<Pattern, String> mask : MASKS) {
            masked = mask.getKey().matcher(masked).replaceAll(mask.getValue());
        }
        return masked;
    }

    private static Pattern pattern(String expected) {
        StringBuilder regex = new StringBuilder();
        for (String part : SPACE.matcher(expected).replaceAll("").split("(?<=…)|(?=…)", -1)) {
            regex.append(part.equals("…") ? ".*?" : Pattern.quote(part));
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }
}
