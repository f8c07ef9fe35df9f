package io.headrace.cli.jobs;

import io.headrace.cli.client.JsonTree;
import io.headrace.cli.terminal.Table;
import io.headrace.cli.terminal.Terminal;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What has happened in a queue, as rows of time with a bar each. */
final class QueueHistory {
    private static final int MOST_ROWS = 30;
    /** What stands beside the bar takes about so many columns. */
    private static final int BESIDE_BAR = 46;
    private static final int SHORTEST_BAR = 10;
    private static final int LONGEST_BAR = 100;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);

    /** One row: some minutes taken together. */
    private record Row(Instant start, long done, long failed, long dead) {}

    private QueueHistory() {}

    /** @param history the answer of {@code GET /v1/queues/{queue}/history} */
    static void print(JsonTree history, ZoneId zone, Terminal terminal) {
        List<JsonTree> all = history.at("minutes").items();
        List<JsonTree> minutes = withoutIdleStart(all);
        if (minutes.isEmpty()) {
            terminal.say("nothing happened in the last " + all.size() + " minutes");
            return;
        }
        int each = Math.max(1, (minutes.size() + MOST_ROWS - 1) / MOST_ROWS);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < minutes.size(); i += each) {
            rows.add(row(minutes.subList(i, Math.min(i + each, minutes.size()))));
        }
        int bar = Math.max(SHORTEST_BAR, Math.min(LONGEST_BAR, terminal.columns() - BESIDE_BAR));
        long top = rows.stream().mapToLong(Row::done).max().orElse(0);
        Table table = new Table().whole(each == 1 ? "FROM" : "FROM, " + each + "m").number("DONE").number("FAILED")
                .number("DEAD").whole("");
        for (Row row : rows) {
            table.row(TIME.format(LocalTime.ofInstant(row.start(), zone)), Long.toString(row.done()),
                    Long.toString(row.failed()), Long.toString(row.dead()), bar(row.done(), top, bar));
        }
        table.print(terminal);
        if (minutes.size() < all.size()) {
            terminal.say("nothing happened in the " + (all.size() - minutes.size()) + " minutes before");
        }
    }

    private static List<JsonTree> withoutIdleStart(List<JsonTree> minutes) {
        return minutes.stream().dropWhile(minute -> {
            Row row = row(List.of(minute));
            return row.done() == 0 && row.failed() == 0 && row.dead() == 0;
        }).toList();
    }

    private static Row row(List<JsonTree> minutes) {
        return new Row(minutes.get(0).at("start").instant().orElse(Instant.EPOCH), sum(minutes, "succeeded"),
                sum(minutes, "failed") + sum(minutes, "lost") + sum(minutes, "dead"), sum(minutes, "dead"));
    }

    private static long sum(List<JsonTree> minutes, String name) {
        return minutes.stream().mapToLong(minute -> minute.at(name).number()).sum();
    }

    private static String bar(long value, long top, int longest) {
        return value == 0 ? "" : "|".repeat(Math.max(1, (int) (value * longest / top)));
    }
}
