package io.headrace.cli.jobs;

import io.headrace.Durations;
import io.headrace.cli.client.ApiAnswer;
import io.headrace.cli.client.ApiClient;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Terminal;
import java.time.Duration;

/** Waits for the end of one job and tells it as a program would: the result on stdout, the error on stderr. */
final class JobWait {
    /** How long one request waits; proxies cut longer ones. */
    private static final Duration SLICE = Duration.ofSeconds(20);

    private final ApiClient client;
    private final Terminal terminal;
    private final boolean json;

    JobWait(ApiClient client, Terminal terminal, boolean json) {
        this.client = client;
        this.terminal = terminal;
        this.json = json;
    }

    /** Waits for the job that an answer shows. */
    int until(ApiAnswer submitted, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        ApiAnswer answer = submitted;
        JsonTree job = answer.tree();
        String id = job.at("id").text();
        terminal.say("job " + id);
        while (!ended(job)) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            if (left.isNegative() || left.isZero()) {
                throw CommandFailed.failed("job " + id + " is still " + job.at("state").text() + " after "
                        + Durations.format(atMost) + why(id) + "; follow it with 'headrace job watch " + id + "'");
            }
            Duration wait = left.compareTo(SLICE) < 0 ? left : SLICE;
            answer = client.get("/v1/jobs/" + id + "?wait=" + Math.max(1, wait.toMillis()) + "ms", wait);
            job = answer.tree();
        }
        if (json) {
            answer.verbatim(terminal);
        } else if (succeeded(job) && job.at("result").present()) {
            terminal.out().println(terminal.shown(job.at("result").json()));
        }
        return verdict(job, terminal);
    }

    /** Why it has not ended, if the API tells, as part of a longer sentence. */
    private String why(String id) {
        try {
            String summary = client.get("/v1/jobs/" + id + "/why").tree().at("summary").text();
            return summary.isEmpty() ? "" : ": " + Format.plain(summary).replaceFirst("\\.$", "");
        } catch (CommandFailed e) {
            return "";
        }
    }

    static boolean ended(JsonTree job) {
        return switch (job.at("state").text()) {
            case "succeeded", "dead", "cancelled", "expired" -> true;
            default -> false;
        };
    }

    static boolean succeeded(JsonTree job) {
        return job.at("state").text().equals("succeeded");
    }

    /** The exit code of an ended job; says on stderr why it did not succeed. */
    static int verdict(JsonTree job, Terminal terminal) {
        if (succeeded(job)) {
            return ExitCode.DONE;
        }
        String after = job.at("attempt").number() == 1 ? "1 attempt" : job.at("attempt").text() + " attempts";
        terminal.say("job " + job.at("id").text() + " is " + job.at("state").text() + " after " + after + error(job));
        return ExitCode.FAILED;
    }

    /** {@code ": type: message"}, or nothing. */
    static String error(JsonTree job) {
        String error = Format.plain(JobList.error(job.at("error")));
        return error.isEmpty() ? "" : ": " + error;
    }
}
