package io.headrace.access;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The actions of operators that the audit log records. */
public enum AuditAction {
    QUEUE_PAUSE, QUEUE_RESUME, QUEUE_PURGE, QUEUE_SETTINGS, QUEUE_DELETE, JOB_CANCEL, JOB_RETRY, JOB_RUN_NOW,
    DEAD_RETRY, DEAD_DELETE,
    WORKER_QUIET, WORKER_RESUME, KEY_CREATE, KEY_REVOKE;

    /** The word that JSON uses: {@code queue.pause}, {@code job.run-now}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replaceFirst("_", ".").replace('_', '-');
    }

    /** The action of a label. */
    public static Optional<AuditAction> ofLabel(String label) {
        return Arrays.stream(values()).filter(action -> action.label().equals(label)).findFirst();
    }

    /** Every label. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(AuditAction::label).toList();
    }
}
