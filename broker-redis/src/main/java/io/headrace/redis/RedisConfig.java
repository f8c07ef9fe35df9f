package io.headrace.redis;

import io.headrace.InvalidInput;
import io.headrace.Nearest;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/**
 * Where Redis is and how to talk to it.
 *
 * @param nodes one server, the sentinels, or some nodes of the cluster
 * @param master the name that the sentinels watch, else null
 * @param tls whether to encrypt; certificate and host name are verified with the JVM's trust store
 * @param user null for the default user
 * @param password null for none
 * @param database 0 except on a standalone server
 * @param prefix what every key starts with
 */
public record RedisConfig(Kind kind, Set<HostAndPort> nodes, @Nullable String master, boolean tls,
        @Nullable String user,
        @Nullable String password, int database, String prefix) {
    /** The shapes of a deployment. */
    public enum Kind {
        STANDALONE, SENTINEL, CLUSTER
    }

    /** What every key starts with unless said otherwise. */
    public static final String DEFAULT_PREFIX = "hr:";

    private static final List<String> SCHEMES = List.of("redis", "rediss", "redis-sentinel", "rediss-sentinel",
            "redis-cluster", "rediss-cluster");

    /**
     * Reads {@code redis://[user:password@]host[:port][/database]}, {@code rediss://…} for TLS,
     * {@code redis-sentinel://[user:password@]host[:port],…/master}, {@code redis-cluster://[user:password@]host[:port],…}, the last two
     * with {@code rediss-} for TLS. User and password are percent-encoded.
     *
     * @throws InvalidInput when the text is none of these; the message shows no password
     */
    public static RedisConfig parse(String url) {
        int colon = url.indexOf("://");
        String scheme = colon < 0 ? "" : url.substring(0, colon);
        if (!SCHEMES.contains(scheme)) {
            throw new InvalidInput("redis", "must start with " + String.join("://, ", SCHEMES) + "://"
                    + (scheme.isEmpty() ? "" : "; " + Nearest.hint(scheme, SCHEMES)));
        }
        String rest = url.substring(colon + 3);
        int at = rest.lastIndexOf('@');
        String login = at < 0 ? "" : rest.substring(0, at);
        String place = rest.substring(at + 1);
        int slash = place.indexOf('/');
        String hosts = slash < 0 ? place : place.substring(0, slash);
        String path = slash < 0 ? "" : place.substring(slash + 1);
        Kind kind = scheme.endsWith("sentinel") ? Kind.SENTINEL
                : scheme.endsWith("cluster") ? Kind.CLUSTER : Kind.STANDALONE;
        int port = kind == Kind.SENTINEL ? 26379 : 6379;
        Set<HostAndPort> nodes = new LinkedHashSet<>();
        for (String host : hosts.split(",", -1)) {
            nodes.add(node(host, port));
        }
        if (kind == Kind.STANDALONE && nodes.size() > 1) {
            throw new InvalidInput("redis",
                    "names several servers; use redis-sentinel:// or redis-cluster:// for those");
        }
        if (kind == Kind.SENTINEL && path.isEmpty()) {
            throw new InvalidInput("redis",
                    "must end in the name of the master, as in redis-sentinel://host:26379/mymaster");
        }
        if (kind == Kind.CLUSTER && !path.isEmpty()) {
            throw new InvalidInput("redis", "must not name a database: a cluster has only one");
        }
        int separator = login.indexOf(':');
        String user = separator < 0 ? login : login.substring(0, separator);
        String password = separator < 0 ? "" : login.substring(separator + 1);
        return new RedisConfig(kind, nodes, kind == Kind.SENTINEL ? path : null, scheme.startsWith("rediss"),
                decode(user),
                decode(password), kind == Kind.STANDALONE ? database(path) : 0, DEFAULT_PREFIX);
    }

    /** The same place with another prefix. */
    public RedisConfig withPrefix(String other) {
        return new RedisConfig(kind, nodes, master, tls, user, password, database, other);
    }

    /** The address with user and password, as {@link #parse} reads it, to be handed to another process; never for logs. */
    public String url() {
        String address = toString();
        if (user == null && password == null) {
            return address;
        }
        String login = encode(user) + (password == null ? "" : ':' + encode(password)) + '@';
        return address.replace("://", "://" + login);
    }

    private static String encode(@Nullable String text) {
        return text == null ? "" : URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The address without user and password, for logs. */
    @Override
    public String toString() {
        String tail = master != null ? "/" + master : database != 0 ? "/" + database : "";
        String name = switch (kind) {
            case STANDALONE -> "";
            case SENTINEL -> "-sentinel";
            case CLUSTER -> "-cluster";
        };
        return (tls ? "rediss" : "redis") + name + "://"
                + String.join(",", nodes.stream().map(HostAndPort::toString).toList()) + tail;
    }

    private static HostAndPort node(String text, int defaultPort) {
        try {
            URI uri = new URI("redis://" + text);
            if (uri.getHost() != null && uri.getUserInfo() == null && uri.getPort() <= 65_535) {
                return new HostAndPort(uri.getHost(), uri.getPort() < 0 ? defaultPort : uri.getPort());
            }
        } catch (URISyntaxException e) {
            // reported below, like an address without host
        }
        throw new InvalidInput("redis", "must name a host and a port, as in 127.0.0.1:6379, was '" + text + "'");
    }

    private static int database(String path) {
        if (path.isEmpty()) {
            return 0;
        }
        if (!path.matches("[0-9]{1,4}")) {
            throw new InvalidInput("redis", "must end in the number of a database, was '/" + path + "'");
        }
        return Integer.parseInt(path);
    }

    private static @Nullable String decode(String text) {
        return text.isEmpty() ? null : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
