package io.headrace.access;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the holder of a key may do. A viewer changes nothing, a producer sees no more than the jobs whose ids it has.
 */
public enum Role {
    /** Looks at queues, jobs and workers. */
    VIEWER,
    /** Submits jobs, and looks at, follows and waits for single jobs by id. */
    PRODUCER,
    /** All of viewer and producer, every change to jobs, queues and workers, and the audit log. */
    OPERATOR,
    /** All of operator, and keys. */
    ADMIN;

    /** The word that settings and JSON use. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role of a label. */
    public static Optional<Role> ofLabel(String label) {
        return Arrays.stream(values()).filter(role -> role.label().equals(label)).findFirst();
    }

    /** Every label, in the order of the roles. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(Role::label).toList();
    }
}
