package io.headrace.cli;

import java.time.Duration;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar on stderr while a person watches; nothing when nobody does. */
final class Progress implements AutoCloseable {
    private final Terminal terminal;
    private final @Nullable ProgressBar bar;

    private Progress(Terminal terminal, @Nullable ProgressBar bar) {
        this.terminal = terminal;
        this.bar = bar;
    }

    /** @param max in any unit, -1 when unknown */
    static Progress start(Terminal terminal, String task, long max) {
        return new Progress(terminal, terminal.errIsTty() ? bar(terminal, task, max) : null);
    }

    private static ProgressBar bar(Terminal terminal, String task, long max) {
        return new ProgressBarBuilder().setTaskName(task).setInitialMax(max).hideEta()
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis((int) Duration.ofMillis(200).toMillis())
                .setConsumer(new DelegatingProgressBarConsumer(text -> {
                    terminal.err().print("\r" + text);
                    terminal.err().flush();
                }, Terminal.COLUMNS - 1))
                .build();
    }

    /** As {@link #to(long, String)}, with an end that has become known. */
    void to(long position, long max, String message) {
        if (bar != null) {
            bar.maxHint(max);
        }
        to(position, message);
    }

    void to(long position, String message) {
        if (bar != null) {
            bar.stepTo(position);
            bar.setExtraMessage(" " + message);
        }
    }

    /** Clears the line, so that what is said next stands alone. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            terminal.err().print("\r\033[K");
            terminal.err().flush();
        }
    }
}
