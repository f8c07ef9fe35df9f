package io.headrace.api.metrics;

/** The ways to be told what happens as it happens. */
public enum ListenerKind {
    /** {@code GET /v1/events}. */
    EVENTS("events"),
    /** {@code GET /v1/jobs/{id}/events}. */
    JOB_EVENTS("job_events"),
    /** {@code /v1/live}. */
    WEBSOCKET("websocket");

    private final String label;

    ListenerKind(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
