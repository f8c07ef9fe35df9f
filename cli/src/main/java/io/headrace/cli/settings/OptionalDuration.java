package io.headrace.cli.settings;

import io.headrace.Durations;
import io.headrace.InvalidInput;
import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** Lets an option like {@code --wait[=TIME]} stand before an argument without swallowing it. */
public abstract class OptionalDuration implements IParameterPreprocessor {
    private final String fallback;

    /** @param fallback what the option means without a value */
    public OptionalDuration(String fallback) {
        this.fallback = fallback;
    }

    @Override
    public final boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec option,
            Map<String, Object> info) {
        boolean attached = info.get("separator") instanceof String separator && !separator.isBlank();
        if (!attached && (args.isEmpty() || !isDuration(args.peek()))) {
            args.push(fallback);
        }
        return false;
    }

    private static boolean isDuration(String text) {
        try {
            Durations.parse("value", text);
            return true;
        } catch (InvalidInput e) {
            return false;
        }
    }
}
