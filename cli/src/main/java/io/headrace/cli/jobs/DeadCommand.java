package io.headrace.cli.jobs;

import com.fasterxml.jackson.core.JsonGenerator;
import io.headrace.JobState;
import io.headrace.QueueName;
import io.headrace.cli.client.ApiAnswer;
import io.headrace.cli.client.ApiClient;
import io.headrace.cli.client.ApiOptions;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.terminal.BulkOptions;
import io.headrace.cli.terminal.CommandProgress;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Table;
import io.headrace.cli.terminal.Terminal;
import io.headrace.cli.terminal.WatchOptions;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headrace dead …}: one method a verb, each about all dead jobs of a queue that match. */
@Command(synopsisSubcommandLabel = "VERB", description = {
    "Look at dead jobs, and retry or delete them in bulk; for single ones see 'headrace job'."}, footer = {"",
        "Example:",
        "  headrace dead retry --queue mail --error Timeout --dry-run"})
public final class DeadCommand {
    /** How many jobs one call moves, so that the progress bar moves too. */
    private static final int PER_CALL = 5_000;

    private final Terminal terminal;

    public DeadCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(description = "List dead jobs, the latest first.", footer = {"", "Example:",
        "  headrace dead list --queue mail --error Timeout"})
    int list(@Mixin ApiOptions api, @Mixin JobFilter filter, @Mixin JobCommand.PageOptions page,
            @Mixin WatchOptions watch) {
        return watch.run(terminal, "dead list --queue " + filter.queue,
                to -> new JobList(api.client(to), to, api.json()).print(filter, JobState.DEAD, page));
    }

    @Command(description = "Put dead jobs back in line, with their history and fresh retries.", footer = {"",
        "Example:",
        "  headrace dead retry --queue mail --error Timeout"})
    int retry(@Mixin ApiOptions api, @Mixin DeadJobFilter filter, @Mixin BulkOptions bulk,
            @Option(names = "--pace", paramLabel = "N", description = {
                "Let so many fall due a second, 0.01 to 10000, rather than all at once."}) @Nullable Double pace) {
        return bulk(api, filter, bulk, "retry", "retried", pace);
    }

    @Command(description = "Group dead jobs by what they died of, the largest group first.", footer = {"", "Example:",
        "  headrace dead groups --queue mail"})
    int groups(@Mixin ApiOptions api, @Mixin WatchOptions watch,
            @Option(names = {"-q", "--queue"}, paramLabel = "NAME", //
                    description = "Their queue; default is 'default'.", defaultValue = "default") QueueName queue) {
        return watch.run(terminal, "dead groups --queue " + queue, to -> {
            ApiAnswer answer = api.client(to).get("/v1/queues/" + queue + "/dead/groups");
            if (api.json()) {
                answer.verbatim(to);
            } else {
                groups(answer.tree(), queue, to);
            }
            return ExitCode.DONE;
        });
    }

    private static void groups(JsonTree answer, QueueName queue, Terminal terminal) {
        List<JsonTree> groups = answer.at("groups").items();
        if (groups.isEmpty()) {
            terminal.say("no dead jobs in queue '" + queue + "'");
            return;
        }
        Instant now = Clock.systemUTC().instant();
        Table table = new Table().whole("FINGERPRINT").number("JOBS").number("LATEST").cut("TYPE");
        for (JsonTree group : groups) {
            table.row(group.at("fingerprint").text(), group.at("count").text(), group.at("newest").ago(now),
                    group.at("type").text());
            table.below(JobList.error(group.at("error")));
        }
        table.print(terminal);
        if (answer.at("more").flag()) {
            terminal.say("the latest " + answer.at("examined").text() + " of " + answer.at("total").text()
                    + " dead jobs were looked at");
        }
    }

    @Command(description = "Delete dead jobs for ever.", footer = {"", "Example:",
        "  headrace dead delete --queue mail --type welcome"})
    int delete(@Mixin ApiOptions api, @Mixin DeadJobFilter filter, @Mixin BulkOptions bulk) {
        return bulk(api, filter, bulk, "delete", "deleted", null);
    }

