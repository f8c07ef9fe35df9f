package io.headrace.cli.faults.rolling;

import io.headrace.cli.faults.MatrixReport;
import io.headrace.cli.faults.rolling.ChangingFleet.Age;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

/** The steps of a change-over and when each began, by the clock of this machine. */
final class Phases {
    private final List<Phase> all = new CopyOnWriteArrayList<>();
    /** From and to when, in turn. */
    private final List<Long> pauses = new ArrayList<>();

    /**
     * @param name says what is up meanwhile
     * @param workers the builds that have workers from its beginning to its end
     * @param sinceMs when it began; it ends with the next
     */
    record Phase(String name, Set<Age> workers, long sinceMs) {}

    /** The next one begins. */
    void enter(String name, Set<Age> workers) {
        all.add(new Phase(name, workers, System.currentTimeMillis()));
        MatrixReport.say(name);
    }

    List<Phase> all() {
        return List.copyOf(all);
    }

    /** The phase in which an instant lies. */
    Phase of(long atMs) {
        return all.stream().filter(phase -> phase.sinceMs() <= atMs).reduce((earlier, later) -> later)
                .orElse(all.get(0));
    }

    /** Nothing of the queue that is paused may begin from now on. */
    void paused() {
        pauses.add(System.currentTimeMillis());
    }

    /** It may again. */
    void resumed() {
        pauses.add(System.currentTimeMillis());
    }

    /** Whether an instant lies in a pause. */
    boolean inPause(long atMs) {
        return IntStream.range(0, pauses.size() / 2)
                .anyMatch(i -> pauses.get(2 * i) < atMs && atMs < pauses.get(2 * i + 1));
    }

    /** An instant as people read it. */
    String at(long atMs) {
        Phase phase = of(atMs);
        return String.format(Locale.ROOT, "%.3f s into '%s'", (atMs - phase.sinceMs()) / 1000.0, phase.name());
    }
}
