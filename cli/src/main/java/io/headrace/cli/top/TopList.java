package io.headrace.cli.top;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The rows of one panel: in which order, and which of them is selected. The selection stays on its row while rows move.
 * Not thread-safe.
 */
final class TopList<R> {
    /**
     * One column.
     *
     * @param widths in columns of the terminal, the narrowest first: it gets the widest for which there is room
     * @param named whether it is as wide as what stands in it needs, and only then one of the widths
     * @param text what stands in a row, given the width that the column has got
     * @param order empty when rows cannot be sorted by it
     * @param largestFirst how rows stand until they are reversed
     */
    record Column<R>(String heading, List<Integer> widths, boolean named, boolean right,
            BiFunction<R, Integer, String> text, Optional<Comparator<R>> order, boolean largestFirst) {
        /** Names: as wide as the longest of them, if there is room. */
        static <R> Column<R> name(String heading, int narrowest, int usual, Function<R, String> text) {
            return new Column<>(heading, List.of(narrowest, usual), true, false, (row, width) -> text.apply(row),
                    Optional.of(Comparator.comparing(text)), false);
        }

        static <R> Column<R> text(String heading, int width, Function<R, String> text) {
            return new Column<>(heading, List.of(width), false, false, (row, ignored) -> text.apply(row),
                    Optional.of(Comparator.comparing(text)), false);
        }

        static <R, C extends Comparable<C>> Column<R> number(String heading, int width, Function<R, String> text,
                Function<R, C> value) {
            return new Column<>(heading, List.of(width), false, true, (row, ignored) -> text.apply(row),
                    Optional.of(Comparator.comparing(value)), true);
        }

        /** A number with words behind it, as wide as the longest of them. */
        static <R, C extends Comparable<C>> Column<R> told(String heading, int narrowest, int usual,
                Function<R, String> text, Function<R, C> value) {
            return new Column<>(heading, List.of(narrowest, usual), true, false, (row, ignored) -> text.apply(row),
                    Optional.of(Comparator.comparing(value)), true);
        }

        static <R> Column<R> picture(String heading, List<Integer> widths, BiFunction<R, Integer, String> drawn) {
            return new Column<>(heading, widths, false, false, drawn, Optional.empty(), false);
        }
    }

    private final List<Column<R>> columns;
    private final Function<R, String> id;
    private List<R> rows = List.of();
    private int sortedBy;
    private boolean reversed;
    private int selected;

    /** @param id what stays the same of a row while its figures change; also the order of equals */
    TopList(List<Column<R>> columns, Function<R, String> id) {
        this.columns = List.copyOf(columns);
        this.id = id;
    }

    /** Takes the rows there are now. */
    void show(List<R> now) {
        String before = selected().map(id).orElse("");
        rows = now.stream().sorted(order()).toList();
        for (int i = 0; i < rows.size(); i++) {
            if (id.apply(rows.get(i)).equals(before)) {
                selected = i;
                return;
            }
        }
        move(0);
    }

    private Comparator<R> order() {
        Comparator<R> byColumn = columns.get(sortedBy).order().orElseThrow();
        return (largestFirst() ? byColumn.reversed() : byColumn).thenComparing(id);
    }

    /** Sorts by the next or the previous column that can be sorted by. */
    void sortByNext(int step) {
        do {
            sortedBy = Math.floorMod(sortedBy + step, columns.size());
        } while (columns.get(sortedBy).order().isEmpty());
        reversed = false;
        show(rows);
    }

    void reverse() {
        reversed = !reversed;
        show(rows);
    }

    /** Moves the selection; it stops at the ends. */
    void move(int by) {
        selected = (int) Math.max(0, Math.min((long) selected + by, rows.size() - 1L));
    }

    Optional<R> selected() {
        return selected < rows.size() ? Optional.of(rows.get(selected)) : Optional.empty();
    }

    int selectedIndex() {
        return selected;
    }

    List<R> rows() {
        return rows;
    }

    List<Column<R>> columns() {
        return columns;
    }

    int sortedBy() {
        return sortedBy;
    }

    boolean largestFirst() {
        return columns.get(sortedBy).largestFirst() != reversed;
    }
}