    private int bulk(ApiOptions api, DeadJobFilter filter, BulkOptions bulk, String verb, String past,
            @Nullable Double pace) {
        ApiClient client = api.client(terminal);
        String path = "/v1/queues/" + filter.queue + "/dead:" + verb;
        ApiAnswer would = client.post(path, body(filter, pace, "", true), Map.of());
        long matching = would.tree().at("count").number();
        String what = verb + " " + dead(matching, filter)
                + (would.tree().at("more").flag() ? ", and more" + rate(pace) : paced(matching, pace));
        if (bulk.dryRun) {
            if (api.json()) {
                would.verbatim(terminal);
            } else {
                terminal.tell("would " + what);
            }
            return ExitCode.DONE;
        }
        bulk.confirm(terminal, what);
        Moved moved = move(client, path, filter, pace, CommandProgress.start(terminal, verb, matching));
        if (moved.refused() > 0) {
            terminal.say(moved.refused()
                    + " were refused: another unfinished job has their unique key, or they are dead no more");
        }
        if (api.json()) {
            terminal.out().println(terminal.shown(moved.json()));
        } else {
            terminal.tell(past + " " + dead(moved.count(), filter) + paced(moved.count(), pace));
        }
        return moved.refused() == 0 ? ExitCode.DONE : ExitCode.FAILED;
    }

    /**
     * What all calls together did.
     *
     * @param nextAt when one more job would fall due; empty when they are not paced
     */
    private record Moved(long count, long refused, String nextAt) {
        String json() {
            return "{\"count\":" + count + ",\"refused\":" + refused + ",\"more\":false"
                    + (nextAt.isEmpty() ? "" : ",\"nextAt\":\"" + nextAt + "\"") + "}";
        }
    }

    /**
     * Calls again while there is more; what was refused is looked at again, so a call that moves nothing is the last.
     */
    private static Moved move(ApiClient client, String path, DeadJobFilter filter, @Nullable Double pace,
            CommandProgress progress) {
        try (progress) {
            long moved = 0;
            String startAt = ""; // a paced retry goes on where the call before ended
            while (true) {
                JsonTree answer = client.post(path, body(filter, pace, startAt, false), Map.of()).tree();
                startAt = answer.at("nextAt").maybe().orElse(startAt);
                long count = answer.at("count").number();
                long refused = answer.at("refused").number();
                moved += count;
                progress.to(moved, Format.jobs(moved));
                if (count == 0 || (!answer.at("more").flag() && count + refused < PER_CALL)) {
                    return new Moved(moved, refused, startAt);
                }
            }
        }
    }

    private static String dead(long count, DeadJobFilter filter) {
        return count + (count == 1 ? " dead job" : " dead jobs") + filter.words() + " of queue '" + filter.queue + "'";
    }

    /** {@code , 2 a second, the last 12s after the first}; nothing when they are not paced. */
    private static String paced(long count, @Nullable Double pace) {
        return pace == null || count < 2 ? rate(pace)
                : rate(pace) + ", the last " + Format.span(Duration.ofMillis((long) ((count - 1) * 1000 / pace)))
                        + " after the first";
    }

    private static String rate(@Nullable Double pace) {
        return pace == null ? ""
                : ", " + new BigDecimal(pace.toString()).stripTrailingZeros().toPlainString()
                        + " a second";
    }

    private static byte[] body(DeadJobFilter filter, @Nullable Double pace, String startAt, boolean dryRun) {
        StringWriter text = new StringWriter();
        try (JsonGenerator g = JsonTree.generator(text)) {
            g.writeStartObject();
            if (filter.type != null) {
                g.writeStringField("type", filter.type.value());
            }
            if (filter.error != null) {
                g.writeStringField("error", filter.error);
            }
            if (filter.fingerprint != null) {
                g.writeStringField("fingerprint", filter.fingerprint);
            }
            if (pace != null) {
                g.writeNumberField("pace", pace);
            }
            if (!startAt.isEmpty()) {
                g.writeStringField("startAt", startAt);
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
