package io.headrace.cli.top;

import io.headrace.cli.client.ApiClient;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.DaemonThread;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.top.TopModel.Action;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Asks the API for {@code headrace top}, on a thread of its own, so that keys never wait for an answer. */
final class TopFeed implements AutoCloseable {
    /** Something that the model is to hear, on the thread that draws. */
    interface Event extends Consumer<TopModel> {}

    /** A server that takes longer is told to be away. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ApiClient client;
    private final Clock clock;
    private final Consumer<Event> events;
    private final ScheduledExecutorService thread = DaemonThread.named("headrace-top-feed");

    TopFeed(ApiClient client, Clock clock, Consumer<Event> events) {
        this.client = client.patient(PATIENCE);
        this.clock = clock;
        this.events = events;
    }

    /** Looks again and again, that long after each answer. */
    void start(Duration interval) {
        var unused = thread.scheduleWithFixedDelay(this::report, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** One look, by the thread that calls. */
    TopSnapshot look() {
        return TopSnapshot.of(client.get("/v1/overview").tree(), client.get("/v1/workers").tree());
    }

    private void report() {
        try {
            TopSnapshot snapshot = look();
            events.accept(model -> model.told(snapshot, clock.instant()));
        } catch (CommandFailed e) {
            events.accept(model -> {
                if (e.exitCode() != ExitCode.UNREACHABLE && model.shown().isEmpty()) {
                    throw e; // it will not get better: no such call, or no right to it
                }
                model.away(inShort(e), clock.instant());
            });
        } catch (RuntimeException e) {
            events.accept(model -> {
                throw e; // an answer that this program does not understand
            });
        }
    }

    /** Has the API do something, and tells how that went; the next look follows at once. */
    void act(Action action) {
        thread.execute(() -> {
            try {
                client.post(path(action));
                events.accept(model -> model.done(done(action)));
            } catch (CommandFailed e) {
                events.accept(model -> model.done(inShort(e)));
            }
            report();
        });
    }

    private static String path(Action action) {
        return switch (action.act()) {
            case PAUSE -> "/v1/queues/" + action.target() + "/pause";
            case RESUME -> "/v1/queues/" + action.target() + "/resume";
            case QUIET -> "/v1/workers/" + action.target() + "/quiet";
            case WAKE -> "/v1/workers/" + action.target() + "/resume";
        };
    }

    private static String done(Action action) {
        return switch (action.act()) {
            case PAUSE -> "queue '" + action.target() + "' is paused";
            case RESUME -> "queue '" + action.target() + "' is open";
            case QUIET -> "worker " + action.target() + " claims no more";
            case WAKE -> "worker " + action.target() + " claims again";
        };
    }

    /** In one line, without the address, which stands in the picture. */
    private static String inShort(CommandFailed e) {
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return line.replaceFirst("^(cannot reach the API) at \\S+:", "$1:");
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
