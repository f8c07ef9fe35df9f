package io.headrace.cli;

import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Terminal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The entry point of {@code headrace.jar}. */
public final class Main {
    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        Thread.setDefaultUncaughtExceptionHandler(new LastWords());
        Locale.setDefault(Locale.ROOT); // libraries ask for it: what is written looks the same everywhere
        Terminal terminal = Terminal.ofProcess();
        int code = run(args, terminal);
        terminal.flush();
        System.exit(code);
    }

    private static int run(String[] args, Terminal terminal) {
        Optional<String> lost = LostText.in(List.of(args), terminal.environment(),
                System.getProperty("sun.jnu.encoding"));
        if (lost.isPresent()) {
            terminal.say("headrace: " + lost.get());
            return ExitCode.USAGE;
        }
        return HeadraceCommand.run(args, terminal);
    }
}
