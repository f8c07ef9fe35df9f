package io.headrace.cli.jobs;

import io.headrace.cli.client.JsonTree;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Terminal;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;

/** Prints why a job is not running, for people. */
final class JobWhy {
    private JobWhy() {}

    /** @param why the answer of {@code GET /v1/jobs/{id}/why} */
    static void print(JsonTree why, Terminal terminal) {
        String state = why.at("state").text();
        terminal.tellState(state, ": " + Format.plain(why.at("summary").text()));
        for (JsonTree reason : why.at("reasons").items()) {
            if (!said(why, reason)) {
                terminal.card("  " + reason.at("code").text() + ":", 2, Format.plain(reason.at("detail").text()));
            }
        }
        JsonTree line = why.at("line");
        if (line.present()) {
            terminal.card("position", 9, (line.at("approximate").flag() ? "about " : "")
                    + line.at("position").text() + " in line, priority " + line.at("level").text());
        }
        JsonTree estimate = why.at("estimate");
        if (estimate.present()) {
            Instant now = Clock.systemUTC().instant();
            terminal.card("start", 9, "in about " + estimate.at("startAt").until(now) + ", as "
                    + estimate.at("slots").text() + " slots take " + estimate.at("serviceTime").span()
                    + " a job, measured over " + Format.jobs(estimate.at("measuredOver").number()));
        }
    }

    /** Whether the summary, a sentence made of the reasons that count most, tells this one already. */
    private static boolean said(JsonTree why, JsonTree reason) {
        return why.at("summary").text().toLowerCase(Locale.ROOT)
                .contains(reason.at("detail").text().toLowerCase(Locale.ROOT));
    }
}
