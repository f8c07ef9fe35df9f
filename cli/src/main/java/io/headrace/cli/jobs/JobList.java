package io.headrace.cli.jobs;

import io.headrace.JobState;
import io.headrace.cli.client.ApiAnswer;
import io.headrace.cli.client.ApiClient;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.client.UrlQuery;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Table;
import io.headrace.cli.terminal.Terminal;
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
        ApiAnswer answer = client.get("/v1/queues/" + filter.queue + "/jobs" + new UrlQuery()
                .with("state", state.label()).with("type", filter.type).with("error", filter.error)
                .with("cursor", page.cursor).with("limit", page.limit));
        if (json) {
            answer.verbatim(terminal);
            return ExitCode.DONE;
        }
        List<JsonTree> jobs = answer.tree().at("jobs").items();
        if (jobs.isEmpty()) {
            terminal.say("no " + state.label() + " jobs" + filter.words() + " in queue '" + filter.queue + "'");
        } else {
            table(jobs, state).print(terminal);
        }
        answer.tree().at("next").maybe().ifPresent(next -> terminal.say("more: --cursor " + next));
        return ExitCode.DONE;
    }

    private static Table table(List<JsonTree> jobs, JobState state) {
        Instant now = Clock.systemUTC().instant();
        Table table = new Table().name("ID").cut("TYPE").number("TRY").number(whenHeading(state))
                .cut(noteHeading(state));
        for (JsonTree job : jobs) {
            table.row(job.at("id").text(), job.at("type").text(), job.at("attempt").text(), when(job, state, now),
                    note(job, state));
        }
        return table;
    }

    private static String whenHeading(JobState state) {
        return switch (state) {
            case QUEUED -> "AGE";
            case RUNNING -> "SINCE";
            case SCHEDULED, PARKED, RETRYING -> "DUE IN";
            case DEAD -> "DIED";
            case SUCCEEDED, CANCELLED, EXPIRED -> "ENDED";
        };
    }

    private static String when(JsonTree job, JobState state, Instant now) {
        return switch (state) {
            case QUEUED -> job.at("createdAt").ago(now);
            case RUNNING -> job.at("startedAt").ago(now);
            case SCHEDULED, PARKED, RETRYING -> job.at("runAt").until(now);
            case DEAD, SUCCEEDED, CANCELLED, EXPIRED -> job.at("finishedAt").ago(now);
        };
    }

    private static String noteHeading(JobState state) {
        return switch (state) {
            case QUEUED, SCHEDULED, PARKED -> "PRIORITY";
            case RUNNING -> "WORKER";
            case RETRYING, DEAD -> "ERROR";
            case SUCCEEDED, CANCELLED, EXPIRED -> "RAN";
        };
    }

    private static String note(JsonTree job, JobState state) {
        return switch (state) {
            case QUEUED, SCHEDULED, PARKED -> job.at("priority").text();
            case RUNNING -> job.at("worker").text() + progress(job);
            case RETRYING, DEAD -> error(job.at("error"));
            case SUCCEEDED, CANCELLED, EXPIRED -> took(job);
        };
    }

    /** {@code type: message}, the type without the package that a Java exception has; empty when there is none. */
    static String error(JsonTree error) {
        if (!error.present()) {
            return "";
        }
        String type = error.at("type").text();
        return type.substring(type.lastIndexOf('.') + 1) + ": " + error.at("message").text();
    }

    private static String took(JsonTree job) {
        return job.at("startedAt").instant()
                .flatMap(start -> job.at("finishedAt").instant()
                        .map(end -> Format.span(Duration.between(start, end))))
                .orElse("");
    }

    static String progress(JsonTree job) {
        JsonTree progress = job.at("progress");
        if (!progress.present()) {
            return "";
        }
        long percent = Math.round(Double.parseDouble(progress.at("fraction").maybe().orElse("0")) * 100);
        return " " + percent + "%" + progress.at("message").maybe().map(message -> " " + message).orElse("");
    }
}
