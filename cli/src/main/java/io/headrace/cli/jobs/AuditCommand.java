package io.headrace.cli.jobs;

import io.headrace.QueueName;
import io.headrace.cli.client.ApiAnswer;
import io.headrace.cli.client.ApiOptions;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.client.UrlQuery;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Table;
import io.headrace.cli.terminal.Terminal;
import io.headrace.cli.terminal.WatchOptions;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headrace audit}: who did what. */
@Command(description = {"Show what operators did, the latest first: in the dashboard, with this command or"
        + " through the API."}, footer = {"", "Example:", "  headrace audit --queue mail --action dead.retry"})
public final class AuditCommand implements Callable<Integer> {
    private static final int MAX_PAGE = 200;

    private final Terminal terminal;

    @Mixin
    ApiOptions api = new ApiOptions();

    @Mixin
    WatchOptions watch = new WatchOptions();

    @Option(names = {"-q", "--queue"}, paramLabel = "NAME", description = "Only what concerns this queue.")
    @Nullable
    QueueName queue;

    @Option(names = "--action", paramLabel = "ACTION", description = "Only this action, such as queue.purge.")
    @Nullable
    String action;

    @Option(names = "--actor", paramLabel = "KEY", description = "Only what the key of this name did.")
    @Nullable
    String actor;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = {
        "How many entries to show, up to 200; default 50."})
    int limit;

    @Option(names = "--cursor", paramLabel = "CURSOR", description = "Go on where an earlier page ended.")
    @Nullable
    String cursor;

    public AuditCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        return watch.run(terminal, "audit", this::page);
    }

    private int page(Terminal to) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw CommandFailed.usage("--limit must be 1 to " + MAX_PAGE + ", was " + limit);
        }
        ApiAnswer answer = api.client(to).get("/v1/audit" + new UrlQuery().with("queue", queue).with("action", action)
                .with("actor", actor).with("cursor", cursor).with("limit", limit));
        if (api.json()) {
            answer.verbatim(to);
            return ExitCode.DONE;
        }
        List<JsonTree> entries = answer.tree().at("entries").items();
        if (entries.isEmpty()) {
            to.say("nothing was done, as far as the log goes back");
        } else {
            table(entries).print(to);
        }
        answer.tree().at("next").maybe().ifPresent(next -> to.say("there is more: --cursor " + next));
        return ExitCode.DONE;
    }

    private static Table table(List<JsonTree> entries) {
        Table table = new Table().whole("AT").cut("ACTOR").whole("ACTION").name("WHAT").number("COUNT")
                .cut("DETAIL");
        for (JsonTree entry : entries) {
            String count = entry.at("count").maybe().orElse("") + (entry.at("unfinished").flag() ? "+" : "");
            table.row(seconds(entry.at("at").text()), entry.at("actor").text(), entry.at("action").text(), what(entry),
                    count, detail(entry));
        }
        return table;
    }

    private static String seconds(String time) {
        return time.replaceFirst("\\.[0-9]+Z$", "Z");
    }

    private static String what(JsonTree entry) {
        return entry.at("job").maybe().or(() -> entry.at("target").maybe()).or(() -> entry.at("queue").maybe())
                .orElse("");
    }

    private static String detail(JsonTree entry) {
        JsonTree asked = entry.at("settings").members().isEmpty() ? entry.at("filter") : entry.at("settings");
        return String.join(" ", asked.members().entrySet().stream()
                .filter(member -> member.getValue().present() && member.getValue().items().isEmpty())
                .map(member -> member.getKey() + "=" + member.getValue().text()).toList());
    }
}
