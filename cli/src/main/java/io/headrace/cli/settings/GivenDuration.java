package io.headrace.cli.settings;

import io.headrace.Durations;
import io.headrace.InvalidInput;
import java.time.Duration;

/** A duration as it was typed, which is how messages repeat it, and what it means. */
public record GivenDuration(String text, Duration value) {
    /** @throws InvalidInput when it is none */
    public static GivenDuration parse(String text) {
        return new GivenDuration(text, Durations.parse("value", text));
    }

    @Override
    public String toString() {
        return text;
    }
}
