package io.headrace.cli;

import io.headrace.cli.client.Version;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Terminal;
import io.headrace.runtime.Build;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code headrace version}. */
@Command(description = "Show the version, the Java it runs on, and the commit that it was made from.", footer = {"",
    "Example:", "  headrace version"})
final class VersionCommand implements Callable<Integer> {
    private final Terminal terminal;

    VersionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.out().println("headrace " + Build.version() + " (Java " + Runtime.version() + ")");
        terminal.out().println(Version.madeFrom());
        return ExitCode.DONE;
    }
}
