package io.headrace.api;

import io.headrace.Digest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides who is let in. With keys: who sends one. Without: programs of this machine, which a web page in its browser is
 * not, so neither a foreign host name (DNS rebinding) nor a change asked for by a page of another origin passes. Immutable.
 */
final class Guard {
    private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9A-Fa-f:.]+]");
    private static final String SCHEME = "Bearer ";

    private final ApiKeys keys;

    Guard(ApiKeys keys) {
        this.keys = keys;
    }

    /** Whether keys are asked for. */
    boolean asks() {
        return !keys.isEmpty();
    }

    /**
     * Who asks, after checking that this is allowed; null when a call that is open to everybody comes without a key.
     *
     * @throws Problem {@code unauthorized}, {@code not-allowed} or {@code forbidden} when the request is not let in
     */
    @Nullable
    Caller admit(HttpServerRequest request, Access access) {
        if (!asks()) {
            checkHost(request.getHeader("Host"));
            checkOrigin(request);
            return Caller.local(address(request));
        }
        if (access.open()) {
            return null;
        }
        Caller caller = byHeader(request);
        caller.require(access);
        return caller;
    }

    private Caller byHeader(HttpServerRequest request) {
        String authorization = request.getHeader("Authorization");
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw unauthorized("no key was sent", "Bearer realm=\"headrace\"");
        }
        return bySecret(authorization.substring(SCHEME.length()).strip(), address(request)).orElseThrow(
                () -> unauthorized("the key is not known", "Bearer realm=\"headrace\", error=\"invalid_token\""));
    }

    /** Who has this secret; empty when nobody does, or no keys are asked for. */
    Optional<Caller> bySecret(String secret, String address) {
        return keys.find(Digest.of(secret)).map(key -> new Caller(key.name(), key.role(), key.scope(), address));
    }

    private static String address(HttpServerRequest request) {
        return request.remoteAddress() == null ? "unknown" : request.remoteAddress().host();
    }

    private static Problem unauthorized(String detail, String challenge) {
        return new Problem(ProblemType.UNAUTHORIZED, detail, "Authorization", Map.of("WWW-Authenticate", challenge));
    }

    private static void checkHost(@Nullable String header) {
        if (header == null) {
            return; // HTTP/1.0, which no browser speaks
        }
        int colon = header.lastIndexOf(':');
        String host = (colon > header.lastIndexOf(']') ? header.substring(0, colon) : header).toLowerCase(Locale.ROOT);
        if (!host.equals("localhost") && !host.equals("127.0.0.1") && !host.endsWith(".localhost")
                && !ADDRESS.matcher(host).matches()) {
            throw new Problem(ProblemType.FORBIDDEN,
                    "the host must be localhost or an IP address while there are no keys (HEADRACE_API_KEYS)", "Host");
        }
    }

    private static void checkOrigin(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        boolean reads = request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        if (origin != null && !reads && !sameHost(origin, String.valueOf(request.getHeader("Host")))) {
            throw new Problem(ProblemType.FORBIDDEN, "a web page of another origin must not change anything here",
                    "Origin");
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
