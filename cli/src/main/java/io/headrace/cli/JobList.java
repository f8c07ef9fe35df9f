package io.headrace.cli;

import io.headrace.JobState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A page of jobs of one state. */
final class JobList {
    private final ApiClient client;
    private final Terminal terminal;
    private final boolean json;

    JobList(ApiClient client, Terminal terminal, boolean json) {
        this.client = client;
        this.terminal = terminal;
        this.json = json;
    }

    int print(JobFilter filter, JobState state, JobCommand.PageOptions page) {
        Answer answer = client.get("/v1/queues/" + filter.queue + "/jobs" + new Query()
                .with("state", state.label()).with("type", filter.type).with("error", filter.error)
                .with("cursor", page.cursor).with("limit", page.limit));
        if (json) {
            answer.verbatim(terminal);
            return ExitCode.DONE;
        }
        List<Tree> jobs = answer.tree().at("jobs").items();
        if (jobs.isEmpty()) {
            terminal.say("no " + state.label() + " jobs" + filter.words() + " in queue '" + filter.queue + "'");
        } else {
            table(jobs, state).print(terminal);
        }
        answer.tree().at("next").maybe().ifPresent(next -> terminal.say("more: --cursor " + next));
        return ExitCode.DONE;
    }

    private static Table table(List<Tree> jobs, JobState state) {
        Instant now = Clock.systemUTC().instant();
        Table table = new Table().whole("ID").cut("TYPE").number("TRY").number("AGE").cut(heading(state));
        for (Tree job : jobs) {
            table.row(job.at("id").text(), job.at("type").text(), job.at("attempt").text(),
                    Words.ago(job.at("createdAt"), now), note(job, state, now));
        }
        return table;
    }

    private static String heading(JobState state) {
        return switch (state) {
            case RUNNING -> "SINCE, WORKER";
            case SCHEDULED, PARKED -> "DUE IN";
            case RETRYING -> "DUE IN, ERROR";
            case DEAD -> "DIED, ERROR";
            case SUCCEEDED, CANCELLED, EXPIRED -> "ENDED";
            case QUEUED -> "PRIORITY";
        };
    }

    private static String note(Tree job, JobState state, Instant now) {
        return switch (state) {
            case RUNNING -> Words.ago(job.at("startedAt"), now) + " " + job.at("worker").text() + progress(job);
            case SCHEDULED, PARKED -> Words.until(job.at("runAt"), now);
            case RETRYING -> Words.until(job.at("runAt"), now) + " " + error(job);
            case DEAD -> Words.ago(job.at("finishedAt"), now) + " ago " + error(job);
            case SUCCEEDED, CANCELLED, EXPIRED -> Words.ago(job.at("finishedAt"), now) + " ago" + took(job);
            case QUEUED -> job.at("priority").text();
        };
    }

    private static String error(Tree job) {
        Tree error = job.at("error");
        return error.present() ? error.at("type").text() + ": " + error.at("message").text() : "";
    }

    private static String took(Tree job) {
        return Words.instant(job.at("startedAt"))
                .flatMap(start -> Words.instant(job.at("finishedAt"))
                        .map(end -> ", ran " + Words.span(Duration.between(start, end))))
                .orElse("");
    }

    static String progress(Tree job) {
        Tree progress = job.at("progress");
        if (!progress.present()) {
            return "";
        }
        long percent = Math.round(Double.parseDouble(progress.at("fraction").maybe().orElse("0")) * 100);
        return " " + percent + "%" + progress.at("message").maybe().map(message -> " " + message).orElse("");
    }
}
