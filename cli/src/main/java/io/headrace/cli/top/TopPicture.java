package io.headrace.cli.top;

import io.headrace.cli.terminal.Colour;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Sparkline;
import io.headrace.cli.terminal.Terminal;
import io.headrace.cli.terminal.WatchOptions;
import io.headrace.cli.top.TopList.Column;
import io.headrace.cli.top.TopModel.Mode;
import io.headrace.cli.top.TopModel.Panel;
import io.headrace.cli.top.TopModel.QueueView;
import io.headrace.cli.top.TopModel.Shown;
import io.headrace.cli.top.TopSnapshot.WorkerRow;
import io.headrace.format.ByteSize;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Draws {@code headrace top}: lines for what is known, in a window of a given size. Keeps no state. */
final class TopPicture {
    private static final int HEADER_LINES = 4;
    /** From this height on, blank lines part the panels. */
    private static final int ROOMY = 16;
    /** Below this height, only the panel that the keys act on is drawn. */
    private static final int BOTH = 11;
    private static final String PAUSED = " (paused)";
    private static final String PAUSED_SHORT = " ||";
    private static final List<String> HELP = List.of("Keys", "",
            "  up down j k        select a row; page up, page down, home, end too",
            "  Tab w              from queues to workers and back",
            "  s >   <            sort by the next, by the previous column",
            "  r                  reverse the order",
            "  /                  show only names that contain what is typed; Esc shows all",
            "  p                  pause the selected queue, or resume it; asks first",
            "                     among workers: quiet the selected one, or resume it",
            "  space              freeze the picture, and go on",
            "  q Ctrl-C           quit", "",
            "Rates are of the time since the last look. LAST MIN draws how many jobs were",
            "done in each 6 s of it, in a wide window in each 3, 2 or 1 s. FAIL/S counts",
            "attempts; DEAD, the jobs that are dead. (paused) and || mark paused queues.", "",
            "Any key goes back.");

    private final String address;
    private final Duration interval;
    private final ZoneId zone;
    private final boolean colours;

    /** @param colours whether the lines may hold what colours them */
    TopPicture(String address, Duration interval, ZoneId zone, boolean colours) {
        this.address = address;
        this.interval = interval;
        this.zone = zone;
        this.colours = colours;
    }

    /** As many lines as the window is high, none wider than it. */
    List<String> draw(TopModel model, int width, int height, Instant now) {
        List<String> lines = new ArrayList<>(header(model, width, now));
        List<String> body = new ArrayList<>();
        int room = height - HEADER_LINES - 1;
        if (model.mode() == Mode.HELP) {
            body.addAll(HELP);
        } else if (model.shown().isPresent()) {
            body.addAll(panels(model, width, room, height));
        }
        boolean old = model.awaySince().isPresent();
        for (int i = 0; i < room; i++) {
            String line = i < body.size() ? body.get(i) : "";
            lines.add(old ? paint(Colour.GREY, line) : line);
        }
        lines.add(footer(model));
        return lines.stream().limit(Math.max(1, height)).map(line -> fit(line, width)).toList();
    }

    /** All there is, without keys, for those who look once. */
    List<String> once(TopModel model, int width, Instant now) {
        List<String> lines = new ArrayList<>(header(model, width, now));
        lines.add("");
        lines.addAll(panel(model.queues(), false, noQueues(model), view -> Colour.PLAIN, width, Integer.MAX_VALUE));
        lines.add("");
        lines.addAll(panel(model.workers(), false, noWorkers(model), row -> Colour.PLAIN, width, Integer.MAX_VALUE));
        return lines.stream().map(line -> fit(line, width)).toList();
    }

    /** How wide a picture must be for nothing to be cut. */
    int wholeWidth(TopModel model) {
        return Math.max(Terminal.COLUMNS, Math.max(wholeWidth(model.queues()), wholeWidth(model.workers())));
    }

    private static <R> int wholeWidth(TopList<R> list) {
        return list.columns().stream()
                .mapToInt(column -> 1 + (column.named() ? needed(list, column) : column.widths().get(0))).sum();
    }

