package io.headrace.cli;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command reads and writes: results go to {@code out}, talk goes to {@code err}, both in UTF-8 whatever the locale.
 *
 * @param inIsTty whether a person can answer questions
 * @param outIsTty whether a person reads the results
 * @param errIsTty whether a person reads the talk
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, boolean inIsTty, boolean outIsTty, boolean errIsTty,
        Map<String, String> environment) {
    /** Tables, help and progress bars fit this width, whatever the window. */
    static final int COLUMNS = 80;

    static Terminal ofProcess() {
        return new Terminal(new BufferedInputStream(new FileInputStream(FileDescriptor.in)), utf8(FileDescriptor.out),
                utf8(FileDescriptor.err),
                isTty(0), isTty(1), isTty(2), System.getenv());
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** The JDK tells only whether all of stdin and stdout are terminals; Linux tells for each. */
    private static boolean isTty(int descriptor) {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        if (!Files.isSymbolicLink(link)) {
            return isConsole();
        }
        try {
            String target = Files.readSymbolicLink(link).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** From JDK 22 on there is always a console, which says itself whether it is a terminal. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isConsole() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** Whether results may be coloured; see https://no-color.org. */
    boolean colours() {
        return outIsTty && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(environment.get("TERM"));
    }

    /** Says something to the person, never to the next program of a pipe. */
    void say(String line) {
        err.println(line);
    }

    /** Asks a yes-or-no question; anything but yes is no. */
    boolean confirm(String question) {
        err.print(question + " [y/N] ");
        err.flush();
        try {
            String answer = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
            return answer != null && (answer.strip().equalsIgnoreCase("y") || answer.strip().equalsIgnoreCase("yes"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the answer", e);
        }
    }

    void flush() {
        out.flush();
        err.flush();
    }
}
