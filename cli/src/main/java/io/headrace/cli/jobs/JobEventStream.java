package io.headrace.cli.jobs;

import io.headrace.JobId;
import io.headrace.cli.client.ApiClient;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Follows one job by its events; connects again when the stream breaks off before the job has ended. */
public final class JobEventStream {
    /** Who hears of them, by one thread. */
    interface Listener {
        /** The job as it is now, and each time it has changed. */
        void changed(JsonTree job);

        /** Lines of its log, each once. */
        void logged(List<JsonTree> lines);

        /** The connection is lost; {@link #back} follows, unless the command ends. */
        default void lost(String why) {}

        /** The connection is there again, and nothing was missed. */
        default void back() {}
    }

    /** The API sends a sign of life at least every 15 s. */
    private static final Duration SILENCE = Duration.ofSeconds(45);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final ApiClient client;
    private final Listener listener;
    private final String path;
    private String lastEventId = "0";
    private Duration pause = FIRST_PAUSE;
    private boolean connected;
    private boolean lost;

    public JobEventStream(ApiClient client, JobId id, Listener listener) {
        this.client = client;
        this.path = "/v1/jobs/" + id + "/events";
        this.listener = listener;
    }

    /** Returns the job as it is at its end. A stream that cannot be opened the first time ends the command. */
    JsonTree follow() {
        while (true) {
            try {
                Optional<JsonTree> ended = listen();
                if (ended.isPresent()) {
                    return ended.get();
                }
                lost("the stream ended");
            } catch (IOException e) {
                lost("connection lost");
            } catch (CommandFailed e) {
                if (!connected || e.exitCode() != ExitCode.UNREACHABLE) {
                    throw e;
                }
                lost("the API does not answer");
            }
            rest();
        }
    }

    private void lost(String why) {
        if (!lost) {
            lost = true;
            listener.lost(why);
        }
    }

    private void rest() {
        try {
            TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailed.failed("interrupted");
        }
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }

    /** Empty when the stream ended and the job did not. */
    private Optional<JsonTree> listen() throws IOException {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(client.events(path, lastEventId, SILENCE), StandardCharsets.UTF_8))) {
            connected = true;
            String id = lastEventId;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("id:")) {
                    id = line.substring(3).strip();
                } else if (line.startsWith("data:")) {
                    JsonTree ended = heard(JsonTree.parse(line.substring(5).getBytes(StandardCharsets.UTF_8)));
                    lastEventId = id; // only now: a stream that broke off before this line sends the event again
                    if (ended != null) {
                        return Optional.of(ended);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private @Nullable JsonTree heard(JsonTree data) {
        pause = FIRST_PAUSE;
        if (lost) {
            lost = false;
            listener.back();
        }
        if (!data.at("state").present()) {
            listener.logged(data.at("lines").items());
            return null;
        }
        listener.changed(data);
        return JobWait.ended(data) ? data : null;
    }
}