    private List<String> header(TopModel model, int width, Instant now) {
        Optional<Shown> shown = model.shown();
        String version = shown.map(it -> it.snapshot().version()).orElse("");
        String state = state(model, now);
        String name = Format.cut(("headrace " + version).strip() + "  " + address,
                Math.max(10, width - state.length() - 2));
        String gap = " ".repeat(Math.max(1, width - name.length() - state.length()));
        List<String> lines = new ArrayList<>();
        lines.add(paint(Colour.BOLD, name) + gap + paint(stateColour(model, now), state));
        lines.add(shown.map(it -> jobs(it, width)).orElse(""));
        lines.add(shown.map(this::rates).orElse(""));
        lines.add(shown.map(this::work).orElse(""));
        return lines;
    }

    private String state(TopModel model, Instant now) {
        String as = model.shown().map(it -> WatchOptions.time(it.at(), zone)).orElse("");
        String away = model.awaySince().map(since -> "AWAY since " + WatchOptions.time(since, zone)).orElse("");
        if (as.isEmpty()) {
            return away.isEmpty() ? "connecting" : away;
        }
        if (!away.isEmpty()) {
            return away + ", shown is " + as;
        }
        if (model.frozen()) {
            return "FROZEN at " + as;
        }
        return silent(model, now)
                ? "NO ANSWER for " + Format.span(model.silence(now)) + ", shown is " + as
                : "live " + as;
    }

    private Colour stateColour(TopModel model, Instant now) {
        if (model.awaySince().isPresent() || silent(model, now)) {
            return Colour.RED;
        }
        return model.frozen() ? Colour.YELLOW : Colour.GREEN;
    }

    private boolean silent(TopModel model, Instant now) {
        Duration allowed = interval.multipliedBy(3).compareTo(Duration.ofSeconds(3)) > 0 ? interval.multipliedBy(3)
                : Duration.ofSeconds(3);
        return model.silence(now).compareTo(allowed) > 0;
    }

    private static String jobs(Shown shown, int width) {
        String whole = jobCounts(shown, Long.SIZE);
        return whole.length() <= width ? whole : jobCounts(shown, 5);
    }

    private static String jobCounts(Shown shown, int digits) {
        Map<String, Long> totals = shown.snapshot().totals();
        StringBuilder line = new StringBuilder("Jobs");
        for (String state : List.of("queued", "running", "scheduled", "retrying", "parked")) {
            line.append("  ").append(state).append(' ')
                    .append(Format.count(totals.getOrDefault(state, 0L), digits));
        }
        return line.toString();
    }

    private String rates(Shown shown) {
        TopRates.Rate all = shown.all();
        long dead = shown.snapshot().totals().getOrDefault("dead", 0L);
        String rates = all.known()
                ? "Rate  in " + Format.perSecond(all.in()) + "/s  done " + Format.perSecond(all.done()) + "/s "
                : "Rate  in -  done - ";
        String failed = all.known() ? "failed " + Format.perSecond(all.failed()) + "/s" : "failed -";
        return rates + paint(Colour.CYAN, Sparkline.curve(all.minute().cells(TopRates.CELLS.get(0)))) + "  "
                + paint(all.failed() > 0 ? Colour.YELLOW : Colour.PLAIN, failed) + "  "
                + paint(dead > 0 ? Colour.RED : Colour.PLAIN, "dead " + Format.count(dead, 7));
    }

    private String work(Shown shown) {
        TopSnapshot snapshot = shown.snapshot();
        int count = snapshot.workers().size();
        long quiet = snapshot.quietWorkers();
        long busy = snapshot.totals().getOrDefault("running", 0L); // what workers tell of themselves is older
        return "Work  " + paint(Colour.BLUE, Sparkline.filled(busy / (double) Math.max(1, snapshot.slots()), 12))
                + " " + busy + "/" + snapshot.slots() + " slots  " + count
                + (count == 1 ? " worker" : " workers") + (quiet > 0 ? ", " + quiet + " quiet" : "")
                + redis(snapshot);
    }

    /** Nothing where it is not told: a key that is limited to queues sees none of what all queues share. */
    private String redis(TopSnapshot snapshot) {
        if (snapshot.redisUsedBytes() == 0) {
            return "";
        }
        long max = snapshot.redisMaxBytes();
        String text = "Redis " + ByteSize.format(snapshot.redisUsedBytes())
                + (max > 0 ? " of " + ByteSize.format(max) : "");
        double part = max > 0 ? snapshot.redisUsedBytes() / (double) max : 0;
        return "  " + paint(part >= 0.95 ? Colour.RED : part >= 0.8 ? Colour.YELLOW : Colour.PLAIN, text);
    }

