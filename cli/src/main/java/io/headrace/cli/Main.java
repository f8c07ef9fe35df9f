package io.headrace.cli;

/** The entry point of {@code headrace.jar}. */
public final class Main {
    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        Thread.setDefaultUncaughtExceptionHandler(new LastWords());
        Terminal terminal = Terminal.ofProcess();
        int code = HeadraceCommand.run(args, terminal);
        terminal.flush();
        System.exit(code);
    }
}
