package io.headrace.cli;

import io.headrace.JobId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Follows one job by its events; connects again when the stream breaks off before the job has ended. */
final class JobEvents {
    /** The API sends a sign of life at least every 15 s. */
    private static final Duration SILENCE = Duration.ofSeconds(45);

    private final ApiClient client;
    private final Terminal terminal;
    private String lastEventId = "0";

    JobEvents(ApiClient client, Terminal terminal) {
        this.client = client;
        this.terminal = terminal;
    }

    /**
     * Returns the job as it is at its end. A stream that cannot be opened ends the command.
     *
     * @param changed told the job as it is now, and each time it has changed
     * @param logged told lines of its log, each once
     */
    Tree follow(JobId id, Consumer<Tree> changed, Consumer<List<Tree>> logged) {
        Optional<Tree> ended = Optional.empty();
        while (ended.isEmpty()) {
            ended = listen(id, changed, logged);
        }
        return ended.get();
    }

    /** Empty when the stream ended and the job did not. */
    private Optional<Tree> listen(JobId id, Consumer<Tree> changed, Consumer<List<Tree>> logged) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                client.events("/v1/jobs/" + id + "/events", lastEventId, SILENCE), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("id:")) {
                    lastEventId = line.substring(3).strip();
                } else if (line.startsWith("data:")) {
                    Tree data = Tree.parse(line.substring(5).getBytes(StandardCharsets.UTF_8));
                    if (!data.at("state").present()) {
                        logged.accept(data.at("lines").items());
                        continue;
                    }
                    changed.accept(data);
                    if (JobWait.ended(data)) {
                        return Optional.of(data);
                    }
                }
            }
        } catch (IOException e) {
            terminal.say("connection lost, connecting again");
        }
        return Optional.empty();
    }
}
