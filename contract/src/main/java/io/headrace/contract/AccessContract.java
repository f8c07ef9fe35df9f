package io.headrace.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.Json;
import io.headrace.QueueName;
import io.headrace.access.AccessKey;
import io.headrace.access.AccessStore;
import io.headrace.access.AccessStore.AuditPage;
import io.headrace.access.AccessStore.AuditQuery;
import io.headrace.access.AccessStore.Audited;
import io.headrace.access.AccessStore.Kind;
import io.headrace.access.AccessStore.Pass;
import io.headrace.access.AuditAction;
import io.headrace.access.AuditEntry;
import io.headrace.access.Digest;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who may do what, and who did what. */
abstract class AccessContract extends ContractSteps {
    private static final Duration SHORT = Duration.ofMillis(1);
    private final String name = ann.value();
    private final Digest digest = Digest.of("secret of " + name);
    private final Pass pass = new Pass(name, Digest.of("proof of " + name));

    private AccessStore access() {
        return broker().access();
    }

    private List<AccessKey> mine() {
        return access().keys().stream().filter(key -> key.name().startsWith(name)).toList();
    }

    @Test
    void aKeyIsKeptAsItWasMade() {
        AccessKey key = access().create(name, digest, Role.OPERATOR, Scope.of(List.of(queue)), LONG).orElseThrow();
        assertThat(key.createdAt()).isNotNull();
        assertThat(key.expiresAt()).isEqualTo(key.createdAt().plus(LONG));
        assertThat(mine()).containsExactly(key);
        AccessKey other = access().create(name + "2", Digest.of("x"), Role.ADMIN, Scope.ALL, null).orElseThrow();
        assertThat(other.expiresAt()).isNull();
        assertThat(mine()).containsExactly(key, other);
    }

    @Test
    void aNameIsTakenUntilItsKeyIsRevoked() {
        assertThat(access().create(name, digest, Role.VIEWER, Scope.ALL, null)).isPresent();
        assertThat(access().create(name, Digest.of("other"), Role.ADMIN, Scope.ALL, null)).isEmpty();
        assertThat(mine()).singleElement().extracting(AccessKey::role).isEqualTo(Role.VIEWER);
        assertThat(access().revoke(name)).isTrue();
        assertThat(access().revoke(name)).isFalse();
        assertThat(mine()).isEmpty();
        assertThat(access().create(name, Digest.of("other"), Role.ADMIN, Scope.ALL, null)).isPresent();
    }

    @Test
    void anExpiredKeyIsGoneAndItsNameFree() {
        assertThat(access().create(name, digest, Role.VIEWER, Scope.ALL, SHORT)).isPresent();
        fixture().tick();
        assertThat(mine()).isEmpty();
        assertThat(access().revoke(name)).isFalse();
        assertThat(access().create(name, digest, Role.VIEWER, Scope.ALL, SHORT)).isPresent();
        fixture().tick();
        assertThat(access().create(name, digest, Role.PRODUCER, Scope.ALL, null)).isPresent();
    }

    @Test
    void whatIsNoKeyIsRefused() {
        assertThatThrownBy(() -> access().create("no name", digest, Role.VIEWER, Scope.ALL, null))
                .isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> access().create(name, digest, Role.ADMIN, Scope.of(List.of(queue)), null))
                .isInstanceOf(InvalidInput.class);
        assertThat(mine()).isEmpty();
    }

    @Test
    void aSessionLastsUntilItEnds() {
        access().issue(Kind.SESSION, digest, pass, LONG);
        assertThat(access().session(digest)).contains(pass);
        assertThat(access().session(digest)).contains(pass);
        assertThat(access().session(Digest.of("another"))).isEmpty();
        access().end(digest);
        assertThat(access().session(digest)).isEmpty();
        access().issue(Kind.SESSION, digest, pass, SHORT);
        fixture().tick();
        assertThat(access().session(digest)).isEmpty();
    }

    @Test
    void aTicketIsGoodForOne() {
        access().issue(Kind.TICKET, digest, pass, LONG);
        assertThat(access().session(digest)).isEmpty();
        Set<Pass> got = ConcurrentHashMap.newKeySet();
        List<CompletableFuture<Integer>> tries = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            tries.add(CompletableFuture.supplyAsync(() -> access().redeem(digest).map(found -> {
                got.add(found);
                return 1;
            }).orElse(0)));
        }
        assertThat(tries.stream().mapToInt(CompletableFuture::join).sum()).isEqualTo(1);
        assertThat(got).containsExactly(pass);
        access().issue(Kind.TICKET, digest, pass, SHORT);
        fixture().tick();
        assertThat(access().redeem(digest)).isEmpty();
    }

    @Test
    void aSessionIsNoTicket() {
        access().issue(Kind.SESSION, digest, pass, LONG);
        assertThat(access().redeem(digest)).isEmpty();
        assertThat(access().session(digest)).contains(pass);
    }

    private AuditEntry entry(AuditAction action, @Nullable QueueName about, @Nullable Long count) {
        return new AuditEntry(name, Role.OPERATOR, "192.0.2.7", action, about, null, null, null, count, false);
    }

    private AuditPage page(@Nullable AuditAction action, Scope scope, @Nullable String cursor, int limit) {
        return access().audit(new AuditQuery(null, action, name, scope, cursor, limit));
    }

    @Test
    void theAuditLogTellsWhatWasDoneNewestFirst() {
        AuditEntry first = new AuditEntry(name, Role.ADMIN, "::1", AuditAction.DEAD_RETRY, queue,
                new JobId(queue, io.headrace.Priority.NORMAL, false, 1, 2), "target „x“",
                Json.parse("{\"error\":\"a \\\"b\\\"\",\"limit\":5}"), 12_345_678_901L, true);
        AuditEntry second = entry(AuditAction.QUEUE_PAUSE, queue, null);
        access().record(first);
        access().record(second);
        AuditPage page = page(null, Scope.ALL, null, 10);
        assertThat(page.next()).isEmpty();
        assertThat(page.entries()).extracting(Audited::entry).containsExactly(second, first);
        assertThat(page.entries().get(0).at()).isAfterOrEqualTo(page.entries().get(1).at());
        assertThat(page.entries().get(0).id()).isNotEqualTo(page.entries().get(1).id());
    }

    @Test
    void theAuditLogCanBeFilteredAndPaged() {
        for (long i = 0; i < 7; i++) {
            access().record(entry(i % 2 == 0 ? AuditAction.QUEUE_PURGE : AuditAction.JOB_CANCEL, queue, i));
        }
        access().record(entry(AuditAction.KEY_CREATE, null, null));
        List<Long> counts = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            AuditPage page = page(AuditAction.QUEUE_PURGE, Scope.ALL, cursor.orElse(null), 3);
            assertThat(page.entries()).hasSizeLessThanOrEqualTo(3);
            page.entries().forEach(found -> counts.add(found.entry().count()));
            cursor = page.next();
        } while (cursor.isPresent());
        assertThat(counts).containsExactly(6L, 4L, 2L, 0L);
        assertThat(page(null, Scope.of(List.of(queue)), null, 10).entries()).hasSize(7);
        assertThat(page(null, Scope.of(List.of(newQueue())), null, 10).entries()).isEmpty();
        assertThat(access().audit(new AuditQuery(queue, null, null, Scope.ALL, null, 10)).entries()).hasSize(7);
        assertThat(access().audit(new AuditQuery(null, null, "nobody", Scope.ALL, null, 10)).entries()).isEmpty();
        assertThatThrownBy(() -> page(null, Scope.ALL, "nonsense", 1)).isInstanceOf(InvalidInput.class);
    }
}
