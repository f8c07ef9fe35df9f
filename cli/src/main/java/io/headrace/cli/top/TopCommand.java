package io.headrace.cli.top;

import io.headrace.Durations;
import io.headrace.cli.client.ApiAddress;
import io.headrace.cli.settings.GivenDuration;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.LiveScreen;
import io.headrace.cli.terminal.Terminal;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headrace top}: queues and workers, live. */
@Command(description = {"Watch queues and workers live, and pause what must stop.",
    "Keys: arrows or j k select, s or < > sort, r reverses, p pauses or resumes, Tab changes the panel, / filters,"
            + " space freezes, ? helps, q quits."}, //
        footer = {"", "Examples:", "  headrace top", "  headrace top --once"})
public final class TopCommand implements Callable<Integer> {
    private static final Duration SHORTEST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Terminal terminal;
    private final Clock clock = Clock.systemUTC();

    @Mixin
    ApiAddress api = new ApiAddress();

    @Option(names = "--interval", paramLabel = "TIME", description = "How often to look, 200ms to 1m; default 1s.")
    GivenDuration interval = GivenDuration.parse("1s");

    @Option(names = "--once", description = {
        "Print one picture as text and end. It looks twice, that far apart: a rate needs two looks."})
    boolean once;

    public TopCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if (interval.value().compareTo(SHORTEST) < 0 || interval.value().compareTo(LONGEST) > 0) {
            throw CommandFailed.usage("--interval: must be " + Durations.format(SHORTEST) + " to "
                    + Durations.format(LONGEST) + ", was " + interval);
        }
        LinkedBlockingQueue<TopFeed.Event> events = new LinkedBlockingQueue<>();
        TopModel model = new TopModel();
        TopPicture picture = new TopPicture(api.address(terminal).toString(), interval.value(), ZoneId.systemDefault(),
                terminal.colours());
        try (TopFeed feed = new TopFeed(api.client(terminal), clock, events::add)) {
            if (once) {
                return printOnce(feed, model, picture);
            }
            if (!terminal.inIsTty() || !terminal.outIsTty()) {
                throw CommandFailed.usage(
                        "top draws on a terminal, and this is none; use --once for one picture as text");
            }
            return live(feed, events, model, picture);
        }
    }

    private int printOnce(TopFeed feed, TopModel model, TopPicture picture) throws InterruptedException {
        model.told(feed.look(), clock.instant());
        TimeUnit.MILLISECONDS.sleep(interval.value().toMillis());
        model.told(feed.look(), clock.instant());
        int width = terminal.outIsTty() ? terminal.columns() : picture.wholeWidth(model);
        picture.once(model, width, clock.instant()).forEach(terminal.out()::println);
        return ExitCode.DONE;
    }

    /** Draws whenever something has happened, and each second, because ages grow. */
    private int live(TopFeed feed, BlockingQueue<TopFeed.Event> events, TopModel model, TopPicture picture)
            throws InterruptedException {
        try (LiveScreen screen = LiveScreen.open(() -> events.add(resized -> {}))) {
            screen.onKey(key -> events.add(it -> it.press(key).ifPresent(feed::act)));
            feed.start(interval.value());
            while (!model.over()) {
                screen.draw(picture.draw(model, screen.width(), screen.height(), clock.instant()));
                TopFeed.Event event = events.poll(1, TimeUnit.SECONDS);
                while (event != null) {
                    event.accept(model);
                    event = events.poll();
                }
            }
        }
        return ExitCode.DONE;
    }
}
