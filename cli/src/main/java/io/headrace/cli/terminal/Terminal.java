package io.headrace.cli.terminal;

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
import java.util.Locale;
import java.util.Map;

/**
 * What a command reads and writes: results go to {@code out}, talk goes to {@code err}, both in UTF-8 whatever the
 * locale. Used by one thread.
 */
public final class Terminal {
    /** When results are coloured: on a terminal whose owner does not mind, always, or never. */
    public enum Colours {
        auto, always, never
    }

    /** How wide a terminal is that does not tell. */
    public static final int COLUMNS = 80;

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final Tty tty;
    private final Map<String, String> environment;
    private Colours colours = Colours.auto;
    /** 0 when it has to be asked for; read and forgotten by any thread. */
    private volatile int columns;

    /**
     * Which streams a person is at the other end of.
     *
     * @param in whether a person can answer questions
     * @param out whether a person reads the results
     * @param err whether a person reads the talk
     */
    public record Tty(boolean in, boolean out, boolean err) {}

    public Terminal(InputStream in, PrintStream out, PrintStream err, Tty tty, Map<String, String> environment) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.tty = tty;
        this.environment = Map.copyOf(environment);
    }

    public static Terminal ofProcess() {
        Terminal terminal = new Terminal(new BufferedInputStream(new FileInputStream(FileDescriptor.in)),
                utf8(new ResultStream(new FileOutputStream(FileDescriptor.out), isPipe(1))),
                utf8(new FileOutputStream(FileDescriptor.err)),
                new Tty(isTty(0), isTty(1), isTty(2)), System.getenv());
        terminal.columns = WindowWidth.atStart(terminal.environment);
        return terminal;
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

    /** One that keeps what is said for somebody who will show it here, in the same colours, so many columns wide. */
    Terminal into(OutputStream sink, int width) {
        PrintStream stream = new PrintStream(sink, true, StandardCharsets.UTF_8);
        Terminal copy = new Terminal(in, stream, stream, new Tty(false, tty.out(), false), environment);
        copy.colours = colours;
        copy.columns = width;
        return copy;
    }

    /**
     * How wide the window is in which people read results; {@value #COLUMNS} when there is none, or it does not tell.
     */
    public int columns() {
        return tty.out() ? window(1) : COLUMNS;
    }

    /** The same for the talk. */
    int talkColumns() {
        return tty.err() ? window(tty.out() ? 1 : 2) : COLUMNS;
    }

    private int window(int descriptor) {
        int known = columns;
        if (known == 0) {
            known = WindowWidth.of(descriptor, environment);
            columns = known;
        }
        return known;
    }

    /** The window may have another width from now on. */
    void resized() {
        columns = 0;
    }

    /** A result in words, which are not torn at the edge of the window; whole lines in a pipe. */
    public void tell(String lines) {
        out.println(tty.out() ? Format.wrapped(lines, columns(), 0) : lines);
    }

    /** The same, of a job whose state the first word is. */
    public void tellState(String state, String words) {
        String lines = tty.out() ? Format.wrapped(state + words, columns(), 0) : state + words;
        out.println(colours() ? Colour.ofState(state).on(state) + lines.substring(state.length()) : lines);
    }

    /**
     * One line of a card: what something is called, and below each other in a column of their own the words that say
     * it.
     */
    public void card(String name, int nameColumns, String words) {
        String line = String.format(Locale.ROOT, "%-" + nameColumns + "s %s", name, words);
        out.println(tty.out() ? Format.wrapped(line, columns(), nameColumns + 1) : line);
    }

    public InputStream in() {
        return in;
    }

    public PrintStream out() {
        return out;
    }

    public PrintStream err() {
        return err;
    }

    public boolean inIsTty() {
        return tty.in();
    }

    public boolean outIsTty() {
        return tty.out();
    }

    boolean errIsTty() {
        return tty.err();
    }

    public Map<String, String> environment() {
        return environment;
    }

    /** What {@code --color} says. */
    public void colours(Colours when) {
        colours = when;
    }

    /** Whether results may be coloured; see https://no-color.org. */
    public boolean colours() {
        return switch (colours) {
            case always -> true;
            case never -> false;
            case auto -> tty.out() && environment.getOrDefault("NO_COLOR", "").isEmpty()
                    && !"dumb".equals(environment.get("TERM"));
        };
    }

    /**
     * Says something to the person, never to the next program of a pipe; lines that hold text from outside are made
     * safe.
     */
    public void say(String lines) {
        String safe = Format.safe(lines);
        err.println(tty.err() ? Format.wrapped(safe, talkColumns(), 0) : safe);
    }

    /** JSON to be printed, so that no character in it steers a person's terminal; its values stay the same. */
    public String shown(String json) {
        return tty.out() ? Format.escaped(json) : json;
    }

    /** Asks a yes-or-no question; anything but yes is no. */
    boolean confirm(String question) {
        String asked = question + " [y/N]";
        err.print((tty.err() ? Format.wrapped(asked, talkColumns() - 1, 0) : asked) + " ");
        err.flush();
        try {
            String answer = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
            return answer != null && (answer.strip().equalsIgnoreCase("y") || answer.strip().equalsIgnoreCase("yes"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the answer", e);
        }
    }

    public void flush() {
        out.flush();
        err.flush();
    }
}
