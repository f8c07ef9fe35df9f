package io.headrace.cli.jobs;

import io.headrace.JobId;
import io.headrace.cli.client.ApiAnswer;
import io.headrace.cli.client.ApiClient;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.client.UrlQuery;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Terminal;
import java.util.List;

/** Prints the lines that a handler wrote: those there are, or all until the job has ended. */
final class JobLogLines {
    private static final int PAGE_LINES = 1_000;
    private static final int LAST_LINES = 5;

    private final ApiClient client;
    private final Terminal terminal;
    private final boolean json;

    JobLogLines(ApiClient client, Terminal terminal, boolean json) {
        this.client = client;
        this.terminal = terminal;
        this.json = json;
    }

    int print(JobId id, boolean follow) {
        if (json && follow) {
            throw CommandFailed.usage("-o json prints one document, so it cannot --follow");
        }
        if (json) {
            page(id, 0).verbatim(terminal);
        } else if (follow) {
            new JobEventStream(client, id, new Following()).follow();
        } else {
            all(id);
        }
        return ExitCode.DONE;
    }

    /**
     * The end of a log.
     *
     * @param written how many lines there ever were
     */
    record End(List<String> lines, long written) {}

    /** How the log ends; without lines when there is none, or it cannot be read now. */
    End last(JobId id) {
        try {
            JsonTree page = page(id, 0).tree();
            List<JsonTree> lines = page.at("lines").items();
            return new End(
                    lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()).stream().map(JsonTree::text)
                            .toList(),
                    page.at("next").number());
        } catch (CommandFailed e) {
            return new End(List.of(), 0);
        }
    }

    private final class Following implements JobEventStream.Listener {
        @Override
        public void changed(JsonTree job) {
            // its log alone is asked for
        }

        @Override
        public void logged(List<JsonTree> lines) {
            lines(lines);
        }

        @Override
        public void lost(String why) {
            terminal.say(why + ", connecting again");
        }
    }

    private void all(JobId id) {
        long from = 0;
        int count;
        do {
            JsonTree page = page(id, from).tree();
            List<JsonTree> lines = page.at("lines").items();
            if (page.at("dropped").present()) {
                terminal.say(page.at("dropped").number() + " lines before these are not kept");
            }
            lines(lines);
            count = lines.size();
            from = page.at("next").number();
        } while (count == PAGE_LINES);
    }

    private void lines(List<JsonTree> lines) {
        for (JsonTree line : lines) {
            terminal.out().println(terminal.outIsTty() ? Format.plain(line.text()) : line.text());
        }
    }

    private ApiAnswer page(JobId id, long from) {
        return client.get("/v1/jobs/" + id + "/log" + new UrlQuery().with("from", from).with("limit", PAGE_LINES));
    }
}
