package io.headrace.cli;

import io.headrace.JobId;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** Shows what happens to one job until it ends. */
final class JobWatch {
    private final ApiClient client;
    private final Terminal terminal;
    private String shown = "";

    JobWatch(ApiClient client, Terminal terminal) {
        this.client = client;
        this.terminal = terminal;
    }

    /** @param json prints nothing but the job as it is at its end */
    int follow(JobId id, boolean json) {
        JobEvents events = new JobEvents(client, terminal);
        Tree job = json ? events.follow(id, ignored -> {}, ignored -> {}) : events.follow(id, this::show, this::log);
        if (json) {
            terminal.out().println(job.json());
        }
        return JobWait.verdict(job, terminal);
    }

    private void show(Tree job) {
        String state = job.at("state").text();
        String attempt = job.at("attempt").number() > 0 ? " attempt " + job.at("attempt").text() : "";
        String news = attempt + Words.plain(JobList.progress(job)) + JobWait.error(job);
        if ((state + news).equals(shown)) {
            return;
        }
        shown = state + news;
        String padded = String.format(Locale.ROOT, "%-9s", state);
        line((terminal.colours() ? Colour.ofState(state).on(padded) : padded) + news);
    }

    private void log(List<Tree> lines) {
        lines.forEach(text -> line("| " + Words.plain(text.text())));
    }

    private void line(String text) {
        terminal.out().println(LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + " "
                + text.stripTrailing());
    }
}