    private List<String> panels(TopModel model, int width, int room, int height) {
        boolean focusQueues = model.panel() == Panel.QUEUES;
        int blanks = height >= ROOMY ? 2 : 0;
        int rows = room - 2 - blanks;
        if (height < BOTH) {
            return focusQueues ? queues(model, width, room - 1) : workers(model, width, room - 1);
        }
        int queueRows = share(Math.max(1, model.queues().rows().size()), Math.max(1, model.workers().rows().size()),
                rows, focusQueues);
        List<String> lines = new ArrayList<>();
        if (blanks > 0) {
            lines.add("");
        }
        lines.addAll(queues(model, width, queueRows));
        if (blanks > 0) {
            lines.add("");
        }
        lines.addAll(workers(model, width, rows - queueRows));
        return lines;
    }

    /** How many of the rows the queues get: all they need when there is room, else the panel in use gets two thirds. */
    private static int share(int queues, int workers, int rows, boolean focusQueues) {
        if (queues + workers <= rows) {
            return queues;
        }
        int third = Math.max(1, rows / 3);
        return focusQueues
                ? Math.min(queues, rows - Math.min(workers, third))
                : Math.max(Math.min(queues, third), rows - workers);
    }

    private List<String> queues(TopModel model, int width, int rows) {
        return panel(model.queues(), model.panel() == Panel.QUEUES, noQueues(model), TopPicture::colour, width, rows);
    }

    private List<String> workers(TopModel model, int width, int rows) {
        return panel(model.workers(), model.panel() == Panel.WORKERS, noWorkers(model), TopPicture::colour, width,
                rows);
    }

    private static Colour colour(QueueView view) {
        if (view.row().paused()) {
            return Colour.YELLOW;
        }
        return view.row().workers() == 0 && view.row().queued() > 0 ? Colour.RED : Colour.PLAIN;
    }

    private static Colour colour(WorkerRow row) {
        return row.state().equals("running") ? Colour.PLAIN : Colour.YELLOW;
    }

    private static String noQueues(TopModel model) {
        return model.filter().isEmpty() ? "no queues yet; the first job of a queue creates it"
                : "no queue has '" + model.filter() + "' in its name; Esc shows all";
    }

    private static String noWorkers(TopModel model) {
        return model.filter().isEmpty() ? "no live workers; start one with 'headrace worker'"
                : "no worker has '" + model.filter() + "' in its id, host or queues; Esc shows all";
    }

    private <R> List<String> panel(TopList<R> list, boolean focus, String none, Function<R, Colour> colour, int width,
            int rows) {
        List<R> all = list.rows();
        int visible = Math.min(rows, all.size());
        int from = Math.max(0, Math.min(list.selectedIndex() - visible / 2, all.size() - visible));
        int[] widths = widths(list, width);
        List<String> lines = new ArrayList<>();
        String part = visible < all.size() && visible > 0
                ? " " + (from + 1) + "-" + (from + visible) + " of " + all.size()
                : "";
        lines.add(paint(focus ? Colour.BOLD : Colour.GREY, headings(list, widths, part)));
        if (all.isEmpty() && rows > 0) {
            lines.add(" " + none);
        }
        for (int i = from; i < from + visible; i++) {
            boolean selected = focus && i == list.selectedIndex();
            String text = (selected ? ">" : " ") + cells(list.columns(), all.get(i), widths);
            String filled = text + " ".repeat(Math.max(0, width - text.length()));
            lines.add(selected && colours ? Colour.INVERSE.on(filled)
                    : paint(colour.apply(all.get(i)), text.stripTrailing()));
        }
        return lines;
    }

    /** The widths of those columns that have room; the last ones have not, when the window is narrow. */
    private static <R> int[] widths(TopList<R> list, int width) {
        for (int shown = list.columns().size(); shown > 1; shown--) {
            int[] widths = widths(list, list.columns().subList(0, shown), width);
            if (widths.length > 0) {
                return widths;
            }
        }
        return new int[]{Math.max(1, width - 1)};
    }

