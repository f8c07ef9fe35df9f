package io.headrace.cli;

import io.headrace.JobId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Follows one job by its events; connects again when the stream breaks off before the job has ended. */
final class JobWatch {
    /** The API sends a sign of life at least every 15 s. */
    private static final Duration SILENCE = Duration.ofSeconds(45);

    private final ApiClient client;
    private final Terminal terminal;
    private final boolean json;
    private String shown = "";

    JobWatch(ApiClient client, Terminal terminal, boolean json) {
        this.client = client;
        this.terminal = terminal;
        this.json = json;
    }

    /** Prints a line a change, or with {@code json} the job as it is at its end. */
    int follow(JobId id) {
        Optional<Tree> ended = Optional.empty();
        while (ended.isEmpty()) {
            ended = listen(id);
        }
        if (json) {
            client.get("/v1/jobs/" + id).verbatim(terminal);
        }
        return JobWait.verdict(ended.get(), terminal);
    }

    /** Empty when the stream ended and the job did not. A stream that cannot be opened ends the command. */
    private Optional<Tree> listen(JobId id) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                client.events("/v1/jobs/" + id + "/events", SILENCE), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data:")) {
                    Tree job = Tree.parse(line.substring(5).strip().getBytes(StandardCharsets.UTF_8));
                    show(job);
                    if (JobWait.ended(job)) {
                        return Optional.of(job);
                    }
                }
            }
        } catch (IOException e) {
            terminal.say("connection lost, connecting again");
        }
        return Optional.empty();
    }

    private void show(Tree job) {
        String state = job.at("state").text();
        String attempt = job.at("attempt").number() > 0 ? " attempt " + job.at("attempt").text() : "";
        String news = attempt + Words.plain(JobList.progress(job)) + JobWait.error(job);
        if (json || (state + news).equals(shown)) {
            return;
        }
        shown = state + news;
        String padded = String.format(java.util.Locale.ROOT, "%-9s", state);
        terminal.out().println(LocalTime.now(java.time.ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + " "
                + (terminal.colours() ? Colour.ofState(state).on(padded) : padded) + news);
    }
}
