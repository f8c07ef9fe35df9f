package io.headrace.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Measures several things in turn, again and again, so that whatever else the machine does falls on all alike. */
final class Rounds {
    /** Measures once. */
    interface Measure {
        /** @return in the unit of its entrant */
        double measure() throws Exception;
    }

    /** @param ceiling which other entrant, named before, is its ceiling; null for none */
    private record Entrant(String label, String unit, @Nullable String ceiling, Measure measure) {}

    private final BenchContext bench;
    private final List<Entrant> entrants = new ArrayList<>();
    private int part;
    private int parts = 1;
    private int warmUps = 1;

    Rounds(BenchContext bench) {
        this.bench = bench;
    }

    /** Adds what is measured next in each round. */
    Rounds add(String label, String unit, Measure measure) {
        entrants.add(new Entrant(label, unit, null, measure));
        return this;
    }

    /** Adds what is measured next in each round, to be compared with what an earlier one did in the same round. */
    Rounds add(String label, String unit, String ceiling, Measure measure) {
        entrants.add(new Entrant(label, unit, ceiling, measure));
        return this;
    }

    /** Says that this is only a part of the scenario: progress is told accordingly. */
    Rounds part(int index, int of) {
        part = index;
        parts = of;
        return this;
    }

    /** How often all are measured without being counted, at first; once unless said. */
    Rounds warmUps(int times) {
        warmUps = times;
        return this;
    }

    /** Measures, and hands in the figures. */
    void run() throws Exception {
        measure().forEach(bench::figure);
    }

    /** Measures all to warm up, uncounted, then each as often as there are runs. */
    List<Figure> measure() throws Exception {
        Map<String, List<Double>> values = new HashMap<>();
        int steps = entrants.size() * (warmUps + bench.runs());
        int done = 0;
        for (int run = 1 - warmUps; run <= bench.runs(); run++) {
            for (Entrant entrant : entrants) {
                bench.progress((part + (double) done++ / steps) / parts,
                        (run <= 0 ? "warm-up, " : "run " + run + ", ") + entrant.label());
                double value = entrant.measure().measure();
                if (run > 0) {
                    values.computeIfAbsent(entrant.label(), label -> new ArrayList<>()).add(value);
                }
            }
        }
        bench.note("Measured in turn, run by run, after "
                + (warmUps == 1 ? "one uncounted run" : warmUps + " uncounted runs")
                + " of each.");
        return figures(values);
    }

    private List<Figure> figures(Map<String, List<Double>> values) {
        Map<String, Figure> figures = new LinkedHashMap<>();
        for (Entrant entrant : entrants) {
            Figure ceiling = entrant.ceiling() == null ? null : figures.get(entrant.ceiling());
            figures.put(entrant.label(), new Figure(entrant.label(), entrant.unit(),
                    values.getOrDefault(entrant.label(), List.of()), ceiling));
        }
        return List.copyOf(figures.values());
    }
}