    /**
     * What is left when each column has its narrowest goes to names, as far as they need it, then to pictures, so that
     * numbers stay near the names that they belong to. Empty when the narrowest do not fit.
     */
    private static <R> int[] widths(TopList<R> list, List<Column<R>> columns, int width) {
        int[] widths = columns.stream().mapToInt(column -> column.widths().get(0)).toArray();
        int left = width - columns.size() - IntStream.of(widths).sum();
        if (left < 0) {
            return new int[0];
        }
        for (int i = 0; i < widths.length; i++) {
            if (columns.get(i).named()) {
                int more = Math.max(0, Math.min(left, needed(list, columns.get(i)) - widths[i]));
                widths[i] += more;
                left -= more;
            }
        }
        for (int i = 0; i < widths.length; i++) {
            for (int wider : columns.get(i).widths()) {
                if (!columns.get(i).named() && wider > widths[i] && wider - widths[i] <= left) {
                    left -= wider - widths[i];
                    widths[i] = wider;
                }
            }
        }
        return widths;
    }

    private static <R> int needed(TopList<R> list, Column<R> column) {
        int longest = list.rows().stream().mapToInt(row -> Format.columns(text(column, row, 0))).max().orElse(0);
        return Math.max(longest, column.widths().get(column.widths().size() - 1));
    }

    private static <R> String text(Column<R> column, R row, int width) {
        String text = Format.plain(column.text().apply(row, width));
        return column.named() && row instanceof QueueView view && view.row().paused() ? text + PAUSED : text;
    }

    private static <R> String headings(TopList<R> list, int[] widths, String part) {
        StringBuilder line = new StringBuilder(" ");
        for (int i = 0; i < widths.length; i++) {
            Column<R> column = list.columns().get(i);
            String mark = i != list.sortedBy() ? "" : list.largestFirst() ? "▼" : "▲";
            line.append(cell(column.heading() + mark + (i == 0 ? part : ""), widths[i], column.right())).append(' ');
        }
        return line.toString().stripTrailing();
    }

    private static <R> String cells(List<Column<R>> columns, R row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            Column<R> column = columns.get(i);
            String text = text(column, row, widths[i]);
            line.append(cell(column.named() ? named(text, widths[i]) : text, widths[i], column.right())).append(' ');
        }
        return line.toString().stripTrailing();
    }

    /** Names differ at both ends; where there is little room, less is told of a pause, but that there is one. */
    private static String named(String text, int width) {
        if (Format.columns(text) <= width || !text.endsWith(PAUSED)) {
            return Format.middle(text, width);
        }
        String name = text.substring(0, text.length() - PAUSED.length());
        return Format.middle(name, width - PAUSED_SHORT.length()) + PAUSED_SHORT;
    }

    private static String cell(String text, int width, boolean right) {
        String cut = Format.cut(text, width);
        String padding = " ".repeat(width - Format.columns(cut));
        return right ? padding + cut : cut + padding;
    }

    private String footer(TopModel model) {
        return switch (model.mode()) {
            case FILTER -> "filter: " + model.filter() + "_   (Enter keeps it, Esc shows all)";
            case ASK -> paint(Colour.YELLOW,
                    model.asked().map(action -> action.act().words + " '" + action.target() + "'? [y/N]").orElse(""));
            case HELP -> "";
            case LIST -> listFooter(model);
        };
    }

    private String listFooter(TopModel model) {
        if (!model.message().isEmpty()) {
            return paint(Colour.YELLOW, model.message());
        }
        if (model.awaySince().isPresent()) {
            return paint(Colour.RED, model.awayWhy() + "; trying again");
        }
        String other = model.panel() == Panel.QUEUES ? "workers" : "queues";
        String pause = model.panel() == Panel.QUEUES ? "pause" : "quiet";
        return "q quit  ? help  p " + pause + "  s sort  r reverse  / filter  Tab " + other + "  space "
                + (model.frozen() ? "go on" : "freeze");
    }

    /** Cuts what is too wide; a line that holds colours is left to the screen, which knows how to cut it. */
    private String fit(String line, int width) {
        return colours ? line : Format.cut(line, width);
    }

    private String paint(Colour colour, String text) {
        return colours && !text.isEmpty() ? colour.on(text) : text;
    }
}
