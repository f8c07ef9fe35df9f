package io.headrace.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.headrace.Durations;
import io.headrace.QueueName;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headrace queue …}: one method a verb. */
@Command(synopsisSubcommandLabel = "VERB", description = "Look at queues and steer them.", footer = {"", "Example:",
    "  headrace queue list"})
final class QueueCommand {
    private final Terminal terminal;

    QueueCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(description = "List the queues and how many jobs are where.", footer = {"", "Example:",
        "  headrace queue list -o json"})
    int list(@Mixin ApiOptions api) {
        Answer answer = api.client(terminal).get("/v1/queues");
        if (api.json()) {
            answer.verbatim(terminal);
            return ExitCode.DONE;
        }
        List<Tree> queues = answer.tree().at("queues").items();
        if (queues.isEmpty()) {
            terminal.say("no queues yet; the first job of a queue creates it");
            return ExitCode.DONE;
        }
        Table table = new Table().cut("QUEUE").number("QUEUED").number("RUNNING").number("SCHED").number("RETRY")
                .number("PARKED").number("DEAD").number("OLDEST").whole("");
        for (Tree queue : queues) {
            Tree counts = queue.at("counts");
            table.row(queue.at("queue").text(), counts.at("queued").text(), counts.at("running").text(),
                    counts.at("scheduled").text(), counts.at("retrying").text(), counts.at("parked").text(),
                    counts.at("dead").text(), Words.span(queue.at("oldestQueuedAge")),
                    queue.at("paused").flag() ? "paused" : "");
        }
        table.print(terminal);
        return ExitCode.DONE;
    }

    @Command(description = "Show all figures and settings of a queue.", footer = {"", "Example:",
        "  headrace queue show mail"})
    int show(@Mixin ApiOptions api, @Parameters(paramLabel = "NAME", description = "The queue.") QueueName queue) {
        return print(api, api.client(terminal).get("/v1/queues/" + queue));
    }

    @Command(description = "Let workers claim no more jobs of a queue; what runs goes on.", footer = {"", "Example:",
        "  headrace queue pause mail"})
    int pause(@Mixin ApiOptions api, @Parameters(paramLabel = "NAME", description = "The queue.") QueueName queue) {
        return done(api, api.client(terminal).post("/v1/queues/" + queue + "/pause"),
                "queue '" + queue + "' is paused");
    }

    @Command(description = "Let workers claim the jobs of a paused queue again.", footer = {"", "Example:",
        "  headrace queue resume mail"})
    int resume(@Mixin ApiOptions api, @Parameters(paramLabel = "NAME", description = "The queue.") QueueName queue) {
        return done(api, api.client(terminal).post("/v1/queues/" + queue + "/resume"), "queue '" + queue + "' is open");
    }

    @Command(description = {"Cancel every job in line. Running, scheduled and retrying jobs stay."}, footer = {"",
        "Example:", "  headrace queue purge mail --dry-run"})
    int purge(@Mixin ApiOptions api, @Mixin BulkOptions bulk,
            @Parameters(paramLabel = "NAME", description = "The queue.") QueueName queue) {
        ApiClient client = api.client(terminal);
        Answer now = client.get("/v1/queues/" + queue);
        long queued = now.tree().at("counts", "queued").number();
        if (bulk.dryRun) {
            return done(api, now, "would cancel " + Words.jobs(queued) + " of queue '" + queue + "'");
        }
        bulk.confirm(terminal, "cancel " + Words.jobs(queued) + " of queue '" + queue + "'");
        long cancelled = 0;
        try (Progress progress = Progress.start(terminal, "purge", queued)) {
            boolean more = true;
            while (more) {
                Tree answer = client.post("/v1/queues/" + queue + "/purge").tree();
                cancelled += answer.at("cancelled").number();
                more = answer.at("more").flag();
                progress.to(cancelled, Words.jobs(cancelled));
            }
        }
        terminal.out().println(api.json() ? "{\"cancelled\":" + cancelled + ",\"more\":false}"
                : "cancelled " + Words.jobs(cancelled) + " of queue '" + queue + "'");
        return ExitCode.DONE;
    }

    @Command(description = "Change settings of a queue; what is not named stays.", footer = {"", "Example:",
        "  headrace queue set mail --max-backlog 100000 --retention 2d"})
    int set(@Mixin ApiOptions api, @Parameters(paramLabel = "NAME", description = "The queue.") QueueName queue,
            @Option(names = "--max-backlog", paramLabel = "N", description = {
                "Refuse submissions while that many jobs are queued; 0 is no limit."}) @Nullable Long maxBacklog,
            @Option(names = "--retention", paramLabel = "TIME", description = {
                "How long finished jobs can be looked up, up to 365d."}) @Nullable Duration retention,
            @Option(names = "--max-kept", paramLabel = "N", description = {
                "How many finished jobs can be looked up at most."}) @Nullable Long maxKept) {
        if (maxBacklog == null && retention == null && maxKept == null) {
            throw CommandFailed.usage("nothing to set: name at least one of --max-backlog, --retention, --max-kept");
        }
        return print(api, api.client(terminal).patch("/v1/queues/" + queue, settings(maxBacklog, retention, maxKept)));
    }

    private static byte[] settings(@Nullable Long maxBacklog, @Nullable Duration retention, @Nullable Long maxKept) {
        StringWriter text = new StringWriter();
        try (JsonGenerator g = Tree.generator(text)) {
            g.writeStartObject();
            if (maxBacklog != null) {
                g.writeNumberField("maxBacklog", maxBacklog);
            }
            if (retention != null) {
                g.writeStringField("retention", Durations.format(retention));
            }
            if (maxKept != null) {
                g.writeNumberField("maxKept", maxKept);
            }
            g.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private int done(ApiOptions api, Answer answer, String words) {
        if (api.json()) {
            answer.verbatim(terminal);
        } else {
            terminal.out().println(words);
        }
        return ExitCode.DONE;
    }

    private int print(ApiOptions api, Answer answer) {
        if (api.json()) {
            answer.verbatim(terminal);
            return ExitCode.DONE;
        }
        members("", answer.tree());
        return ExitCode.DONE;
    }

    /** Whatever the API tells, so that a figure added there shows here. */
    private void members(String prefix, Tree object) {
        for (Map.Entry<String, Tree> member : object.members().entrySet()) {
            Tree value = member.getValue();
            if (!value.members().isEmpty()) {
                members(prefix + member.getKey() + ".", value);
            } else if (value.present()) {
                terminal.out().println(String.format(java.util.Locale.ROOT, "%-24s %s", prefix + member.getKey(),
                        Words.plain(value.text())));
            }
        }
    }
}
