package io.headrace.cli;

import io.headrace.JobId;
import java.time.Duration;

/** Prints the lines that a handler wrote, once, or until the job has ended. */
final class JobLogPrinter {
    private static final int PAGE_LINES = 1_000;
    /** How long one look waits for the end of the job before it asks for new lines. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final ApiClient client;
    private final Terminal terminal;
    private final boolean json;
    private long next;

    JobLogPrinter(ApiClient client, Terminal terminal, boolean json) {
        this.client = client;
        this.terminal = terminal;
        this.json = json;
    }

    int print(JobId id, boolean follow) {
        if (json) {
            if (follow) {
                throw CommandFailed.usage("-o json prints one document, so it cannot --follow");
            }
            page(id).verbatim(terminal);
            return ExitCode.DONE;
        }
        boolean ended = !follow;
        while (true) {
            // The state is read before the lines: an ended job writes no more.
            lines(id);
            if (ended) {
                return ExitCode.DONE;
            }
            ended = JobWait
                    .ended(client.get("/v1/jobs/" + id + "?wait=" + LOOK_EVERY.toSeconds() + "s", LOOK_EVERY).tree());
        }
    }

    private void lines(JobId id) {
        long before;
        do {
            before = next;
            Tree page = page(id).tree();
            page.at("lines").items().forEach(line -> terminal.out().println(
                    terminal.outIsTty() ? Words.plain(line.text()) : line.text()));
            next = page.at("next").number();
        } while (next - before >= PAGE_LINES);
    }

    private Answer page(JobId id) {
        return client.get("/v1/jobs/" + id + "/log" + new Query().with("from", next).with("limit", PAGE_LINES));
    }
}
