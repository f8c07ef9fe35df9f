package io.headrace;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values that must not be shown, found and replaced wherever a text repeats them: as they are, as JSON writes them, line by
 * line when they have several, and cut off at the end of a text that was cut short. Values shorter than
 * {@value #MIN_CHARS} characters are not looked for: they would be found everywhere. Immutable.
 */
public final class Secrets {
    /** The shortest value that is looked for, in characters. */
    public static final int MIN_CHARS = 4;

    /** Nothing to hide. */
    public static final Secrets NONE = new Secrets(List.of());

    /** More would make every message costly; which ones are left out is chance. */
    private static final int MAX_VALUES = 1_000;
    private static final int MIN_LINE = 8;
    private static final String CUT = "…";
    private static final int MAX_PROGRESS = 500;

    /** Longest first, so that a value within another leaves no rest of that. */
    private final List<String> values;

    private Secrets(List<String> values) {
        this.values = values;
    }

    /** Collects values. Not thread-safe. */
    static final class Builder {
        private final Set<String> values = new HashSet<>();

        void add(String value) {
            keep(value, MIN_CHARS);
            keep(new String(JsonStringEncoder.getInstance().quoteAsString(value)), MIN_CHARS);
            if (value.indexOf('\n') >= 0) {
                value.lines().forEach(line -> keep(line.strip(), MIN_LINE));
            }
        }

        private void keep(String value, int min) {
            if (value.length() >= min && values.size() < MAX_VALUES && !value.equals(Redactor.PLACEHOLDER)) {
                values.add(value);
            }
        }

        Secrets build() {
            return values.isEmpty() ? NONE
                    : new Secrets(values.stream().sorted(Comparator.comparingInt(String::length).reversed()
                            .thenComparing(Comparator.naturalOrder())).toList());
        }
    }

    /** Whether there is nothing to look for. */
    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** The text without the values. */
    public String mask(String text) {
        String masked = text;
        for (String value : values) {
            masked = masked.replace(value, Redactor.PLACEHOLDER);
        }
        return !values.isEmpty() && masked.endsWith(CUT) ? maskEnd(masked) : masked;
    }

    private String maskEnd(String text) {
        String whole = text.substring(0, text.length() - CUT.length());
        for (String value : values) {
            for (int length = Math.min(value.length(), whole.length()); length >= MIN_CHARS; length--) {
                if (whole.endsWith(value.substring(0, length))) {
                    return whole.substring(0, whole.length() - length) + Redactor.PLACEHOLDER + CUT;
                }
            }
        }
        return text;
    }

    /** The same for what may be missing. */
    public @Nullable String maskIf(@Nullable String text) {
        return text == null ? null : mask(text);
    }

    /** The failure without the values in its message and stack. */
    public @Nullable Failure mask(@Nullable Failure failure) {
        return failure == null || isEmpty() ? failure
                : new Failure(failure.type(), mask(failure.message()), maskIf(failure.stack()));
    }

    /** The progress without the values in its message. */
    public @Nullable Progress mask(@Nullable Progress progress) {
        String message = progress == null ? null : progress.message();
        if (progress == null || message == null || isEmpty()) {
            return progress;
        }
        String masked = mask(message);
        return new Progress(progress.fraction(), masked.substring(0, Math.min(masked.length(), MAX_PROGRESS)));
    }

    /** Nothing of the values. */
    @Override
    public String toString() {
        return "Secrets[" + values.size() + "]";
    }
}
