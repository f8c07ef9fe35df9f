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
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command reads and writes: results go to {@code out}, talk goes to {@code err}, both in UTF-8 whatever the locale.
 * Used by one thread.
 */
final class Terminal {
    /** When results are coloured: on a terminal whose owner does not mind, always, or never. */
    enum Colours {
        auto, always, never
    }

    /** Tables, help and progress bars fit this width, whatever the window. */
    static final int COLUMNS = 80;

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean inIsTty;
    private final boolean outIsTty;
    private final boolean errIsTty;
    private final Map<String, String> environment;
    private Colours colours = Colours.auto;

    /**
     * @param inIsTty whether a person can answer questions
     * @param outIsTty whether a person reads the results
     * @param errIsTty whether a person reads the talk
     */
    Terminal(InputStream in, PrintStream out, PrintStream err, boolean inIsTty, boolean outIsTty, boolean errIsTty,
            Map<String, String> environment) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.inIsTty = inIsTty;
        this.outIsTty = outIsTty;
        this.errIsTty = errIsTty;
        this.environment = Map.copyOf(environment);
    }

    static Terminal ofProcess() {
        return new Terminal(new BufferedInputStream(new FileInputStream(FileDescriptor.in)),
                utf8(new ResultStream(new FileOutputStream(FileDescriptor.out), isPipe(1))),
                utf8(new FileOutputStream(FileDescriptor.err)),
                isTty(0), isTty(1), isTty(2), System.getenv());
    }

    private static PrintStream utf8(OutputStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }

    /** Where the system does not tell, what cannot be written is taken for an end of its reader. */
    private static boolean isPipe(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("pipe:") || target.startsWith("socket:");
        } catch (IOException e) {
            return !Files.exists(Path.of("/proc/self"));
        }
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

    /** One that keeps what is said for somebody who will show it here, in the same colours. */
    Terminal into(OutputStream kept) {
        PrintStream stream = new PrintStream(kept, true, StandardCharsets.UTF_8);
        Terminal copy = new Terminal(in, stream, stream, false, outIsTty, false, environment);
        copy.colours = colours;
        return copy;
    }

    InputStream in() {
        return in;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    boolean inIsTty() {
        return inIsTty;
    }

    boolean outIsTty() {
        return outIsTty;
    }

    boolean errIsTty() {
        return errIsTty;
    }

    Map<String, String> environment() {
        return environment;
    }

    /** What {@code --color} says. */
    void colours(Colours when) {
        colours = when;
    }

    /** Whether results may be coloured; see https://no-color.org. */
    boolean colours() {
        return switch (colours) {
            case always -> true;
            case never -> false;
            case auto -> outIsTty && environment.getOrDefault("NO_COLOR", "").isEmpty()
                    && !"dumb".equals(environment.get("TERM"));
        };
    }

    /** Says something to the person, never to the next program of a pipe; lines that hold text from outside are made safe. */
    void say(String lines) {
        err.println(Words.safe(lines));
    }

    /** JSON to be printed, so that no character in it steers a person's terminal; its values stay the same. */
    String shown(String json) {
        return outIsTty ? Words.escaped(json) : json;
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
