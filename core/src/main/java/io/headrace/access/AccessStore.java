package io.headrace.access;

import io.headrace.BrokerUnavailable;
import io.headrace.InvalidInput;
import io.headrace.QueueName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what, and who did what, as far as every process has to know it: keys made at run time, sessions, tickets
 * and the audit log. Secrets never get here, only their digests. Time is the broker's clock. Thread-safe; every method
 * blocks for a bounded number of round trips and throws {@link BrokerUnavailable} when the broker cannot be reached.
 */
public interface AccessStore {
    /** The most keys that are kept. */
    int MAX_KEYS = 1_000;
    /** About how many entries the audit log keeps, the newest. */
    int MAX_ENTRIES = 100_000;

    /** The keys that have not expired, by name. */
    List<AccessKey> keys();

    /**
     * Keeps a new key.
     *
     * @param lifetime null for ever
     * @return the key with its times; empty when one that has not expired has the name
     * @throws InvalidInput when there are as many keys as are kept
     */
    Optional<AccessKey> create(String name, Digest digest, Role role, Scope scope, @Nullable Duration lifetime);

    /**
     * Forgets a key.
     *
     * @return whether there was one of that name
     */
    boolean revoke(String name);

    /**
     * Stands in for a key for a while.
     *
     * @param key the name of the key
     * @param proof binds it to that very key, in a way that only who has both secrets can repeat: a key of the same
     *            name made later does not revive it, and a stolen copy of the store is no help in guessing the key
     */
    record Pass(String key, Digest proof) {}

    /** What a pass is for. */
    enum Kind {
        /** The session of a browser: used until it ends. */
        SESSION,
        /** A ticket for one connection: used once. */
        TICKET
    }

    /** Keeps a pass under the digest of its own secret. */
    void issue(Kind kind, Digest secret, Pass pass, Duration lifetime);

    /** The pass of a session, while it lasts. */
    Optional<Pass> session(Digest secret);

    /** The pass of a ticket, which ends with this: of any number of callers one gets it. */
    Optional<Pass> redeem(Digest secret);

    /** Ends a session. */
    void end(Digest secret);

    /** Adds an entry to the audit log, and gives it its id and time. */
    void record(AuditEntry entry);

    /** A page of the audit log, newest first; looks at a bounded number of entries. */
    AuditPage audit(AuditQuery query);

    /**
     * One entry as it is kept.
     *
     * @param id orders the entries
     */
    record Audited(String id, Instant at, AuditEntry entry) {}

    /**
     * A page of the audit log.
     *
     * @param next the cursor of the next page, empty at the end; a page may be short or empty and still have a next one
     *            when few of the entries looked at match
     */
    record AuditPage(List<Audited> entries, Optional<String> next) {
        public AuditPage {
            entries = List.copyOf(entries);
        }
    }

    /**
     * Which entries.
     *
     * @param scope only entries of these queues, and none that concern no queue, unless it is unlimited
     * @param cursor from an earlier page, or null
     * @param limit 1 to 1000
     */
    record AuditQuery(@Nullable QueueName queue, @Nullable AuditAction action, @Nullable String actor, Scope scope,
            @Nullable String cursor, int limit) {
        public AuditQuery {
            if (limit < 1 || limit > 1000) {
                throw new InvalidInput("limit", "must be 1 to 1000, was " + limit);
            }
        }

        /** Whether an entry is one of those asked for. */
        public boolean matches(AuditEntry entry) {
            boolean visible = scope.unlimited() || (entry.queue() != null && scope.allows(entry.queue()));
            return visible && (queue == null || queue.equals(entry.queue()))
                    && (action == null || action == entry.action()) && (actor == null || actor.equals(entry.actor()));
        }
    }
}
