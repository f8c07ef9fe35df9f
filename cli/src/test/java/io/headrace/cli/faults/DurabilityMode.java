package io.headrace.cli.faults;

/** What a 202 means in a run. */
enum DurabilityMode {
    MEMORY("memory", "everysec"), FSYNC("fsync", "always"), REPLICATED("replicated:1", "everysec"),
    /** On every replica there is in these tests, and so on the one that is promoted. */
    REPLICATED_TO_ALL("replicated:2", "everysec");

    private final String label;
    private final String appendfsync;

    DurabilityMode(String label, String appendfsync) {
        this.label = label;
        this.appendfsync = appendfsync;
    }

    /** The value of the setting. */
    String label() {
        return label;
    }

    /** What its Redis is set to. */
    String appendfsync() {
        return appendfsync;
    }
}
