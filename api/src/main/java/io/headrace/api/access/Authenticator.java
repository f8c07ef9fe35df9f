package io.headrace.api.access;

import io.headrace.HeadraceException;
import io.headrace.access.AccessKey;
import io.headrace.access.Digest;
import io.headrace.api.http.Access;
import io.headrace.api.http.BlockingCalls;
import io.headrace.api.http.Caller;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Session;
import io.headrace.runtime.OwnHost;
import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who is let in. With keys: who sends one, or has the session of a browser that was shown one. Without:
 * programs of this user on this machine, where the system tells whose they are. A web page in its browser is none, so
 * neither a foreign host name (DNS rebinding) nor a change asked for by a page of another origin passes. Thread-safe.
 */
public final class Authenticator {
    /** The cookie that holds the secret of a session. */
    static final String COOKIE = "headrace_session";

    private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);
    private static final String SCHEME = "Bearer ";

    private final KeyRing keys;
    private final Sessions sessions;
    private final BlockingCalls blocking;
    private final PeerUsers peers = PeerUsers.ofThisMachine();
    private final boolean peersKnown = PeerUsers.known();
    /** The last host that was found to be this machine: most clients go on to ask for the same. */
    private volatile @Nullable String ownHost;

    public Authenticator(KeyRing keys, Sessions sessions, BlockingCalls blocking) {
        this.keys = keys;
        this.sessions = sessions;
        this.blocking = blocking;
        if (!asks() && !peersKnown) {
            LOG.info("this system does not tell which user connects, so every user of this machine is let in");
        }
    }

    /** Whether keys are asked for. */
    public boolean asks() {
        return !keys.isEmpty();
    }

    /** Looks at a connection that has just been accepted; on its loop's thread. */
    public void accepted(EventLoop loop, HttpConnection connection) {
        if (!asks() && peersKnown) {
            peers.look(loop, connection);
        }
    }

    /**
     * Finds out who asks and checks that they may, then goes on, at once or soon, on the loop's thread; the call
     * then knows its {@link HttpCall#caller}, unless the call is open and came without a key. A refusal is answered.
     */
    public void admit(HttpCall call, Access access, Runnable then) {
        try {
            String session = asks() && !access.open() ? session(call.request()) : null;
            Caller caller = session == null ? caller(call, access) : believed(call, session);
            if (caller == null && session != null) {
                admitLater(call, session, access, then);
            } else {
                pass(call, caller, access);
                then.run();
            }
        } catch (RuntimeException | Error e) {
            call.fail(e);
        }
    }

    /** Who asks without a session; null when that is not to be known. */
    private @Nullable Caller caller(HttpCall call, Access access) {
        if (asks()) {
            return access.open() ? null : byHeader(call);
        }
        HttpServerRequest request = call.request();
        String host = request.getHeader(HttpHeaders.HOST);
        if (host == null || !host.equals(ownHost)) {
            checkHost(host);
            ownHost = host;
        }
        checkOrigin(request);
        if (!access.open() && peersKnown) {
            PeerUsers.require(request.connection());
        }
        boolean ours = !peersKnown || PeerUsers.lets(request.connection());
        return ours ? Caller.local(call.address()) : null; // others stay strangers, whatever they ask
    }

    private @Nullable Caller believed(HttpCall call, String session) {
        checkOwnPage(call.request());
        return sessions.believed(session, call.address());
    }

    private void admitLater(HttpCall call, String session, Access access, Runnable then) {
        call.hold();
        blocking.run(call.loop(), () -> sessions.session(session, call.address())).onFailure(call::fail)
                .onSuccess(caller -> call.guarded(() -> {
                    if (call.over()) {
                        return; // it went away meanwhile
                    }
                    pass(call, caller.orElseThrow(() -> unauthorized("the session has ended")), access);
                    then.run();
                    call.letGo();
                }));
    }

    /**
     * Whether an open call was made by somebody who may be told more than others: who shows a key, or anybody where
     * none is asked for.
     */
    public boolean knows(HttpCall call) {
        if (!asks()) {
            return true;
        }
        String session = session(call.request());
        String authorization = call.request().getHeader(HttpHeaders.AUTHORIZATION);
        return session != null ? sessions.believed(session, call.address()) != null
                : authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                        && bySecret(authorization.substring(SCHEME.length()).strip(), call.address()).isPresent();
    }

    private static void pass(HttpCall call, @Nullable Caller caller, Access access) {
        if (caller != null) {
            caller.require(access);
        }
        call.from(caller);
    }

    /** The secret in the cookie, when that is what the request shows: a key in the header goes first. */
    public static @Nullable String session(HttpServerRequest request) {
        if (request.getHeader(HttpHeaders.AUTHORIZATION) != null || request.getHeader(HttpHeaders.COOKIE) == null) {
            return null;
        }
        Cookie cookie = request.getCookie(COOKIE);
        return cookie == null ? null : cookie.getValue();
    }

    private Caller byHeader(HttpCall call) {
        String authorization = call.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw unauthorized("no key was sent");
        }
        return bySecret(authorization.substring(SCHEME.length()).strip(), call.address())
                .orElseThrow(() -> new Problem(ProblemType.UNAUTHORIZED, "the key is not known", "Authorization",
                        Map.of("WWW-Authenticate", "Bearer realm=\"headrace\", error=\"invalid_token\"")));
    }

    private static Problem unauthorized(String detail) {
        return new Problem(ProblemType.UNAUTHORIZED, detail, "Authorization",
                Map.of("WWW-Authenticate", "Bearer realm=\"headrace\""));
    }

    /** Who has the key with this secret; empty when nobody does. */
    public Optional<Caller> bySecret(String secret, String address) {
        AccessKey key = keys.find(Digest.of(secret));
        return key == null ? Optional.empty() : Optional.of(Caller.of(key, address));
    }

    /** Who has this ticket, which is used up by this; empty when it is not known any more. */
    public Future<Optional<Caller>> byTicket(EventLoop loop, String ticket, String address) {
        return blocking.run(loop, () -> sessions.redeem(ticket, address));
    }

    /**
     * Whether the key or the session that let somebody in still does, as far as was heard lately; for what goes on for
     * long, to be asked every two seconds or so. Cheap: the store is asked elsewhere, and while it cannot be reached
     * the last answer stands.
     */
    public boolean stands(Caller caller) {
        AccessKey key = caller.key();
        Session session = caller.session();
        if (session != null && session.lookDue()) {
            boolean unused = blocking.run(() -> look(session)); // without room now, there may be some the next time
        }
        return (key == null || key.equals(keys.find(key.digest()))) && (session == null || !session.ended());
    }

    private void look(Session session) {
        try {
            sessions.look(session);
        } catch (HeadraceException e) {
            LOG.debug("whether a session lasts is not known for now error={}", e.getMessage());
        }
    }

    /**
     * Checks that a request which shows a cookie was sent by a page of this server, unless it only reads: a browser
     * sends the cookie along whoever wrote the page, and names that page's origin.
     *
     * @throws Problem {@code forbidden}
     */
    private static void checkOwnPage(HttpServerRequest request) {
        if (!reads(request) && request.getHeader(HttpHeaders.ORIGIN) == null) {
            throw ProblemType.FORBIDDEN.problem("a change by session must name the origin of its page", "Origin");
        }
        checkOrigin(request);
    }

    /**
     * Checks that a request which is no mere look does not come from a page of another origin.
     *
     * @throws Problem {@code forbidden}
     */
    static void checkOrigin(HttpServerRequest request) {
        if (!reads(request) && !ownOrigin(request)) {
            throw ProblemType.FORBIDDEN.problem("a web page of another origin must not change anything here", "Origin");
        }
    }

    /**
     * Whether a request is from no page at all or from one of this server; for handshakes, which browsers send for any
     * page.
     */
    public static boolean ownOrigin(HttpServerRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        return origin == null || sameHost(origin, String.valueOf(request.getHeader(HttpHeaders.HOST)));
    }

    private static boolean reads(HttpServerRequest request) {
        return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD)
                || request.method().equals(HttpMethod.OPTIONS);
    }

    private static void checkHost(@Nullable String header) {
        if (!OwnHost.isIn(header)) {
            throw ProblemType.FORBIDDEN.problem(
                    "the host must be localhost or an IP address while there are no keys (HEADRACE_API_KEYS)", "Host");
        }
    }

    private static boolean sameHost(String origin, String host) {
        try {
            String authority = new URI(origin).getAuthority();
            return authority != null && authority.equalsIgnoreCase(host);
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
