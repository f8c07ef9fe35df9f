package io.headrace.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.headrace.JobState;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code headrace dead …}: one method a verb, each about all dead jobs of a queue that match. */
@Command(synopsisSubcommandLabel = "VERB", description = {
    "Look at dead jobs, and retry or delete them in bulk; for single ones see 'headrace job'."}, footer = {"",
        "Example:",
        "  headrace dead retry --queue mail --error Timeout --dry-run"})
final class DeadCommand {
    /** How many jobs one call moves, so that the progress bar moves too. */
    private static final int PER_CALL = 5_000;

    private final Terminal terminal;

    DeadCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(description = "List dead jobs, the latest first.", footer = {"", "Example:",
        "  headrace dead list --queue mail --error Timeout"})
    int list(@Mixin ApiOptions api, @Mixin JobFilter filter, @Mixin JobCommand.PageOptions page) {
        return new JobList(api.client(terminal), terminal, api.json()).print(filter, JobState.DEAD, page);
    }

    @Command(description = "Put dead jobs back in line, with their history and fresh retries.", footer = {"",
        "Example:",
        "  headrace dead retry --queue mail --error Timeout"})
    int retry(@Mixin ApiOptions api, @Mixin JobFilter filter, @Mixin BulkOptions bulk) {
        return bulk(api, filter, bulk, "retry", "retried");
    }

    @Command(description = "Delete dead jobs for ever.", footer = {"", "Example:",
        "  headrace dead delete --queue mail --type welcome"})
    int delete(@Mixin ApiOptions api, @Mixin JobFilter filter, @Mixin BulkOptions bulk) {
        return bulk(api, filter, bulk, "delete", "deleted");
    }

    private int bulk(ApiOptions api, JobFilter filter, BulkOptions bulk, String verb, String past) {
        ApiClient client = api.client(terminal);
        String path = "/v1/queues/" + filter.queue + "/dead:" + verb;
        Answer would = client.post(path, body(filter, true), Map.of());
        long matching = would.tree().at("count").number();
        String what = verb + " " + dead(matching, filter) + (would.tree().at("more").flag() ? ", and more" : "");
        if (bulk.dryRun) {
            if (api.json()) {
                would.verbatim(terminal);
            } else {
                terminal.out().println("would " + what);
            }
            return ExitCode.DONE;
        }
        bulk.confirm(terminal, what);
        long[] moved = move(client, path, filter, Progress.start(terminal, verb, matching));
        if (moved[1] > 0) {
            terminal.say(
                    moved[1] + " were refused: another unfinished job has their unique key, or they are dead no more");
        }
        terminal.out().println(api.json() ? "{\"count\":" + moved[0] + ",\"refused\":" + moved[1] + ",\"more\":false}"
                : past + " " + dead(moved[0], filter));
        return moved[1] == 0 ? ExitCode.DONE : ExitCode.FAILED;
    }

    /** Calls again while there is more; what was refused is looked at again, so a call that moves nothing is the last. */
    private static long[] move(ApiClient client, String path, JobFilter filter, Progress progress) {
        try (progress) {
            long moved = 0;
            while (true) {
                Tree answer = client.post(path, body(filter, false), Map.of()).tree();
                long count = answer.at("count").number();
                long refused = answer.at("refused").number();
                moved += count;
                progress.to(moved, Words.jobs(moved));
                if (count == 0 || (!answer.at("more").flag() && count + refused < PER_CALL)) {
                    return new long[]{moved, refused};
                }
            }
        }
    }

    private static String dead(long count, JobFilter filter) {
        return count + (count == 1 ? " dead job" : " dead jobs") + filter.words() + " of queue '" + filter.queue + "'";
    }

    private static byte[] body(JobFilter filter, boolean dryRun) {
        StringWriter text = new StringWriter();
        try (JsonGenerator g = Tree.generator(text)) {
            g.writeStartObject();
            if (filter.type != null) {
                g.writeStringField("type", filter.type.value());
            }
            if (filter.error != null) {
                g.writeStringField("error", filter.error);
            }
            if (dryRun) {
                g.writeBooleanField("dryRun", true);
            } else {
                g.writeNumberField("limit", PER_CALL);
            }
            g.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
