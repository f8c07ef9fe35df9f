package io.headrace.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows for people. On a terminal fits {@value Terminal#COLUMNS} columns by cutting the widest cells of the columns that may be
 * cut; ids and names are never cut, because people copy them. Not thread-safe.
 */
final class Table {
    private static final int GAP = 2;
    private static final int NARROWEST = 6;

    private enum Kind {
        WHOLE, NUMBER, CUT, STATE
    }

    private record Column(String heading, Kind kind) {}

    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();
    /** What stands below the row of this number, if anything. */
    private final Map<Integer, String> notes = new HashMap<>();

    /** A column whose cells are never cut. */
    Table whole(String heading) {
        columns.add(new Column(heading, Kind.WHOLE));
        return this;
    }

    /** A column of numbers, aligned right. */
    Table number(String heading) {
        columns.add(new Column(heading, Kind.NUMBER));
        return this;
    }

    /** A column whose cells may be cut. */
    Table cut(String heading) {
        columns.add(new Column(heading, Kind.CUT));
        return this;
    }

    /** A column of job states, coloured. */
    Table state(String heading) {
        columns.add(new Column(heading, Kind.STATE));
        return this;
    }

    void row(String... cells) {
        List<String> row = new ArrayList<>();
        for (String cell : cells) {
            row.add(Words.plain(cell));
        }
        rows.add(row);
    }

    /** Text below the last row, where it has a whole line to itself. */
    void below(String text) {
        notes.put(rows.size() - 1, "  " + Words.plain(text));
    }

    void print(Terminal terminal) {
        int[] widths = widths(terminal.outIsTty());
        List<String> headings = columns.stream().map(Column::heading).toList();
        terminal.out().println(line(headings, widths, false));
        for (int i = 0; i < rows.size(); i++) {
            terminal.out().println(line(rows.get(i), widths, terminal.colours()));
            String note = notes.get(i);
            if (note != null) {
                terminal.out().println(terminal.outIsTty() ? Words.cut(note, Terminal.COLUMNS) : note);
            }
        }
    }

    private int[] widths(boolean fit) {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = columns.get(i).heading().length();
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], Words.columns(row.get(i)));
            }
        }
        int over = GAP * (widths.length - 1) - Terminal.COLUMNS;
        for (int width : widths) {
            over += width;
        }
        for (; fit && over > 0; over--) {
            int widest = widestToCut(widths);
            if (widest < 0) {
                break;
            }
            widths[widest]--;
        }
        return widths;
    }

    private int widestToCut(int[] widths) {
        int widest = -1;
        for (int i = 0; i < widths.length; i++) {
            if (columns.get(i).kind() == Kind.CUT && widths[i] > NARROWEST
                    && (widest < 0 || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        return widest;
    }

    private String line(List<String> cells, int[] widths, boolean coloured) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            Kind kind = columns.get(i).kind();
            String cell = kind == Kind.CUT ? Words.cut(cells.get(i), widths[i]) : cells.get(i);
            String padding = " ".repeat(Math.max(0, widths[i] - Words.columns(cell)));
            String shown = coloured && kind == Kind.STATE ? Colour.ofState(cell).on(cell) : cell;
            line.append(kind == Kind.NUMBER ? padding + shown : shown + padding).append(" ".repeat(GAP));
        }
        return line.toString().stripTrailing();
    }
}
