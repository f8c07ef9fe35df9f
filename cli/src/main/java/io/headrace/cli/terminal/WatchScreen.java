package io.headrace.cli.terminal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/** What a verb prints, on the whole window and always fresh. Drawn by the thread that shows it, made by another. */
final class WatchScreen {
    private final String title;
    private final Terminal terminal;
    private final ToIntFunction<Terminal> verb;
    private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private List<String> content = List.of();
    private String state = "connecting";
    private String shownAt = "";
    private String trouble = "";
    private int scrolled;
    private boolean over;

    WatchScreen(String title, Terminal terminal, ToIntFunction<Terminal> verb) {
        this.title = title;
        this.terminal = terminal;
        this.verb = verb;
    }

    /** Returns when the person has seen enough. */
    void show(Duration every) {
        ScheduledExecutorService maker = DaemonThread.named("headrace-watch");
        try (LiveScreen screen = LiveScreen.open(() -> events.add(() -> {}))) {
            screen.onKey(key -> events.add(() -> press(key)));
            var unused = maker.scheduleWithFixedDelay(() -> make(screen.width()), 0, every.toMillis(),
                    TimeUnit.MILLISECONDS);
            while (!over) {
                screen.draw(picture(screen.width(), screen.height()));
                events.take().run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            maker.shutdownNow();
        }
    }

    private void make(int width) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try {
            int unused = verb.applyAsInt(terminal.into(printed, width));
            events.add(() -> made(printed.toString(StandardCharsets.UTF_8).lines().toList()));
        } catch (RuntimeException e) {
            events.add(() -> failed(e));
        }
    }

    private void made(List<String> lines) {
        content = lines;
        shownAt = WatchOptions.now();
        state = shownAt;
        trouble = "";
    }

    /** A verb that has never worked will not; one that has is tried again. */
    private void failed(RuntimeException e) {
        if (shownAt.isEmpty() || !(e instanceof CommandFailed)) {
            throw e;
        }
        if (trouble.isEmpty()) {
            state = "FAILING since " + WatchOptions.now() + ", shown is " + shownAt;
        }
        trouble = String.valueOf(e.getMessage()).lines().findFirst().orElse("") + "; trying again";
    }

    private void press(String key) {
        switch (key) {
            case "q", LiveScreen.INTERRUPT, LiveScreen.ESCAPE -> over = true;
            case LiveScreen.UP, "k" -> scrolled = Math.max(0, scrolled - 1);
            case LiveScreen.DOWN, "j" -> scrolled++;
            default -> {
                // no other key means anything
            }
        }
    }

    private List<String> picture(int width, int height) {
        List<String> lines = new ArrayList<>();
        String name = Format.cut(title, Math.max(10, width - state.length() - 2));
        String gap = " ".repeat(Math.max(1, width - name.length() - state.length()));
        lines.add(name + gap + (trouble.isEmpty() || !terminal.colours() ? state : Colour.RED.on(state)));
        lines.add("");
        int room = Math.max(1, height - 2 - (trouble.isEmpty() ? 0 : 1));
        scrolled = Math.max(0, Math.min(scrolled, content.size() - room));
        content.stream().skip(scrolled).limit(room).forEach(lines::add);
        if (!trouble.isEmpty()) {
            while (lines.size() < height - 1) {
                lines.add("");
            }
            lines.add(trouble);
        }
        return lines;
    }
}
