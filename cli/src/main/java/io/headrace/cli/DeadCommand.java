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
        if (bulk.dryRun || !bulk.yes) {
            Answer would = client.post(path, body(filter, true), Map.of());
            String what = verb + " " + dead(would, filter);
            if (bulk.dryRun) {
                return done(api, would, "would " + what);
            }
            bulk.confirm(terminal, what);
        }
        Answer answer = client.post(path, body(filter, false), Map.of());
        return done(api, answer, past + " " + dead(answer, filter));
    }

    private static String dead(Answer answer, JobFilter filter) {
        long count = answer.tree().at("count").number();
        return count + (count == 1 ? " dead job" : " dead jobs") + filter.words() + " of queue '" + filter.queue + "'";
    }

    private int done(ApiOptions api, Answer answer, String words) {
        if (api.json()) {
            answer.verbatim(terminal);
        } else {
            terminal.out().println(words);
        }
        return ExitCode.DONE;
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
            g.writeBooleanField("dryRun", dryRun);
            g.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
