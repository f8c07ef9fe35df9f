package io.headrace.cli.server;

import io.headrace.bench.BenchReport;
import io.headrace.bench.Figure;
import io.headrace.cli.terminal.Colour;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Table;
import io.headrace.cli.terminal.Terminal;
import java.util.Locale;
import java.util.Map;

/** What the benchmark found, as people read it. */
final class BenchTable {
    private BenchTable() {}

    /** Under which conditions it was found. */
    static void conditions(BenchReport report, Terminal terminal) {
        Map<String, Object> is = report.conditions();
        line(terminal,
                "Headrace " + is.get("headrace") + ", Redis " + is.get("redisVersion") + " (" + is.get("redisAllocator")
                        + ") at " + is.get("redis")
                        + (Boolean.TRUE.equals(is.get("redisAppendOnlyFile")) ? "" : " without append-only file") + ",",
                "");
        line(terminal,
                is.get("jdk") + (is.containsKey("childrenJdk") ? ", api and workers on " + is.get("childrenJdk") : "")
                        + ", " + is.get("os") + ", " + is.get("cores") + " cores,",
                "");
        line(terminal,
                "payload " + is.get("payloadBytes") + " bytes, " + is.get("jobs") + " jobs a run, " + is.get("runs")
                        + " runs; load, server and Redis share the cores.",
                "");
        line(terminal, "SHARE: each run's part of the nearest row above that has no share, the median of them.", "");
    }

    /** What one scenario has found. */
    static void section(BenchReport.Section section, Terminal terminal) {
        terminal.out().println();
        terminal.out().println(terminal.colours() ? Colour.BOLD.on(section.title()) : section.title());
        Table table = new Table().whole("").number("MEDIAN").whole("UNIT").number("MIN-MAX").number("SHARE");
        for (Figure figure : section.figures()) {
            table.row(figure.label(), number(figure.median()), figure.unit(),
                    figure.values().size() == 1 ? "" : number(figure.min()) + "-" + number(figure.max()),
                    figure.ceiling() == null ? "" : share(figure.ofCeiling()));
        }
        table.print(terminal);
        section.notes().forEach(note -> line(terminal, note, "  "));
    }

    /** Of what is no ceiling, such as another kind of memory, a multiple says more. */
    private static String share(double part) {
        return part < 2 ? number(part * 100) + "%" : number(part) + "x";
    }

    /** Three digits, or all before the point. */
    private static String number(double value) {
        if (!Double.isFinite(value)) {
            return "-";
        }
        double size = Math.abs(value);
        int decimals = size >= 100 || value == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    private static void line(Terminal terminal, String text, String indent) {
        StringBuilder line = new StringBuilder(indent);
        for (String word : Format.plain(text).split(" ", -1)) {
            if (line.length() + word.length() > terminal.columns() && line.length() > indent.length()) {
                terminal.out().println(line.toString().stripTrailing());
                line = new StringBuilder(indent);
            }
            line.append(word).append(' ');
        }
        terminal.out().println(line.toString().stripTrailing());
    }
}
