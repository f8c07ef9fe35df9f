package io.headrace.bench;

import java.util.List;

/** Every scenario there is, in the order in which they run. */
public final class Scenarios {
    static final List<Scenario> ALL = List.of(
            new EnqueueBatch(),
            new EnqueueSingle(),
            new HttpSingle(),
            new HttpBatch(),
            Drain.byOne(),
            Drain.byTwo(),
            new Cold(),
            new DurabilityModes(),
            new Latency(),
            new Steady(),
            new Memory(),
            new Backlog(),
            new Idle(),
            new Sleepers(),
            new Soak());

    private Scenarios() {}

    /** What {@code --only} can name. */
    public static List<String> names() {
        return ALL.stream().map(Scenario::name).toList();
    }

    /** What is measured when nobody names anything. */
    public static List<String> byDefault() {
        return ALL.stream().filter(Scenario::byDefault).map(Scenario::name).toList();
    }

    static Scenario named(String name) {
        return ALL.stream().filter(scenario -> scenario.name().equals(name)).findFirst().orElseThrow();
    }
}
