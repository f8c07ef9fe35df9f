package io.headrace.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Options that mean the same after any verb may also stand before it: {@code headrace --api URL queue list}. They are
 * moved behind the verb, which knows whether it takes them.
 */
final class GlobalOptions {
    private static final Set<String> WITH_VALUE = Set.of("--api", "-o", "--output", "--color");
    /** A command and its verb. */
    private static final int WORDS = 2;

    private GlobalOptions() {}

    /** The same words, with such options behind the command and its verb. */
    static String[] behindTheVerb(String[] args) {
        List<String> words = new ArrayList<>();
        List<String> moved = new ArrayList<>();
        int at = 0;
        while (at < args.length && words.size() < WORDS) {
            String arg = args[at];
            if (WITH_VALUE.contains(arg) && at + 1 < args.length) {
                moved.addAll(List.of(arg, args[at + 1]));
                at++;
            } else if (holdsItsValue(arg)) {
                moved.add(arg);
            } else if (arg.startsWith("-")) {
                break;
            } else {
                words.add(arg);
            }
            at++;
        }
        if (words.isEmpty()) {
            return args;
        }
        words.addAll(moved);
        words.addAll(Arrays.asList(args).subList(at, args.length));
        return words.toArray(String[]::new);
    }

    private static boolean holdsItsValue(String arg) {
        return WITH_VALUE.stream().anyMatch(name -> arg.startsWith(name + "="))
                || (arg.startsWith("-o") && arg.length() > 2);
    }
}
