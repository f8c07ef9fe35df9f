package io.headrace.testkit;

import io.headrace.InvalidInput;
import io.headrace.access.AccessKey;
import io.headrace.access.AccessStore;
import io.headrace.access.AuditEntry;
import io.headrace.access.Digest;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who may do what, in the memory of an {@link InMemoryBroker}. Every method is one step under the broker's lock. */
final class MemoryAccess implements AccessStore {
    private final MemoryState state;
    private final Map<String, AccessKey> keys = new TreeMap<>();
    private final Map<Digest, Issued> passes = new HashMap<>();
    private final List<Audited> audit = new ArrayList<>();
    private long recorded;

    MemoryAccess(MemoryState state) {
        this.state = state;
    }

    private record Issued(Kind kind, Pass pass, Instant until) {}

    @Override
    public List<AccessKey> keys() {
        return state.locked(this::live);
    }

    /** Without those that have expired, which are forgotten. */
    private List<AccessKey> live(Instant now) {
        keys.values().removeIf(key -> key.expiresAt() != null && !now.isBefore(key.expiresAt()));
        return List.copyOf(keys.values());
    }

    @Override
    public Optional<AccessKey> create(String name, Digest digest, Role role, Scope scope, @Nullable Duration lifetime) {
        return state.locked(now -> {
            AccessKey key = new AccessKey(name, digest, role, scope, now, lifetime == null ? null : now.plus(lifetime));
            List<AccessKey> live = live(now);
            if (live.stream().anyMatch(other -> other.name().equals(name))) {
                return Optional.empty();
            }
            if (live.size() >= MAX_KEYS) {
                throw new InvalidInput("name", "is one too many: " + MAX_KEYS + " keys are kept; revoke one first");
            }
            keys.put(name, key);
            return Optional.of(key);
        });
    }

    @Override
    public boolean revoke(String name) {
        return state.locked(now -> live(now).stream().anyMatch(key -> key.name().equals(name))
                && keys.remove(name) != null);
    }

    @Override
    public void issue(Kind kind, Digest secret, Pass pass, Duration lifetime) {
        state.locked(now -> passes.put(secret, new Issued(kind, pass, now.plus(lifetime))));
    }

    @Override
    public Optional<Pass> session(Digest secret) {
        return state.locked(now -> live(Kind.SESSION, secret, now));
    }

    @Override
    public Optional<Pass> redeem(Digest secret) {
        return state.locked(now -> {
            Optional<Pass> pass = live(Kind.TICKET, secret, now);
            pass.ifPresent(found -> passes.remove(secret));
            return pass;
        });
    }

    private Optional<Pass> live(Kind kind, Digest secret, Instant now) {
        passes.values().removeIf(issued -> !now.isBefore(issued.until()));
        return Optional.ofNullable(passes.get(secret)).filter(issued -> issued.kind() == kind).map(Issued::pass);
    }

    @Override
    public void end(Digest secret) {
        state.locked(now -> live(Kind.SESSION, secret, now).map(found -> passes.remove(secret)));
    }

    @Override
    public void record(AuditEntry entry) {
        state.locked(now -> {
            audit.add(0, new Audited(Long.toString(++recorded), now, entry));
            if (audit.size() > MAX_ENTRIES) {
                audit.remove(audit.size() - 1);
            }
            return entry;
        });
    }

    @Override
    public AuditPage audit(AuditQuery query) {
        return state.locked(now -> {
            long before = query.cursor() == null ? Long.MAX_VALUE : position(query.cursor());
            List<Audited> found = audit.stream().filter(entry -> Long.parseLong(entry.id()) < before)
                    .filter(entry -> query.matches(entry.entry())).limit(query.limit() + 1L).toList();
            boolean more = found.size() > query.limit();
            List<Audited> page = more ? found.subList(0, query.limit()) : found;
            return new AuditPage(page, more ? Optional.of(page.get(page.size() - 1).id()) : Optional.empty());
        });
    }

    private static long position(String cursor) {
        if (!cursor.matches("[0-9]{1,18}")) {
            throw new InvalidInput("cursor", "must come from an earlier page");
        }
        return Long.parseLong(cursor);
    }
}
