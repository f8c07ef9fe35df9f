package io.headrace.access;

import io.headrace.InvalidInput;
import io.headrace.QueueName;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The queues that a key opens: all of them, or at least one by name. Immutable. */
public final class Scope {
    /** The most queues that one key can be limited to. */
    public static final int MAX_QUEUES = 100;
    /** Every queue, also those that do not exist yet. */
    public static final Scope ALL = new Scope(null);

    private final @Nullable List<QueueName> queues;

    private Scope(@Nullable List<QueueName> queues) {
        this.queues = queues;
    }

    /**
     * These queues and no others.
     *
     * @throws InvalidInput when there are none, which would be a key for nothing, or too many
     */
    public static Scope of(Collection<QueueName> queues) {
        List<QueueName> sorted = queues.stream().distinct().sorted(Comparator.comparing(QueueName::value)).toList();
        if (sorted.isEmpty() || sorted.size() > MAX_QUEUES) {
            throw new InvalidInput("queues", "must be 1 to " + MAX_QUEUES + " queues, were " + sorted.size()
                    + "; leave it out to open all");
        }
        return new Scope(sorted);
    }

    /** Whether it opens the queue. */
    public boolean allows(QueueName queue) {
        return queues == null || queues.contains(queue);
    }

    /** Whether it opens every queue. */
    public boolean unlimited() {
        return queues == null;
    }

    /** The queues by name, empty when it opens all. */
    public Optional<List<QueueName>> queues() {
        return Optional.ofNullable(queues);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Scope s && queues().equals(s.queues());
    }

    @Override
    public int hashCode() {
        return queues().hashCode();
    }

    @Override
    public String toString() {
        return queues == null ? "all queues" : String.join(", ", queues.stream().map(QueueName::value).toList());
    }
}
