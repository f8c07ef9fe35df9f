package io.headrace.api.access;

import io.headrace.access.AccessKey;
import io.headrace.access.AccessStore;
import io.headrace.access.AccessStore.Kind;
import io.headrace.access.AccessStore.Pass;
import io.headrace.access.Digest;
import io.headrace.api.http.Caller;
import io.headrace.api.http.Session;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sessions and tickets, which stand in for a key that was shown before. Each is a random secret of which the store
 * knows the digest, and with it a proof made of that secret and the key: so it opens what the key opens now, and
 * nothing once the key is gone. Thread-safe.
 */
public final class Sessions {
    public static final Duration SESSION = Duration.ofHours(12);
    static final Duration TICKET = Duration.ofSeconds(30);
    private static final int MAX_BELIEVED = 10_000;
    private static final int SECRET_BYTES = 32;
    private static final String LOCAL = "local";

    private final AccessStore store;
    private final KeyRing keys;
    private final SecureRandom random = new SecureRandom();
    private final Map<Digest, Session> believed = new ConcurrentHashMap<>();

    public Sessions(AccessStore store, KeyRing keys) {
        this.store = store;
        this.keys = keys;
    }

    /** A new secret, 43 letters, digits, {@code -} or {@code _}. */
    String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Issues a session or a ticket for somebody. Blocks. */
    String issue(Kind kind, Caller caller) {
        String secret = secret();
        AccessKey key = caller.key();
        Pass pass = key == null ? new Pass(LOCAL, Digest.of(secret + LOCAL)) : new Pass(key.name(), proof(secret, key));
        store.issue(kind, Digest.of(secret), pass, kind == Kind.SESSION ? SESSION : TICKET);
        return secret;
    }

    private static Digest proof(String secret, AccessKey key) {
        return Digest.of(secret + ':' + key.digest().hex());
    }

    /** Who has this session, when that was asked a moment ago. Does not block. */
    @Nullable
    Caller believed(String secret, String address) {
        Session known = believed.get(Digest.of(secret));
        if (known == null || !known.fresh() || !known.key().equals(keys.find(known.key().digest()))) {
            return null;
        }
        return Caller.of(known, address);
    }

    /** Who has this session; empty when it has ended or its key is gone. Blocks. */
    Optional<Caller> session(String secret, String address) {
        Digest digest = Digest.of(secret);
        Optional<AccessKey> key = store.session(digest).flatMap(pass -> key(secret, pass));
        if (key.isEmpty()) {
            forget(digest);
            return Optional.empty();
        }
        forgetOld();
        Session session = believed.compute(digest, (ignored, known) -> known == null || !known.key().equals(key.get())
                ? new Session(digest, key.get())
                : known);
        session.found();
        return Optional.of(Caller.of(session, address));
    }

    /** Asks whether a session that let somebody in still lasts. Blocks. */
    void look(Session session) {
        if (store.session(session.digest()).isPresent()) {
            session.found();
        } else {
            session.end();
            forget(session.digest());
        }
    }

    private void forget(Digest digest) {
        Session known = believed.remove(digest);
        if (known != null) {
            known.end();
        }
    }

    private void forgetOld() {
        if (believed.size() >= MAX_BELIEVED) {
            believed.values().removeIf(known -> !known.fresh());
        }
        if (believed.size() >= MAX_BELIEVED) {
            believed.clear(); // each is asked for again
        }
    }

    /**
     * Who has this ticket, which is used up by this; empty when it was used, is too old, or its key is gone. Blocks.
     */
    Optional<Caller> redeem(String ticket, String address) {
        Optional<Pass> pass = store.redeem(Digest.of(ticket));
        if (keys.isEmpty()) {
            return pass.map(any -> Caller.local(address));
        }
        return pass.flatMap(found -> key(ticket, found)).map(key -> Caller.of(key, address));
    }

    private Optional<AccessKey> key(String secret, Pass pass) {
        return keys.named(pass.key()).stream().filter(key -> proof(secret, key).equals(pass.proof())).findFirst();
    }

    /** Ends a session. Blocks. */
    void end(String secret) {
        Digest digest = Digest.of(secret);
        store.end(digest);
        forget(digest);
    }
}
