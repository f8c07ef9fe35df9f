package io.headrace.api;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides who is let in. With keys: who sends one. Without: programs of this machine, which a web page in its browser is
 * not, so neither a foreign host name (DNS rebinding) nor a change asked for by a page of another origin passes. Immutable.
 */
final class Guard {
    private static final Set<String> OPEN = Set.of("/", "/livez", "/readyz", "/openapi.json");
    private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9A-Fa-f:.]+]");
    private static final String SCHEME = "Bearer ";

    private final ApiKeys keys;
    private final boolean openMetrics;

    Guard(ApiKeys keys, boolean openMetrics) {
        this.keys = keys;
        this.openMetrics = openMetrics;
    }

    /** @throws Problem {@code unauthorized} or {@code forbidden} when the request is not let in */
    void check(HttpServerRequest request) {
        if (keys.isEmpty()) {
            checkHost(request.getHeader("Host"));
            checkOrigin(request);
        } else if (!open(request.path())) {
            checkKey(request.getHeader("Authorization"));
        }
    }

    private boolean open(String path) {
        return OPEN.contains(path) || path.startsWith("/problems/") || path.startsWith(Dashboard.ASSETS)
                || (openMetrics && path.equals("/metrics"));
    }

    private void checkKey(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw unauthorized("no key was sent", "Bearer realm=\"headrace\"");
        }
        if (!keys.accept(authorization.substring(SCHEME.length()).strip())) {
            throw unauthorized("the key is not known", "Bearer realm=\"headrace\", error=\"invalid_token\"");
        }
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
