package io.headrace.cli.terminal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows for people, a line each whatever is in them: on a terminal they fit its window. What does not is taken first
 * from the ends of cells that say much, then from the middle of names and ids; what is too much even then is missing at
 * the right. For another program nothing is cut and nothing padded: a tab stands between cells. Not thread-safe.
 */
public final class Table {
    private static final int GAP = 2;

    private enum Kind {
        WHOLE, NUMBER, NAME, CUT
    }

    /** Down to how many columns cells of a kind are cut before others have to give. */
    private record Stage(Kind kind, int narrowest) {}

    /** Ids of queues with short names take 24 columns. */
    private static final List<Stage> STAGES = List.of(new Stage(Kind.CUT, 16), new Stage(Kind.NAME, 24),
            new Stage(Kind.CUT, 8), new Stage(Kind.NAME, 16), new Stage(Kind.CUT, 4));

    private record Column(String heading, Kind kind) {}

    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();
    /** What stands below the row of this number, if anything. */
    private final Map<Integer, String> notes = new HashMap<>();

    /** A column of short words. */
    public Table whole(String heading) {
        columns.add(new Column(heading, Kind.WHOLE));
        return this;
    }

    /** A column of numbers, aligned right. */
    public Table number(String heading) {
        columns.add(new Column(heading, Kind.NUMBER));
        return this;
    }

    /** A column of names or ids, which people copy: whole as long as there is another way. */
    public Table name(String heading) {
        columns.add(new Column(heading, Kind.NAME));
        return this;
    }

    /** A column whose cells may be cut. */
    public Table cut(String heading) {
        columns.add(new Column(heading, Kind.CUT));
        return this;
    }

    public void row(String... cells) {
        List<String> row = new ArrayList<>();
        for (String cell : cells) {
            row.add(Format.plain(cell));
        }
        rows.add(row);
    }

    /** Text below the last row, where it has a whole line to itself. */
    public void below(String text) {
        notes.put(rows.size() - 1, "  " + Format.plain(text));
    }

    public void print(Terminal terminal) {
        List<String> headings = columns.stream().map(Column::heading).toList();
        if (terminal.outIsTty()) {
            print(terminal, headings, widths(terminal.columns()));
            return;
        }
        terminal.out().println(String.join("\t", headings));
        for (int i = 0; i < rows.size(); i++) {
            terminal.out().println(String.join("\t", rows.get(i)));
            String note = notes.get(i);
            if (note != null) {
                terminal.out().println(note);
            }
        }
    }

    private void print(Terminal terminal, List<String> headings, int[] widths) {
        int max = terminal.columns();
        terminal.out().println(Format.cut(line(headings, widths), max));
        for (int i = 0; i < rows.size(); i++) {
            terminal.out().println(Format.cut(line(rows.get(i), widths), max));
            String note = notes.get(i);
            if (note != null) {
                terminal.out().println(Format.cut(note, max));
            }
        }
    }

    private int[] widths(int max) {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = columns.get(i).heading().length();
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], Format.columns(row.get(i)));
            }
        }
        int over = GAP * (widths.length - 1) - max;
        for (int width : widths) {
            over += width;
        }
        for (Stage stage : STAGES) {
            for (int widest = widest(widths, stage); over > 0 && widest >= 0; widest = widest(widths, stage)) {
                widths[widest]--;
                over--;
            }
        }
        return widths;
    }

    private int widest(int[] widths, Stage stage) {
        int widest = -1;
        for (int i = 0; i < widths.length; i++) {
            if (columns.get(i).kind() == stage.kind() && widths[i] > stage.narrowest()
                    && (widest < 0 || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        return widest;
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            Kind kind = columns.get(i).kind();
            String cell = switch (kind) {
                case CUT -> Format.cut(cells.get(i), widths[i]);
                case NAME -> Format.middle(cells.get(i), widths[i]);
                default -> cells.get(i);
            };
            String padding = " ".repeat(Math.max(0, widths[i] - Format.columns(cell)));
            line.append(kind == Kind.NUMBER ? padding + cell : cell + padding).append(" ".repeat(GAP));
        }
        return line.toString().stripTrailing();
    }
}
