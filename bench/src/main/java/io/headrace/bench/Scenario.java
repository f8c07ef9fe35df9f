package io.headrace.bench;

/** One part of the benchmark. */
interface Scenario {
    /** What {@code --only} calls it. */
    String name();

    /** Its heading in the table, at most 78 characters. */
    String title();

    /** Whether it is measured when nobody names it; what takes long is not. */
    default boolean byDefault() {
        return true;
    }

    /**
     * Measures, and puts figures and notes into its section. What it starts it hands to
     * {@link BenchContext#open}, and queues come from {@link BenchContext#newQueue}: both are gone when the context
     * closes, however the scenario ends.
     *
     * @throws io.headrace.BrokerUnavailable when Redis cannot be reached
     */
    void run(BenchContext bench) throws Exception;
}
