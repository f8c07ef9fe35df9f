package io.headrace.config;

import io.headrace.Durations;
import io.headrace.InvalidInput;
import io.headrace.format.Excerpt;
import io.headrace.format.NearestName;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * One thing that can be configured, declared once: the environment reader, {@code --help} and
 * {@code docs/configuration.md} all come from here.
 *
 * @param name in words joined by dots, such as {@code worker.lease}; the environment variable and the flag derive from
 *         it
 * @param fallback the default, written as a user would
 * @param allowed the range in words, such as "1s to 1h"
 * @param help one sentence
 * @param parser reads the text and throws {@link InvalidInput} when it is not allowed
 */
public record Setting<T>(String name, String fallback, String allowed, String help, Function<String, T> parser) {

    /** The environment variable: {@code HEADRACE_WORKER_LEASE}. */
    public String variable() {
        return "HEADRACE_" + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** The value that holds when nothing is set. */
    public T fallbackValue() {
        return parser.apply(fallback);
    }

    /**
     * The value from the environment, or the default.
     *
     * @throws InvalidInput naming the variable, when its value is not allowed
     */
    public T from(Map<String, String> environment) {
        String text = environment.get(variable());
        if (text == null) {
            return fallbackValue();
        }
        try {
            return parser.apply(text);
        } catch (InvalidInput e) {
            // The parser's own words: it knows what must not be repeated, such as the password in an address.
            throw new InvalidInput(variable(), e.problem());
        }
    }

    /** Any text. */
    public static Setting<String> text(String name, String fallback, String allowed, String help) {
        return new Setting<>(name, fallback, allowed, help, text -> text);
    }

    /** A whole number within bounds. */
    public static Setting<Integer> number(String name, int fallback, int min, int max, String help) {
        return new Setting<>(name, Integer.toString(fallback), min + " to " + max, help, text -> {
            try {
                int value = Integer.parseInt(text);
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // reported below, like a number out of bounds
            }
            throw new InvalidInput(name, "must be " + min + " to " + max + ", was '" + Excerpt.of(text) + "'");
        });
    }

    /** A duration within bounds. */
    public static Setting<Duration> duration(String name, String fallback, String min, String max, String help) {
        return new Setting<>(name, fallback, min + " to " + max, help, text -> {
            try {
                Duration value = Durations.parse(name, text);
                if (value.compareTo(Durations.parse(name, min)) >= 0
                        && value.compareTo(Durations.parse(name, max)) <= 0) {
                    return value;
                }
            } catch (InvalidInput e) {
                // reported below, like a duration out of bounds
            }
            throw new InvalidInput(name, "must be " + min + " to " + max + ", was '" + Excerpt.of(text) + "'");
        });
    }

    /** Yes or no. */
    public static Setting<Boolean> flag(String name, boolean fallback, String help) {
        return new Setting<>(name, Boolean.toString(fallback), "true or false", help, text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InvalidInput(name, "must be true or false, was '" + Excerpt.of(text) + "'");
        });
    }

    /**
     * Refuses misspelt variables: any {@code HEADRACE_…} that no setting knows.
     *
     * @throws InvalidInput naming the variable and the nearest known one
     */
    public static void refuseUnknown(Map<String, String> environment, Collection<Setting<?>> known) {
        Map<String, Setting<?>> byVariable = new TreeMap<>();
        known.forEach(setting -> byVariable.put(setting.variable(), setting));
        for (String variable : environment.keySet()) {
            if (variable.startsWith("HEADRACE_") && !byVariable.containsKey(variable)) {
                throw new InvalidInput(variable,
                        "is not a setting; " + NearestName.hint(variable, byVariable.keySet()));
            }
        }
    }
}
