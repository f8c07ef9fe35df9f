package io.headrace.cli;

import io.headrace.Build;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code headrace version}. */
@Command(description = "Show the version, and the Java it runs on.", footer = {"", "Example:", "  headrace version"})
final class VersionCommand implements Callable<Integer> {
    private final Terminal terminal;

    VersionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.out().println("headrace " + Build.version() + " (Java " + Runtime.version() + ")");
        return ExitCode.DONE;
    }
}
