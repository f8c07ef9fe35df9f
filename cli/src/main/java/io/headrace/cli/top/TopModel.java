package io.headrace.cli.top;

import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.LiveScreen;
import io.headrace.cli.terminal.Sparkline;
import io.headrace.cli.top.TopList.Column;
import io.headrace.cli.top.TopRates.Rate;
import io.headrace.cli.top.TopSnapshot.QueueRow;
import io.headrace.cli.top.TopSnapshot.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code headrace top} knows, and what the person before it has chosen. Used by one thread. */
final class TopModel {
    /** What the keys act on. */
    enum Panel {
        QUEUES, WORKERS
    }

    /** What the keys mean. */
    enum Mode {
        LIST, FILTER, ASK, HELP
    }

    /** What a key can ask the API for. */
    enum Act {
        PAUSE("pause queue"), RESUME("resume queue"), QUIET("quiet worker"), WAKE("resume worker");

        final String words;

        Act(String words) {
            this.words = words;
        }
    }

    /** Something to be done by the API. */
    record Action(Act act, String target) {}

    /** A queue and how fast it is. */
    record QueueView(QueueRow row, Rate rate) {}

    /**
     * What is on the screen.
     *
     * @param at when it was told, by this machine's clock
     */
    record Shown(TopSnapshot snapshot, Map<String, Rate> rates, Rate all, Instant at) {}

    private static final Rate UNKNOWN = TopRates.sum(List.of());
    private static final int PAGE = 10;
    private static final String PARKED = "parked";

    private final TopRates rates = new TopRates();
    private final SteadyCount parked = new SteadyCount();
    private final TopList<QueueView> queues = new TopList<>(List.of(
            Column.name("QUEUE", 9, 18, view -> view.row().name()),
            Column.number("QUEUED", 7, view -> Format.count(view.row().queued(), 7), view -> view.row().queued()),
            Column.number("RUN", 5, view -> Format.count(view.row().running(), 5), view -> view.row().running()),
            Column.number("OLDEST", 7, view -> oldest(view.row()), view -> view.row().oldest()),
            Column.number("DONE/S", 7, view -> rate(view.rate(), view.rate().done()), view -> view.rate().done()),
            Column.number("FAIL/S", 7, view -> rate(view.rate(), view.rate().failed()), view -> view.rate().failed()),
            Column.number("DEAD", 6, view -> Format.count(view.row().dead(), 6), view -> view.row().dead()),
            Column.number("WRK", 4, view -> Integer.toString(view.row().workers()), view -> view.row().workers()),
            Column.picture("LAST MIN", TopRates.CELLS,
                    (view, cells) -> Sparkline.curve(view.rate().minute().cells(cells)))),
            view -> view.row().name());
    private final TopList<WorkerRow> workers = new TopList<>(List.of(
            Column.text("WORKER", 17, WorkerRow::id),
            Column.name("HOST", 9, 9, WorkerRow::host),
            Column.picture("SLOTS", List.of(10, 20, 40),
                    (row, width) -> Sparkline.filled(row.busy() / (double) Math.max(1, row.slots()), width)),
            Column.number("BUSY", 11, row -> row.busy() + "/" + row.slots(), WorkerRow::busy),
            Column.text("STATE", 8, WorkerRow::state),
            Column.told("LONGEST JOB", 9, 18, TopModel::longest, WorkerRow::longest)),
            WorkerRow::id);
    private Panel panel = Panel.QUEUES;
    private Mode mode = Mode.LIST;
    private String filter = "";
    private String message = "";
    private boolean frozen;
    private boolean over;
    private @Nullable Shown shown;
    private @Nullable Shown latest;
    private @Nullable Instant awaySince;
    private String awayWhy = "";
    private @Nullable Action asked;

    private static String oldest(QueueRow queue) {
        return queue.oldest().isZero() ? "" : Format.span(queue.oldest());
    }

    private static String rate(Rate rate, double value) {
        return rate.known() ? Format.perSecond(value) : "-";
    }

    private static String longest(WorkerRow worker) {
        return worker.running() == 0 ? "" : Format.span(worker.longest()) + " " + worker.longestType();
    }

    /** The API has answered. */
    void told(TopSnapshot answer, Instant at) {
        TopSnapshot snapshot = answer.with(PARKED,
                parked.with(answer.time(), answer.totals().getOrDefault(PARKED, 0L)));
        rates.add(snapshot);
        Map<String, Rate> all = rates.all();
        latest = new Shown(snapshot, all, TopRates.sum(all.values()), at);
        awaySince = null;
        if (!frozen) {
            shown = latest;
        }
        refill();
    }

