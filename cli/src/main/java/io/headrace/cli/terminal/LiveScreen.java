package io.headrace.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.impl.AbstractPosixTerminal;
import org.jline.utils.AttributedString;

/**
 * The whole window of a person's terminal: keys come one by one, lines are drawn over those before. Closing it gives
 * the terminal back as it was, which also happens when the process is told to end. Used by any thread.
 *
 * <p>JLine's way through {@code stty} rather than its native one, which gives a terminal back with its speed set to
 * zero.
 */
public final class LiveScreen implements AutoCloseable {
    public static final String UP = "up";
    public static final String DOWN = "down";
    public static final String PAGE_UP = "page up";
    public static final String PAGE_DOWN = "page down";
    public static final String HOME = "home";
    public static final String END = "end";
    public static final String TAB = "tab";
    public static final String ENTER = "enter";
    public static final String ESCAPE = "escape";
    public static final String BACKSPACE = "backspace";
    /** Ctrl-C, or nobody at the keyboard any more. */
    public static final String INTERRUPT = "interrupt";

    /** What terminals send after ESC. */
    private static final Map<String, String> SEQUENCES = Map.ofEntries(
            Map.entry("[A", UP), Map.entry("OA", UP), Map.entry("[B", DOWN), Map.entry("OB", DOWN),
            Map.entry("[5~", PAGE_UP), Map.entry("[6~", PAGE_DOWN), Map.entry("[H", HOME), Map.entry("OH", HOME),
            Map.entry("[1~", HOME), Map.entry("[F", END), Map.entry("OF", END), Map.entry("[4~", END));
    private static final String ENTER_SCREEN = "\033[?1049h\033[?25l\033[2J";
    private static final String LEAVE_SCREEN = "\033[?25h\033[?1049l";
    /** Within this time the rest of a key's sequence has come; later it is another key. */
    private static final long SEQUENCE_MS = 50;
    /** In raw mode a read ends within 100 ms; one that takes longer waits for a line, because the modes are back. */
    private static final long LAST_READ_MS = 500;

    private final AbstractPosixTerminal tty;
    private final Attributes before;
    private final Thread onExit = new Thread(this::restoreOnExit);
    private final Thread keys = new Thread(this::tellKeys, "headrace-keys");
    private volatile Consumer<String> pressed = key -> {};
    private List<String> drawn = new ArrayList<>();
    /** Asked for only when it has changed, for it is stty that tells. */
    private Size size;
    private boolean restored;

    private LiveScreen(AbstractPosixTerminal tty) {
        this.tty = tty;
        this.size = tty.getSize();
        this.before = tty.enterRawMode();
        Attributes raw = tty.getAttributes();
        raw.setLocalFlag(Attributes.LocalFlag.ISIG, false); // Ctrl-C is a key, so that it ends in good order
        tty.setAttributes(raw);
        Runtime.getRuntime().addShutdownHook(onExit);
        write(ENTER_SCREEN);
    }

    /**
     * Takes over the terminal.
     *
     * @param resized runs on a thread of its own whenever the window has got another size
     */
    public static LiveScreen open(Runnable resized) {
        try {
            org.jline.terminal.Terminal tty = TerminalBuilder.builder().system(true).dumb(false)
                    .encoding(StandardCharsets.UTF_8).jna(false).jansi(false)
                    .ffm(false).jni(false).exec(true).build();
            LiveScreen screen = new LiveScreen((AbstractPosixTerminal) tty); // as all that come by way of stty
            tty.handle(Signal.WINCH, signal -> {
                screen.resize();
                resized.run();
            });
            return screen;
        } catch (IOException | IllegalStateException e) {
            throw CommandFailed.failed("cannot take over the terminal: " + e.getMessage());
        }
    }

    public synchronized int width() {
        return size.getColumns() > 0 ? size.getColumns() : Terminal.COLUMNS;
    }

    public synchronized int height() {
        return size.getRows() > 0 ? size.getRows() : 24;
    }

    private synchronized void resize() {
        if (restored) {
            return;
        }
        size = tty.getSize();
        drawn = new ArrayList<>();
    }

    /** Shows these lines and nothing else; those that are too wide or too many are cut. */
    public synchronized void draw(List<String> lines) {
        if (restored) {
            return;
        }
        int width = width();
        StringBuilder out = new StringBuilder(drawn.isEmpty() ? "\033[2J" : "");
        List<String> now = new ArrayList<>();
        for (int i = 0; i < height(); i++) {
            String line = i < lines.size() ? cut(lines.get(i), width) : "";
            now.add(line);
            if (i >= drawn.size() || !drawn.get(i).equals(line)) {
                out.append("\033[").append(i + 1).append(";1H\033[2K").append(line);
            }
        }
        drawn = now;
        write(out.toString());
    }

    private static String cut(String line, int width) {
        AttributedString text = AttributedString.fromAnsi(line);
        return text.columnLength() <= width ? line : text.columnSubSequence(0, width).toAnsi();
    }

    private synchronized void write(String text) {
        tty.writer().print(text);
        tty.writer().flush();
    }

    /**
     * Tells each key, a character or one of the names above, on a thread of its own. {@link #INTERRUPT} is the last.
     */
    public void onKey(Consumer<String> pressed) {
        this.pressed = pressed;
        keys.setDaemon(true);
        keys.start();
    }

    private void tellKeys() {
        String key;
        do {
            key = key();
            pressed.accept(key);
        } while (!key.equals(INTERRUPT));
    }

    private String key() {
        try {
            return read();
        } catch (IOException | IllegalStateException e) {
            return INTERRUPT; // the terminal is gone, or has been given back
        }
    }

    private String read() throws IOException {
        int c = tty.reader().read();
        return switch (c) {
            case -1, 3 -> INTERRUPT;
            case '\t' -> TAB;
            case '\r', '\n' -> ENTER;
            case 8, 127 -> BACKSPACE;
            case 27 -> sequence();
            default -> Character.toString(c);
        };
    }

    private String sequence() throws IOException {
        StringBuilder sequence = new StringBuilder();
        for (int c = tty.reader().read(SEQUENCE_MS); c >= 0; c = tty.reader().read(SEQUENCE_MS)) {
            sequence.append((char) c);
            boolean ends = sequence.length() > 1 && (Character.isLetter(c) || c == '~');
            if (ends || sequence.length() > 8) {
                return SEQUENCES.getOrDefault(sequence.toString(), "unknown");
            }
        }
        return sequence.length() == 0 ? ESCAPE : "unknown";
    }

    /** Nobody may read after the modes are back: JLine sets raw ones again for whoever does. */
    private synchronized void restore() throws IOException {
        if (restored) {
            return;
        }
        restored = true;
        stopReading();
        try {
            tty.getPty().setAttr(before); // also after a hook of JLine's has closed the terminal
        } finally {
            // Not by way of JLine, which may have closed its own; nobody closes this one before the process has ended.
            PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
            out.print(LEAVE_SCREEN);
            out.flush();
        }
    }

    private void stopReading() {
        keys.interrupt();
        try {
            keys.join(LAST_READ_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void restoreOnExit() {
        try {
            restore();
        } catch (IOException e) {
            // nobody is left to be told: the terminal itself has gone
        }
    }

    @Override
    public void close() {
        try {
            restore();
            tty.close();
        } catch (IOException e) {
            throw CommandFailed.failed("cannot give the terminal back: " + e.getMessage());
        } finally {
            forgetHook();
        }
    }

    private void forgetHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            // the process is ending, and the hook does what was to be done
        }
    }
}
