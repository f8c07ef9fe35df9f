package io.headrace.cli.jobs;

import com.fasterxml.jackson.core.JsonGenerator;
import io.headrace.QueueName;
import io.headrace.cli.client.ApiAnswer;
import io.headrace.cli.client.ApiClient;
import io.headrace.cli.client.ApiOptions;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.client.UrlQuery;
import io.headrace.cli.settings.GivenDuration;
import io.headrace.cli.terminal.BulkOptions;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.CommandProgress;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Table;
import io.headrace.cli.terminal.Terminal;
import io.headrace.cli.terminal.WatchOptions;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headrace queue …}: one method a verb. */
@Command(synopsisSubcommandLabel = "VERB", description = "Look at queues and steer them.", footer = {"", "Example:",
    "  headrace queue list"})
public final class QueueCommand {
    private final Terminal terminal;

    public QueueCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(description = "List the queues and how many jobs are where.", footer = {"", "Example:",
        "  headrace queue list -o json"})
    int list(@Mixin ApiOptions api, @Mixin WatchOptions watch) {
        return watch.run(terminal, "queue list", to -> list(api, to));
    }

    private static int list(ApiOptions api, Terminal terminal) {
        ApiClient client = api.client(terminal);
        ApiAnswer answer = client.get("/v1/queues");
        Optional<String> next = answer.tree().at("next").maybe();
        if (api.json() && next.isEmpty()) {
            answer.verbatim(terminal);
            return ExitCode.DONE;
        }
        List<JsonTree> queues = new ArrayList<>(answer.tree().at("queues").items());
        while (next.isPresent()) {
            JsonTree page = client.get("/v1/queues?cursor=" + next.get()).tree();
            queues.addAll(page.at("queues").items());
            next = page.at("next").maybe();
        }
        if (api.json()) {
            terminal.out().println("{\"queues\":["
                    + queues.stream().map(JsonTree::json).collect(Collectors.joining(",")) + "]}");
            return ExitCode.DONE;
        }
        if (queues.isEmpty()) {
            terminal.say("no queues yet; the first job of a queue creates it");
            return ExitCode.DONE;
        }
        Table table = new Table().name("QUEUE").number("QUEUED").number("RUNNING").number("SCHED").number("RETRY")
                .number("PARKED").number("DEAD").number("OLDEST").whole("");
        for (JsonTree queue : queues) {
            JsonTree counts = queue.at("counts");
            table.row(queue.at("queue").text(), counts.at("queued").text(), counts.at("running").text(),
                    counts.at("scheduled").text(), counts.at("retrying").text(), counts.at("parked").text(),
                    counts.at("dead").text(), queue.at("oldestQueuedAge").span(),
                    queue.at("paused").flag() ? "paused" : "");
        }
        table.print(terminal);
        return ExitCode.DONE;
    }

    @Command(description = "Show all figures and settings of a queue.", footer = {"", "Example:",
        "  headrace queue show mail"})
    int show(@Mixin ApiOptions api, @Mixin WatchOptions watch,
            @Parameters(paramLabel = "NAME", description = "The queue.") QueueName queue) {
        return watch.run(terminal, "queue show " + queue,
                to -> card(api, api.client(to).get("/v1/queues/" + queue), to));
    }

    @Command(description = {"Show what a queue did in its last minutes: jobs done, attempts failed, jobs dead.",
        "The minutes before the first in which something happened are left out."}, footer = {"", "Example:",
            "  headrace queue history mail --minutes 120"})
    int history(@Mixin ApiOptions api, @Mixin WatchOptions watch,
            @Option(names = "--minutes", paramLabel = "N", defaultValue = "30", //
                    description = "How far to look back, 1 to 1440; default 30.") int minutes,
            @Parameters(paramLabel = "NAME", description = "The queue.") QueueName queue) {
        return watch.run(terminal, "queue history " + queue, to -> {
            ApiAnswer answer = api.client(to)
                    .get("/v1/queues/" + queue + "/history" + new UrlQuery().with("minutes", minutes));
            if (api.json()) {
                answer.verbatim(to);
            } else {
                QueueHistory.print(answer.tree(), ZoneId.systemDefault(), to);
            }
            return ExitCode.DONE;
        });
    }

    @Command(description = "Tell how many workers a queue needs, as autoscalers are told.", footer = {"", "Example:",
        "  headrace queue scaling mail --drain-within 5m"})
    int scaling(@Mixin ApiOptions api, @Mixin WatchOptions watch,
            @Option(names = "--slots", paramLabel = "N", description = {
                "How many jobs a worker runs at once, 1 to 100000;"
                        + " default is what the live ones do."}) @Nullable Integer slots,
            @Option(names = "--drain-within", paramLabel = "TIME", description = {
                "How soon what is in line should be done;"
                        + " default is the server's."}) @Nullable GivenDuration drainWithin,
            @Option(names = "--min", paramLabel = "N", description = "Never fewer workers.") @Nullable Integer min,
            @Option(names = "--max", paramLabel = "N", description = "Never more workers.") @Nullable Integer max,
            @Parameters(paramLabel = "NAME", description = "The queue.") QueueName queue) {
        String path = "/v1/scaling/" + queue + new UrlQuery().with("slots", slots)
                .with("drainWithin", drainWithin).with("min", min)
                .with("max", max);
        return watch.run(terminal, "queue scaling " + queue, to -> print(api, api.client(to).get(path), to));
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
        ApiAnswer now = client.get("/v1/queues/" + queue);
        long queued = now.tree().at("counts", "queued").number();
        if (bulk.dryRun) {
            return done(api, now, "would cancel " + Format.jobs(queued) + " of queue '" + queue + "'");
        }
        bulk.confirm(terminal, "cancel " + Format.jobs(queued) + " of queue '" + queue + "'");
        long cancelled = 0;
        try (CommandProgress progress = CommandProgress.start(terminal, "purge", queued)) {
            // One call may take many seconds; what is left in line tells how far it is.
            progress.ask(() -> queued
                    - client.get("/v1/queues/" + queue).tree().at("counts", "queued").number());
            boolean more = true;
            while (more) {
                JsonTree answer = client.post("/v1/queues/" + queue + "/purge").tree();
                cancelled += answer.at("cancelled").number();
                more = answer.at("more").flag();
            }
        }
        terminal.tell(api.json() ? "{\"cancelled\":" + cancelled + ",\"more\":false}"
                : "cancelled " + Format.jobs(cancelled) + " of queue '" + queue + "'");
        return ExitCode.DONE;
    }