    /** The API has not answered. */
    void away(String why, Instant at) {
        if (awaySince == null) {
            awaySince = at;
        }
        awayWhy = why;
    }

    /** What became of an action. */
    void done(String words) {
        message = words;
    }

    private void refill() {
        Shown now = shown;
        if (now == null) {
            return;
        }
        queues.show(now.snapshot().queues().stream().filter(queue -> queue.name().contains(filter))
                .map(queue -> new QueueView(queue, now.rates().getOrDefault(queue.name(), UNKNOWN))).toList());
        workers.show(now.snapshot().workers().stream()
                .filter(worker -> worker.id().contains(filter) || worker.host().contains(filter)
                        || worker.queues().stream().anyMatch(queue -> queue.contains(filter)))
                .toList());
    }

    /**
     * A key was pressed: a character, or a name of {@link LiveScreen}.
     *
     * @return what is to be done, if the key asked for anything and was confirmed
     */
    Optional<Action> press(String key) {
        message = "";
        over |= key.equals(LiveScreen.INTERRUPT);
        switch (mode) {
            case HELP -> mode = Mode.LIST;
            case FILTER -> filtering(key);
            case ASK -> {
                return answered(key);
            }
            case LIST -> listing(key);
        }
        return Optional.empty();
    }

    private void filtering(String key) {
        switch (key) {
            case LiveScreen.ENTER -> mode = Mode.LIST;
            case LiveScreen.ESCAPE -> {
                filter = "";
                mode = Mode.LIST;
            }
            case LiveScreen.BACKSPACE -> filter = filter.substring(0, Math.max(0, filter.length() - 1));
            default -> filter += key.length() == 1 && key.charAt(0) > ' ' ? key : "";
        }
        refill();
    }

    private Optional<Action> answered(String key) {
        Action action = asked;
        mode = Mode.LIST;
        asked = null;
        if (action == null || !key.equalsIgnoreCase("y")) {
            message = "nothing was done";
            return Optional.empty();
        }
        return Optional.of(action);
    }

    private void listing(String key) {
        TopList<?> list = panel == Panel.QUEUES ? queues : workers;
        switch (key) {
            case LiveScreen.UP, "k" -> list.move(-1);
            case LiveScreen.DOWN, "j" -> list.move(1);
            case LiveScreen.PAGE_UP -> list.move(-PAGE);
            case LiveScreen.PAGE_DOWN -> list.move(PAGE);
            case LiveScreen.HOME, "g" -> list.move(-Integer.MAX_VALUE);
            case LiveScreen.END, "G" -> list.move(Integer.MAX_VALUE);
            case "s", ">" -> list.sortByNext(1);
            case "<" -> list.sortByNext(-1);
            case "r" -> list.reverse();
            case "w", LiveScreen.TAB -> panel = panel == Panel.QUEUES ? Panel.WORKERS : Panel.QUEUES;
            case " " -> freeze();
            case "/" -> mode = Mode.FILTER;
            case LiveScreen.ESCAPE -> {
                filter = "";
                refill();
            }
            case "?", "h" -> mode = Mode.HELP;
            case "p" -> ask();
            case "q" -> over = true;
            default -> {
                // no other key means anything
            }
        }
    }

    private void freeze() {
        frozen = !frozen;
        shown = latest;
        refill();
    }

    private void ask() {
        asked = panel == Panel.QUEUES
                ? queues.selected().map(view -> new Action(view.row().paused() ? Act.RESUME : Act.PAUSE,
                        view.row().name())).orElse(null)
                : workers.selected().map(row -> new Action(row.state().equals("quiet") ? Act.WAKE : Act.QUIET,
                        row.id())).orElse(null);
        if (asked != null) {
            mode = Mode.ASK;
        }
    }

    TopList<QueueView> queues() {
        return queues;
    }

    TopList<WorkerRow> workers() {
        return workers;
    }

    Panel panel() {
        return panel;
    }

    Mode mode() {
        return mode;
    }

    String filter() {
        return filter;
    }

    String message() {
        return message;
    }

    /** Whether the person has had enough. */
    boolean over() {
        return over;
    }

    boolean frozen() {
        return frozen;
    }

    Optional<Shown> shown() {
        return Optional.ofNullable(shown);
    }

    /** Since when and why the API does not answer; empty while it does. */
    Optional<Instant> awaySince() {
        return Optional.ofNullable(awaySince);
    }

    String awayWhy() {
        return awayWhy;
    }

    Optional<Action> asked() {
        return Optional.ofNullable(asked);
    }

    /** How long ago the last answer came. */
    Duration silence(Instant now) {
        return latest == null ? Duration.ZERO : Duration.between(latest.at(), now);
    }
}
