package io.headrace.cli.jobs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A stack trace, shortened to what is mostly read of it. */
final class StackText {
    /** So many lines are shown as they are. */
    private static final int WHOLE = 24;
    /** How many frames stay of what was thrown, and of each of its causes. */
    private static final int FIRST_FRAMES = 8;
    private static final int FRAMES = 3;
    /** How many lines stay of a text that has no frames of Java: of others the last ones say most. */
    private static final int HEAD = 4;
    private static final int TAIL = 16;
    private static final Pattern FRAME = Pattern.compile("\\s*(at .+|\\.\\.\\. \\d+ (more|common frames omitted))");

    private StackText() {}

    static List<String> shortened(String stack) {
        List<String> lines = stack.lines().toList();
        if (lines.size() <= WHOLE) {
            return lines;
        }
        return lines.stream().anyMatch(line -> FRAME.matcher(line).matches()) ? frames(lines) : ends(lines);
    }

    private static List<String> frames(List<String> lines) {
        List<String> shown = new ArrayList<>();
        int left = FIRST_FRAMES;
        int hidden = 0;
        for (String line : lines) {
            if (!FRAME.matcher(line).matches()) {
                hide(shown, hidden);
                hidden = 0;
                left = shown.isEmpty() ? FIRST_FRAMES : FRAMES;
                shown.add(line);
            } else if (left-- > 0) {
                shown.add(line);
            } else {
                hidden++;
            }
        }
        hide(shown, hidden);
        return shown;
    }

    private static void hide(List<String> shown, int count) {
        if (count > 0) {
            shown.add("\t… " + count + " more");
        }
    }

    private static List<String> ends(List<String> lines) {
        List<String> shown = new ArrayList<>(lines.subList(0, HEAD));
        shown.add("… " + (lines.size() - HEAD - TAIL) + " lines");
        shown.addAll(lines.subList(lines.size() - TAIL, lines.size()));
        return shown;
    }
}
