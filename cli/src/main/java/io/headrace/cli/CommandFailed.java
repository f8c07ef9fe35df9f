package io.headrace.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command with one line on stderr and an exit code. */
final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int exitCode;

    private CommandFailed(int exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** What was asked for did not happen. */
    static CommandFailed failed(String message) {
        return new CommandFailed(ExitCode.FAILED, message, null);
    }

    /** The command was called in a way that makes no sense. */
    static CommandFailed usage(String message) {
        return new CommandFailed(ExitCode.USAGE, message, null);
    }

    /** Nobody answered, or the service cannot serve now. */
    static CommandFailed unreachable(String message, @Nullable Throwable cause) {
        return new CommandFailed(ExitCode.UNREACHABLE, message, cause);
    }

    int exitCode() {
        return exitCode;
    }
}
