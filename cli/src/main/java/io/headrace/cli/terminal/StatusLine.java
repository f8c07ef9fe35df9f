package io.headrace.cli.terminal;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The last line of a terminal, below what has been printed: says what is going on, anew each second. Nothing at all
 * when no person watches.
 */
public final class StatusLine implements AutoCloseable {
    /** How often the line is drawn before the window is asked again how wide it is. */
    private static final int DRAWN_TO_MEASURE = 5;
    private static final String CLEAR = "\r\033[K";

    private final Terminal terminal;
    private final @Nullable ScheduledExecutorService clock;
    /** Guarded by this. */
    private Supplier<String> text = () -> "";
    private int drawn;

    private StatusLine(Terminal terminal, @Nullable ScheduledExecutorService clock) {
        this.terminal = terminal;
        this.clock = clock;
    }

    public static StatusLine on(Terminal terminal, boolean wanted) {
        if (!wanted || !terminal.outIsTty() || !terminal.errIsTty()) {
            return new StatusLine(terminal, null);
        }
        ScheduledExecutorService clock = DaemonThread.named("headrace-status");
        StatusLine line = new StatusLine(terminal, clock);
        var unused = clock.scheduleAtFixedRate(line::draw, 1, 1, TimeUnit.SECONDS);
        return line;
    }

    /** Whether there is such a line. */
    public boolean live() {
        return clock != null;
    }

    /** @param now asked each time the line is drawn, by any thread */
    public synchronized void show(Supplier<String> now) {
        text = now;
        draw();
    }

    /** Prints something above the line. */
    public synchronized void above(Runnable printing) {
        if (live()) {
            terminal.err().print(CLEAR);
            terminal.err().flush();
        }
        printing.run();
        draw();
    }

    private synchronized void draw() {
        if (live()) {
            if (++drawn % DRAWN_TO_MEASURE == 0) {
                terminal.resized();
            }
            terminal.err().print(CLEAR + Format.cut(text.get(), terminal.talkColumns() - 1));
            terminal.err().flush();
        }
    }

    @Override
    public synchronized void close() {
        if (clock != null) {
            clock.shutdownNow();
            text = () -> "";
            draw();
        }
    }
}
