package io.headrace.cli.jobs;

import io.headrace.JobId;
import io.headrace.cli.client.ApiClient;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.terminal.Colour;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Sparkline;
import io.headrace.cli.terminal.StatusLine;
import io.headrace.cli.terminal.Terminal;
import io.headrace.cli.terminal.WatchOptions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;

/**
 * Shows what happens to one job until it ends: a line for each change of its state and each line of its log. On a
 * terminal its progress is a bar below them, else it is lines too. What happened before is shown with the time at which
 * it did, lines of the log without one, as theirs is not kept.
 */
final class JobWatch implements JobEventStream.Listener {
    private static final int BAR = 30;
    private static final String NO_TIME = " ".repeat("12:00:00".length());

    private final Terminal terminal;
    private final boolean json;
    private final StatusLine status;
    private String shown = "";
    private JsonTree job = JsonTree.ABSENT;
    /** Whether log lines are of now; those from before this command looked have no time that is known. */
    private boolean logIsNew;

    private JobWatch(Terminal terminal, boolean json) {
        this.terminal = terminal;
        this.json = json;
        this.status = StatusLine.on(terminal, !json);
    }

    /** @param json prints an object a line: the events as the API sent them */
    static int follow(ApiClient client, Terminal terminal, JobId id, boolean json) {
        JobWatch watch = new JobWatch(terminal, json);
        JsonTree ended;
        try (StatusLine unused = watch.status) {
            ended = new JobEventStream(client, id, watch).follow();
        }
        return JobWait.verdict(ended, terminal);
    }

    @Override
    public void changed(JsonTree now) {
        String at = job.present() ? WatchOptions.now() : since(now);
        logIsNew |= job.present() || now.at("attempt").number() == 0;
        job = now;
        if (json) {
            terminal.out().println(
                    "{\"event\":\"" + now.at("state").text() + "\",\"data\":" + terminal.shown(now.json()) + "}");
            return;
        }
        String state = now.at("state").text();
        String news = (now.at("attempt").number() > 0 ? " attempt " + now.at("attempt").text() : "")
                + (now.at("cancelling").flag() ? ", cancelling" : "")
                + (status.live() ? "" : Format.plain(JobList.progress(now))) + JobWait.error(now);
        if (!(state + news).equals(shown)) {
            shown = state + news;
            String padded = String.format(Locale.ROOT, "%-9s", state);
            line(at, (terminal.colours() ? Colour.ofState(state).on(padded) : padded) + news);
        }
        status.show(this::doing);
    }

    /** What the bar says: how far it is, and for how long this has been so. */
    private String doing() {
        Instant now = Clock.systemUTC().instant();
        return switch (job.at("state").text()) {
            case "running" -> running(job, job.at("startedAt").ago(now));
            case "scheduled", "retrying", "parked" -> "due in " + job.at("runAt").until(now);
            case "queued" -> "in line for " + job.at("createdAt").ago(now);
            default -> "";
        };
    }

    private static String running(JsonTree job, String since) {
        JsonTree progress = job.at("progress");
        if (!progress.present()) {
            return "running for " + since;
        }
        double fraction = Double.parseDouble(progress.at("fraction").maybe().orElse("0"));
        return Sparkline.filled(fraction, BAR) + " " + Math.round(fraction * 100) + "%  " + since + "  "
                + Format.plain(progress.at("message").text());
    }

    @Override
    public void logged(List<JsonTree> lines) {
        if (json) {
            String items = String.join(",", lines.stream().map(JsonTree::json).toList());
            terminal.out().println("{\"event\":\"log\",\"data\":{\"lines\":[" + terminal.shown(items) + "]}}");
            return;
        }
        String at = logIsNew ? WatchOptions.now() : NO_TIME;
        lines.forEach(text -> line(at, "| " + Format.plain(text.text())));
        logIsNew |= job.present();
    }

    @Override
    public void lost(String why) {
        String since = WatchOptions.now();
        status.above(() -> terminal.say(why + ", connecting again"));
        status.show(() -> "not connected since " + since + ", trying again");
    }

    @Override
    public void back() {
        status.above(() -> terminal.say("connected again"));
        status.show(this::doing);
    }

    /** When the job that is found running or ended began to be so; of other states that is not known. */
    private static String since(JsonTree job) {
        return job.at(job.at("state").text().equals("running") ? "startedAt" : "finishedAt").instant()
                .map(at -> WatchOptions.time(at, ZoneId.systemDefault())).orElseGet(WatchOptions::now);
    }

    private void line(String at, String text) {
        status.above(() -> terminal.out().println(at + " " + text.stripTrailing()));
    }
}
