package io.headrace.cli.jobs;

import io.headrace.cli.client.JsonTree;
import io.headrace.cli.terminal.Colour;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Table;
import io.headrace.cli.terminal.Terminal;
import io.headrace.format.ByteSize;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Prints all of one job, for people. */
final class JobCard {
    private static final int NAME_COLUMNS = 9;
    /** How much of a payload or a result is shown to people, in characters. */
    private static final int MOST = 2_000;

    private final Terminal terminal;
    /** Whether somebody wants to read all of it, or a program does. */
    private final boolean whole;

    JobCard(Terminal terminal, boolean full) {
        this.terminal = terminal;
        this.whole = full || !terminal.outIsTty();
    }

    void print(JsonTree job, JobLogLines.End log) {
        Instant now = Clock.systemUTC().instant();
        String state = job.at("state").text();
        line("id", job.at("id").text());
        line("type", Format.plain(job.at("type").text()));
        line("state", (terminal.colours() ? Colour.ofState(state).on(state) : state)
                + (job.at("cancelling").flag() ? ", cancelling" : ""));
        line("queue", job.at("queue").text() + ", priority " + job.at("priority").text());
        line("attempt", attempt(job));
        time("created", job.at("createdAt"), now);
        time("due", job.at("runAt"), now);
        time("expires", job.at("expiresAt"), now);
        time("started", job.at("startedAt"), now);
        time("finished", job.at("finishedAt"), now);
        line("worker", Format.plain(job.at("worker").text()));
        line("progress", Format.plain(JobList.progress(job).strip()));
        value("payload", job.at("payload").json());
        if (job.at("result").present()) {
            value("result", job.at("result").json());
        }
        JsonTree error = job.at("error");
        if (error.present()) {
            lines("error", error.at("type").text() + ": " + error.at("message").text());
        }
        attempts(job.at("attempts").items(), now);
        stack(job.at("attempts").items());
        log(job.at("id").text(), log);
    }

    private void value(String name, String json) {
        String shown = Format.plain(json);
        boolean cut = !whole && shown.length() > MOST;
        line(name, cut ? Format.cut(shown, MOST) : shown);
        if (cut) {
            line("", ByteSize.format(json.getBytes(StandardCharsets.UTF_8).length) + " in all; --full shows them");
        }
    }

    /** Where the newest attempt failed that tells. */
    private void stack(List<JsonTree> attempts) {
        for (int i = attempts.size() - 1; i >= 0; i--) {
            String stack = attempts.get(i).at("error", "stack").text();
            if (!stack.isBlank()) {
                List<String> lines = whole ? stack.lines().toList() : StackText.shortened(stack);
                terminal.out().println();
                terminal.tell("where attempt " + attempts.get(i).at("number").text() + " failed"
                        + (lines.size() < stack.lines().count() ? "; --full shows all " + stack.lines().count()
                                + " lines" : ""));
                lines.forEach(line -> terminal.out().println("  " + Format.plain(line.replace("\t", "    "))));
                return;
            }
        }
    }

    private void log(String id, JobLogLines.End log) {
        if (!log.lines().isEmpty()) {
            terminal.out().println();
            terminal.tell(log.written() == log.lines().size() ? "log"
                    : "the last " + log.lines().size() + " of " + log.written()
                            + " lines of its log; 'headrace job log "
                            + id + "' shows those that are kept");
            log.lines().forEach(line -> terminal.out().println("  | " + Format.plain(line)));
        }
    }

    /** A job whose workers were lost may have had more attempts than its retries allow. */
    private static String attempt(JsonTree job) {
        long forgiven = job.at("forgiven").number();
        JsonTree retries = job.at("maxRetries"); // missing until a worker has said how many it allows
        long most = forgiven + retries.number() + 1;
        boolean told = retries.present() && job.at("attempt").number() <= most;
        return job.at("attempt").text() + (told ? " of " + most : "")
                + (forgiven > 0 ? ", " + forgiven + " not counted" : "");
    }

    private void attempts(List<JsonTree> attempts, Instant now) {
        if (attempts.isEmpty()) {
            return;
        }
        terminal.out().println();
        Table table = new Table().number("TRY").whole("OUTCOME").number("AGO").number("TOOK").name("WORKER")
                .cut("ERROR");
        for (JsonTree attempt : attempts) {
            JsonTree error = attempt.at("error");
            table.row(attempt.at("number").text(), attempt.at("outcome").text(),
                    attempt.at("startedAt").ago(now), took(attempt), attempt.at("worker").text(),
                    JobList.error(error));
        }
        table.print(terminal);
    }

    private static String took(JsonTree attempt) {
        return attempt.at("startedAt").instant()
                .flatMap(start -> attempt.at("finishedAt").instant()
                        .map(end -> Format.span(Duration.between(start, end))))
                .orElse("");
    }

    private void time(String name, JsonTree time, Instant now) {
        time.instant().ifPresent(instant -> line(name, time.text() + (instant.isAfter(now)
                ? " (in " + time.until(now) + ")"
                : " (" + time.ago(now) + " ago)")));
    }

    /** A message of several lines keeps them, below each other. */
    private void lines(String name, String value) {
        String label = name;
        for (String each : (Iterable<String>) value.lines()::iterator) {
            line(label, Format.plain(each));
            label = "";
        }
    }

    private void line(String name, String value) {
        if (!value.isEmpty()) {
            terminal.card(name, NAME_COLUMNS, value);
        }
    }
}
