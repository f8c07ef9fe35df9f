package io.headrace.access;

import io.headrace.JobId;
import io.headrace.Json;
import io.headrace.QueueName;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the audit log: who did what, to what, and what came of it.
 *
 * @param actor the name of the key, or {@code local}
 * @param role that the key had
 * @param address from where
 * @param queue null when it concerns no single queue
 * @param target the worker or key that it was done to, else null
 * @param detail what was asked for: the filter of dead jobs, or the settings of a queue; else null
 * @param count how many jobs it concerned, null when it is not about jobs
 * @param more whether it was left unfinished, because of its bounded time or a failure half-way
 */
public record AuditEntry(String actor, Role role, String address, AuditAction action, @Nullable QueueName queue,
        @Nullable JobId job, @Nullable String target, @Nullable Json detail, @Nullable Long count, boolean more) {}
