package io.headrace.cli.jobs;

import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.cli.client.ApiAnswer;
import io.headrace.cli.client.ApiClient;
import io.headrace.cli.client.ApiOptions;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Terminal;
import io.headrace.cli.terminal.WatchOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headrace job …}: one method a verb. */
@Command(synopsisSubcommandLabel = "VERB", description = "Look at jobs and steer them.", footer = {"", "Example:",
    "  headrace job list --queue mail --state dead"})
public final class JobCommand {
    private final Terminal terminal;

    public JobCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(description = "List the jobs of a queue in one state, a page at a time.", footer = {"", "Example:",
        "  headrace job list --queue mail --state retrying --error Timeout"})
    int list(@Mixin ApiOptions api, @Mixin JobFilter filter,
            @Option(names = {"-s", "--state"}, paramLabel = "STATE", defaultValue = "queued", description = {
                "queued (the default), scheduled, running, retrying, parked,"
                        + " succeeded, dead, cancelled or expired."}) JobState state,
            @Mixin PageOptions page, @Mixin WatchOptions watch) {
        return watch.run(terminal, "job list --queue " + filter.queue + " --state " + state.label(),
                to -> new JobList(api.client(to), to, api.json()).print(filter, state, page));
    }

    @Command(description = {
        "Show a job: its state, payload, result and attempts, where it failed, and how its log ends.",
        "On a terminal long payloads, results and stacks are shortened; --full shows all of them."}, footer = {"",
            "Example:", "  headrace job show mail_n1763770000123-0"})
    int show(@Mixin ApiOptions api, @Parameters(paramLabel = "ID", description = "The job.") JobId id,
            @Option(names = "--full", description = "Shorten nothing.") boolean full) {
        ApiClient client = api.client(terminal);
        ApiAnswer answer = client.get("/v1/jobs/" + id);
        if (api.json()) {
            answer.verbatim(terminal);
        } else {
            new JobCard(terminal, full).print(answer.tree(), new JobLogLines(client, terminal, false).last(id));
        }
        return ExitCode.DONE;
    }

    @Command(description = "Tell why a job is not running, and when it might.", footer = {"", "Example:",
        "  headrace job why mail_n1763770000123-0"})
    int why(@Mixin ApiOptions api, @Mixin WatchOptions watch,
            @Parameters(paramLabel = "ID", description = "The job.") JobId id) {
        return watch.run(terminal, "job why " + id, to -> {
            ApiAnswer answer = api.client(to).get("/v1/jobs/" + id + "/why");
            if (api.json()) {
                answer.verbatim(to);
            } else {
                JobWhy.print(answer.tree(), to);
            }
            return ExitCode.DONE;
        });
    }

    @Command(description = {
        "Cancel jobs that have not ended. A running one is told to stop; show tells whether it did."}, //
            footer = {"", "Example:", "  headrace job cancel mail_n1763770000123-0"})
    int cancel(@Mixin ApiOptions api,
            @Parameters(arity = "1", paramLabel = "ID", description = "The jobs.") List<JobId> ids) {
        ApiClient client = api.client(terminal);
        return each(ids, api, id -> client.delete("/v1/jobs/" + id));
    }

    @Command(description = "Put dead jobs back in line, or make waiting ones due now.", footer = {"", "Example:",
        "  headrace job retry mail_n1763770000123-0"})
    int retry(@Mixin ApiOptions api,
            @Parameters(arity = "1", paramLabel = "ID", description = "The jobs.") List<JobId> ids) {
        ApiClient client = api.client(terminal);
        return each(ids, api, id -> client.post("/v1/jobs/" + id + "/retry"));
    }

    @Command(name = "run-now", description = "Make scheduled, retrying or parked jobs due now.", footer = {"",
        "Example:",
        "  headrace job run-now mail_ns1763770000123-0"})
    int runNow(@Mixin ApiOptions api,
            @Parameters(arity = "1", paramLabel = "ID", description = "The jobs.") List<JobId> ids) {
        ApiClient client = api.client(terminal);
        return each(ids, api, id -> client.post("/v1/jobs/" + id + "/run-now"));
    }

    @Command(description = {
        "Follow a job until it ends: its states, its progress and what its handler logs; goes on after a broken"
                + " connection. Exits with 0 when it succeeded, else with 1.",
        "With -o json an object a line: {\"event\": STATE, \"data\": JOB}, and"
                + " {\"event\": \"log\", \"data\": {\"lines\": [..]}}."}, //
            footer = {"", "Example:", "  headrace job watch mail_n1763770000123-0"})
    int watch(@Mixin ApiOptions api, @Parameters(paramLabel = "ID", description = "The job.") JobId id) {
        return JobWatch.follow(api.client(terminal), terminal, id, api.json());
    }

    @Command(description = "Print what the handler of a job has logged.", footer = {"", "Example:",
        "  headrace job log mail_n1763770000123-0 --follow"})
    int log(@Mixin ApiOptions api, @Parameters(paramLabel = "ID", description = "The job.") JobId id,
            @Option(names = {"-f", "--follow"}, description = "Go on until the job ends.") boolean follow) {
        return new JobLogLines(api.client(terminal), terminal, api.json()).print(id, follow);
    }

    /** One call a job; those that cannot be moved are reported, the others still are. */
    private int each(List<JobId> ids, ApiOptions api, Function<JobId, ApiAnswer> call) {
        int code = ExitCode.DONE;
        List<ApiAnswer> answers = new ArrayList<>();
        for (JobId id : ids) {
            try {
                ApiAnswer answer = call.apply(id);
                answers.add(answer);
                if (!api.json()) {
                    terminal.out().println(id + " " + stateOf(answer));
                }
            } catch (CommandFailed e) {
                if (ids.size() == 1 || e.exitCode() == ExitCode.UNREACHABLE) {
                    throw e;
                }
                terminal.say("headrace: " + id + ": " + e.getMessage());
                code = e.exitCode();
            }
        }
        if (api.json()) {
            document(answers, ids.size() > 1);
        }
        return code;
    }

    /** One JSON document: the job, or an array when several were named. */
    private void document(List<ApiAnswer> answers, boolean array) {
        if (array) {
            terminal.out().println(terminal.shown(
                    "[" + String.join(",", answers.stream().map(answer -> answer.tree().json()).toList()) + "]"));
        } else {
            answers.forEach(answer -> answer.verbatim(terminal));
        }
    }

    private static String stateOf(ApiAnswer answer) {
        JsonTree job = answer.tree();
        return job.at("cancelling").flag() ? "cancelling" : job.at("state").text();
    }

    /** Which part of a long list. */
    static final class PageOptions {
        @Option(names = "--limit", paramLabel = "N", description = "How many, 1 to 200; default 20.")
        int limit = 20;

        @Option(names = "--cursor", paramLabel = "CURSOR", description = "Go on where an earlier page ended.")
        @Nullable
        String cursor;
    }
}
