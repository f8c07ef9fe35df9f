package io.headrace.cli.terminal;

import org.jspecify.annotations.Nullable;

/** Ends a command with one line on stderr and an exit code. */
public final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int exitCode;
    private final String field;

    private CommandFailed(int exitCode, String message, @Nullable Throwable cause) {
        this(exitCode, message, cause, "");
    }

    private CommandFailed(int exitCode, String message, @Nullable Throwable cause, String field) {
        super(message, cause);
        this.exitCode = exitCode;
        this.field = field;
    }

    /** What was asked for did not happen. */
    public static CommandFailed failed(String message) {
        return new CommandFailed(ExitCode.FAILED, message, null);
    }

    /** The command was called in a way that makes no sense. */
    public static CommandFailed usage(String message) {
        return new CommandFailed(ExitCode.USAGE, message, null);
    }

    /**
     * The API found a value that is not allowed.
     *
     * @param field as the API calls it; an option of nearly the same name set it
     */
    public static CommandFailed refused(String field, String message) {
        return new CommandFailed(ExitCode.USAGE, message, null, field);
    }

    /** Nobody answered, or the service cannot serve now. */
    public static CommandFailed unreachable(String message, @Nullable Throwable cause) {
        return new CommandFailed(ExitCode.UNREACHABLE, message, cause);
    }

    /** What the API blames, as it calls it; empty when nothing. */
    public String field() {
        return field;
    }

    public int exitCode() {
        return exitCode;
    }
}