    @Command(description = {"Delete a queue with its settings, counters and history.",
        "Refused while jobs are in it; with --purge those that do not run go with it, without a record."}, footer = {"",
            "Example:", "  headrace queue delete mail --dry-run"})
    int delete(@Mixin ApiOptions api, @Mixin BulkOptions bulk,
            @Option(names = "--purge", description = {
                "Drop jobs in line, scheduled, retrying, parked and dead."}) boolean purge,
            @Parameters(paramLabel = "NAME", description = "The queue.") QueueName queue) {
        ApiClient client = api.client(terminal);
        ApiAnswer now = client.get("/v1/queues/" + queue);
        JsonTree counts = now.tree().at("counts");
        long jobs = Stream.of("queued", "running", "scheduled", "retrying", "parked", "dead")
                .mapToLong(state -> counts.at(state).number()).sum();
        String what = "delete queue '" + queue + "'" + (jobs == 0 ? "" : " with " + Format.jobs(jobs));
        if (bulk.dryRun) {
            boolean refused = (jobs > 0 && !purge) || counts.at("running").number() > 0;
            return done(api, now, refused ? "would not delete queue '" + queue + "', as it holds " + Format.jobs(jobs)
                    : "would " + what);
        }
        bulk.confirm(terminal, purge || jobs == 0 ? what : "delete queue '" + queue + "' once it holds no job");
        ApiAnswer answer = client.delete("/v1/queues/" + queue + (purge ? "?purge=true" : ""));
        long dropped = answer.tree().at("dropped").number();
        return done(api, answer, "deleted queue '" + queue + "'"
                + (dropped == 0 ? "" : " and " + Format.jobs(dropped) + " with it"));
    }

    @Command(description = "Change settings of a queue; what is not named stays.", footer = {"", "Example:",
        "  headrace queue set mail --max-backlog 100000 --retention 2d"})
    int set(@Mixin ApiOptions api, @Parameters(paramLabel = "NAME", description = "The queue.") QueueName queue,
            @Option(names = "--max-backlog", paramLabel = "N", description = {
                "Refuse submissions while that many jobs wait in line,"
                        + " 0 to 1000000000; 0 is no limit."}) @Nullable Long maxBacklog,
            @Option(names = "--retention", paramLabel = "TIME", description = {
                "How long finished jobs can be looked up, 0s to 365d."}) @Nullable GivenDuration retention,
            @Option(names = "--max-kept", paramLabel = "N", description = {
                "How many finished jobs can be looked up at most, 0 to 10000000."}) @Nullable Long maxKept) {
        if (maxBacklog == null && retention == null && maxKept == null) {
            throw CommandFailed.usage("nothing to set: name at least one of --max-backlog, --retention, --max-kept");
        }
        return card(api, api.client(terminal).patch("/v1/queues/" + queue, settings(maxBacklog, retention, maxKept)),
                terminal);
    }

    private static byte[] settings(@Nullable Long maxBacklog, @Nullable GivenDuration retention,
            @Nullable Long maxKept) {
        StringWriter text = new StringWriter();
        try (JsonGenerator g = JsonTree.generator(text)) {
            g.writeStartObject();
            if (maxBacklog != null) {
                g.writeNumberField("maxBacklog", maxBacklog);
            }
            if (retention != null) {
                g.writeStringField("retention", retention.text());
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

    private int done(ApiOptions api, ApiAnswer answer, String words) {
        if (api.json()) {
            answer.verbatim(terminal);
        } else {
            terminal.tell(words);
        }
        return ExitCode.DONE;
    }

    private static int card(ApiOptions api, ApiAnswer answer, Terminal terminal) {
        if (api.json()) {
            answer.verbatim(terminal);
        } else {
            new QueueCard(terminal).print(answer.tree());
        }
        return ExitCode.DONE;
    }

    private static int print(ApiOptions api, ApiAnswer answer, Terminal terminal) {
        if (api.json()) {
            answer.verbatim(terminal);
            return ExitCode.DONE;
        }
        members("", answer.tree(), terminal);
        return ExitCode.DONE;
    }

    /** Whatever the API tells, so that a figure added there shows here. */
    private static void members(String prefix, JsonTree object, Terminal terminal) {
        for (Map.Entry<String, JsonTree> member : object.members().entrySet()) {
            JsonTree value = member.getValue();
            if (!value.members().isEmpty()) {
                members(prefix + member.getKey() + ".", value, terminal);
            } else if (value.present()) {
                terminal.card(prefix + member.getKey(), 24, Format.plain(value.text()));
            }
        }
    }
}
