package io.headrace.cli;

/** The entry point of {@code headrace.jar}. */
public final class Main {
    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        // The JDK would silently send a POST again when a connection dies; a submission must be sent once.
        System.setProperty("sun.net.http.retryPost", "false");
        Terminal terminal = Terminal.ofProcess();
        int code = HeadraceCommand.run(args, terminal);
        terminal.flush();
        System.exit(code);
    }
}
