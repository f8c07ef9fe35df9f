package io.headrace.cli.terminal;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar on stderr while a person watches; nothing when nobody does. */
public final class CommandProgress implements AutoCloseable {
    private static final long ASK_MS = 500;

    private final Terminal terminal;
    private final @Nullable ProgressBar bar;
    private @Nullable ScheduledExecutorService asker;

    private CommandProgress(Terminal terminal, @Nullable ProgressBar bar) {
        this.terminal = terminal;
        this.bar = bar;
    }

    /** @param max in any unit, -1 when unknown */
    public static CommandProgress start(Terminal terminal, String task, long max) {
        return new CommandProgress(terminal, terminal.errIsTty() ? bar(terminal, task, max, "", 1) : null);
    }

    /** @param max in bytes, -1 when unknown */
    public static CommandProgress ofBytes(Terminal terminal, String task, long max) {
        return new CommandProgress(terminal, terminal.errIsTty() ? bar(terminal, task, max, " KiB", 1024) : null);
    }

    private static ProgressBar bar(Terminal terminal, String task, long max, String unit, long size) {
        return new ProgressBarBuilder().setTaskName(task).setInitialMax(max).hideEta().setUnit(unit, size)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis((int) Duration.ofMillis(200).toMillis())
                .setConsumer(new DelegatingProgressBarConsumer(text -> {
                    synchronized (terminal) { // the bar has a thread of its own
                        terminal.err().print("\r" + text);
                        terminal.err().flush();
                    }
                }, terminal.talkColumns() - 1))
                .build();
    }

    /** As {@link #to(long, String)}, with an end that has become known. */
    public void to(long position, long max, String message) {
        if (bar != null) {
            bar.maxHint(max);
        }
        to(position, message);
    }

    public void to(long position, String message) {
        if (bar != null) {
            bar.stepTo(position);
            bar.setExtraMessage(" " + message);
        }
    }

    /** Asks now and then how far it is, on a thread of its own, until this is closed. Who cannot tell throws. */
    public void ask(LongSupplier position) {
        if (bar == null) {
            return;
        }
        ScheduledExecutorService asking = DaemonThread.named("headrace-progress");
        var unused = asking.scheduleWithFixedDelay(() -> asked(position), ASK_MS, ASK_MS, TimeUnit.MILLISECONDS);
        asker = asking;
    }

    private void asked(LongSupplier position) {
        try {
            long now = Math.max(0, position.getAsLong());
            to(now, Format.jobs(now));
        } catch (CommandFailed e) {
            // the call that does the work tells what is wrong
        }
    }

    /** Prints something while the bar goes on below it. */
    public void above(Runnable printing) {
        synchronized (terminal) {
            clear();
            printing.run();
        }
    }

    private void clear() {
        if (bar != null) {
            terminal.err().print("\r\033[K");
            terminal.err().flush();
        }
    }

    /** Clears the line, so that what is said next stands alone. */
    @Override
    public void close() {
        if (asker != null) {
            asker.shutdownNow();
        }
        if (bar != null) {
            bar.close();
        }
        clear();
    }
}
