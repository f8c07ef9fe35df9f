package io.headrace.redis.config;

import io.headrace.InvalidInput;
import io.headrace.config.Address;
import io.headrace.redis.embedded.DataFolder;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
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
 * @param dev the data folder of the {@code headrace dev} whose Redis it is, which knows the password of the day; else
 *         null
 */
public record RedisConfig(Kind kind, Set<HostAndPort> nodes, @Nullable String master, boolean tls,
        @Nullable String user,
        @Nullable String password, int database, String prefix, @Nullable Path dev) {
    /** The shapes of a deployment. */
    public enum Kind {
        STANDALONE, SENTINEL, CLUSTER
    }

    /** What every key starts with unless said otherwise. */
    public static final String DEFAULT_PREFIX = "hr:";

    private static final int PORT = 6379;
    private static final int SENTINEL_PORT = 26379;
    /** The end of one login, and the beginning of the next server's. */
    private static final Pattern LOGIN_TWICE = Pattern.compile("@[^@,/]+,[^@,/]*:");
    private static final String DEV = "dev:";
    private static final List<String> SCHEMES = List.of("redis", "rediss", "redis-sentinel", "rediss-sentinel",
            "redis-cluster", "rediss-cluster");

    /**
     * Reads {@code redis://[user:password@]host[:port][/database]}, {@code rediss://…} for TLS,
     * {@code redis-sentinel://[user:password@]host[:port],…/master},
     * {@code redis-cluster://[user:password@]host[:port],…}, the last two with {@code rediss-} for TLS. User and
     * password are percent-encoded. {@code dev:FOLDER} is the Redis that {@code headrace dev} runs on that data folder.
     *
     * @throws InvalidInput when the text is none of these; the message shows no password
     */
    public static RedisConfig parse(String url) {
        if (url.startsWith(DEV)) {
            return ofDev(Path.of(url.substring(DEV.length())));
        }
        Address address = Address.parse("redis", withSafeLogin(url), SCHEMES);
        Kind kind = address.scheme().endsWith("sentinel") ? Kind.SENTINEL
                : address.scheme().endsWith("cluster") ? Kind.CLUSTER : Kind.STANDALONE;
        if (kind == Kind.STANDALONE && address.servers().size() > 1) {
            throw new InvalidInput("redis",
                    "names several servers; use redis-sentinel:// or redis-cluster:// for those");
        }
        String path = path(address);
        if (kind == Kind.SENTINEL && path.isEmpty()) {
            throw new InvalidInput("redis",
                    "must end in the name of the master, as in redis-sentinel://host:26379/mymaster");
        }
        if (kind == Kind.CLUSTER && !path.isEmpty()) {
            throw new InvalidInput("redis", "must not name a database: a cluster has only one");
        }
        Set<HostAndPort> nodes = new LinkedHashSet<>();
        for (Address.Server server : address.servers()) {
            nodes.add(new HostAndPort(server.host(),
                    server.port() >= 0 ? server.port() : kind == Kind.SENTINEL ? SENTINEL_PORT : PORT));
        }
        return new RedisConfig(kind, nodes, kind == Kind.SENTINEL ? path : null,
                address.scheme().startsWith("rediss"), address.user(), address.password(),
                kind == Kind.STANDALONE ? database(path) : 0, DEFAULT_PREFIX, null);
    }

    private static RedisConfig ofDev(Path folder) {
        try {
            return DataFolder.port(folder).map(port -> new RedisConfig(Kind.STANDALONE,
                    Set.of(new HostAndPort("127.0.0.1", port)), null, false, null, null, 0, DEFAULT_PREFIX,
                    folder.toAbsolutePath().normalize()))
                    .orElseThrow(() -> new InvalidInput("redis", "names a folder on which no 'headrace dev' runs: "
                            + folder));
        } catch (IOException e) {
            throw new InvalidInput("redis", "names a folder that cannot be used: " + e.getMessage());
        }
    }

    /** Percent-encodes what a password may have and an address has elsewhere: up to the last @, all of it is login. */
    private static String withSafeLogin(String url) {
        int from = url.indexOf("://") + 3;
        int at = url.lastIndexOf('@');
        if (from < 3 || at < from) {
            return url;
        }
        String login = url.substring(from, at);
        if (LOGIN_TWICE.matcher(login).find()) {
            throw new InvalidInput("redis",
                    "must give user and password once, before the first host: they hold for all of them");
        }
        return url.substring(0, from) + login.replace("/", "%2F").replace("?", "%3F").replace("#", "%23")
                .replace("@", "%40") + url.substring(at);
    }

    private static String path(Address address) {
        String rest = address.rest();
        if (rest.indexOf('?') >= 0 || rest.indexOf('#') >= 0) {
            throw new InvalidInput("redis", "must have nothing behind a '?' or a '#': it takes no options");
        }
        String path = rest.isEmpty() ? "" : rest.substring(1);
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** The same place with another prefix. */
    public RedisConfig withPrefix(String other) {
        return new RedisConfig(kind, nodes, master, tls, user, password, database, other, dev);
    }

    /**
     * The address with user and password, as {@link #parse} reads it, to be handed to another process; never for logs.
     */
    public String url() {
        if (dev != null) {
            return DEV + dev;
        }
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

    private static int database(String path) {
        if (path.isEmpty()) {
            return 0;
        }
        if (!path.matches("[0-9]{1,4}")) {
            throw new InvalidInput("redis", "must end in the number of a database, 0 to 9999");
        }
        return Integer.parseInt(path);
    }
}
