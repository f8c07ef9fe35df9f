package io.headrace.config;

import io.headrace.InvalidInput;
import io.headrace.format.NearestName;
import io.headrace.format.PercentCode;
import java.net.IDN;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is, as people write it: {@code scheme://[user[:password]@]host[:port][,host[:port]…][/path][?query]}.
 * Names of hosts may have underscores and end in digits, as those of containers do, which {@link URI} calls no host.
 * User, password, path and query can be secrets: neither {@link #toString} nor any message shows them.
 *
 * @param scheme in lower case
 * @param user percent-decoded; null for none
 * @param password percent-decoded; null for none
 * @param servers at least one
 * @param rest path and query as they were written, from the first slash or question mark on; may be empty
 */
public record Address(String scheme, @Nullable String user, @Nullable String password, List<Server> servers,
        String rest) {
    /** What {@link #web} takes. */
    private static final List<String> WEB = List.of("http", "https");
    private static final Set<String> ENCRYPTED = Set.of("https", "rediss", "rediss-sentinel", "rediss-cluster");
    private static final Pattern SCHEME = Pattern.compile("[a-zA-Z0-9+.-]{1,20}");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,63}(?:\\.[a-zA-Z0-9_-]{1,63}){0,126}\\.?");
    private static final Pattern NO_NAME = Pattern.compile("[^a-zA-Z0-9_.-]");
    private static final int MAX_PORT = 65_535;
    /**
     * Which headers a request of the JDK's client may set although it sets them itself; read when its first class is
     * loaded.
     */
    private static final String HEADERS = "jdk.httpclient.allowRestrictedHeaders";

    static {
        String allowed = System.getProperty(HEADERS, "");
        System.setProperty(HEADERS, allowed.isEmpty() ? "host" : allowed + ",host");
    }

    /**
     * One of the servers.
     *
     * @param host a name, an IPv4 address, or an IPv6 address in brackets
     * @param port 1 to 65,535, or -1 when none was given
     */
    public record Server(String host, int port) {
        @Override
        public String toString() {
            return port < 0 ? host : host + ":" + port;
        }
    }

    /**
     * Reads the address of one server of HTTP.
     *
     * @param field the name to blame
     * @throws InvalidInput when the text is none
     */
    public static Address web(String field, String text) {
        if (!text.contains("://")) {
            throw new InvalidInput(field, "must be an http or https address, as in http://127.0.0.1:8080");
        }
        Address address = parse(field, text, WEB);
        if (address.servers().size() > 1) {
            throw new InvalidInput(field, "must name one host, names " + address.servers().size());
        }
        try {
            URI checked = new URI(address.text());
            if (checked.getRawFragment() != null) {
                throw new InvalidInput(field, "must have no part behind a '#': it would not be sent");
            }
        } catch (URISyntaxException e) {
            throw new InvalidInput(field, "must have its special characters percent-encoded: "
                    + e.getReason().toLowerCase(Locale.ROOT));
        }
        return address;
    }

    /**
     * Reads an address.
     *
     * @param field the name to blame
     * @param schemes those that are allowed, in lower case; they are recognised in any case
     * @throws InvalidInput when the text is none of them
     */
    public static Address parse(String field, String text, List<String> schemes) {
        int colon = text.indexOf("://");
        String scheme = colon < 0 ? "" : text.substring(0, colon);
        if (!schemes.contains(scheme.toLowerCase(Locale.ROOT))) {
            throw new InvalidInput(field, "must start with " + String.join("://, ", schemes) + "://"
                    + (!SCHEME.matcher(scheme).matches() ? "" : "; " + NearestName.hint(scheme, schemes)));
        }
        String after = text.substring(colon + 3);
        int end = endOfAuthority(after);
        String authority = after.substring(0, end);
        int at = authority.lastIndexOf('@');
        String login = authority.substring(0, Math.max(0, at));
        int separator = login.indexOf(':');
        List<Server> servers = new ArrayList<>();
        for (String server : authority.substring(at + 1).split(",", -1)) {
            servers.add(server(field, server, ENCRYPTED.contains(scheme.toLowerCase(Locale.ROOT))));
        }
        return new Address(scheme.toLowerCase(Locale.ROOT),
                decoded(field, separator < 0 ? login : login.substring(0, separator)),
                decoded(field, separator < 0 ? "" : login.substring(separator + 1)), List.copyOf(servers),
                after.substring(end));
    }

    private static int endOfAuthority(String text) {
        int end = 0;
        while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private static Server server(String field, String text, boolean encrypted) {
        int colon = text.lastIndexOf(':');
        boolean ported = colon >= 0 && colon > text.lastIndexOf(']');
        String host = host(field, ported ? text.substring(0, colon) : text);
        if (encrypted && host.indexOf('_') >= 0) {
            throw new InvalidInput(field, "must not have an underscore in the name of its host when it is encrypted: no"
                    + " certificate is valid for such a name; give the host another one");
        }
        return new Server(host, ported ? port(field, text.substring(colon + 1)) : -1);
    }

    private static String host(String field, String text) {
        if (text.startsWith("[")) {
            try {
                String host = new URI("x://" + text).getHost();
                if (host != null && host.startsWith("[")) {
                    return host;
                }
            } catch (URISyntaxException e) {
                // reported below, like brackets around something else
            }
            throw new InvalidInput(field, "must have an IPv6 address within the brackets, as in [::1]");
        }
        if (text.isEmpty()) {
            throw new InvalidInput(field, "must name a host");
        }
        if (text.indexOf(':') >= 0) {
            throw new InvalidInput(field, "must have an IPv6 address in brackets, as in [::1], and the port behind");
        }
        String host = ascii(text);
        if (!NAME.matcher(host).matches()) {
            String odd = NO_NAME.matcher(host).results().map(found -> found.group()).findFirst().orElse(".");
            throw new InvalidInput(field, "must name a host; a name has no '" + odd + "'"
                    + (odd.equals(".") ? " at its beginning nor two in a row, and parts of at most 63 characters"
                            : ""));
        }
        return host;
    }

    private static String ascii(String name) {
        try {
            return name.chars().allMatch(c -> c < 0x80) ? name : IDN.toASCII(name);
        } catch (IllegalArgumentException e) {
            return name;
        }
    }

    private static int port(String field, String text) {
        if (text.isEmpty()) {
            return -1;
        }
        if (text.matches("[0-9]{1,5}")) {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= MAX_PORT) {
                return port;
            }
        }
        throw new InvalidInput(field, "must have a port of 1 to " + MAX_PORT + " behind the host");
    }

    private static @Nullable String decoded(String field, String text) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            return PercentCode.decode(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidInput(field,
                    "has a '%' in its user or password that begins no percent-encoded character; the"
                            + " character % itself is written %25");
        }
    }

    /** The address without user and password. */
    public String text() {
        return this + rest;
    }

    /** What {@code Authorization} says for this user and password; empty without. */
    public Optional<String> basic() {
        if (user == null && password == null) {
            return Optional.empty();
        }
        String login = (user == null ? "" : user) + ":" + (password == null ? "" : password);
        return Optional.of("Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
    }

    /** Whether {@link URI} knows the host, and with it the client of the JDK. */
    public boolean ordinary() {
        return URI.create(toString()).getHost() != null;
    }

    /**
     * The address of the first server for the HTTP client of the JDK, which takes none whose host {@link URI} does not
     * know: such a name is looked up now, and the request must say {@code Host: } {@link #host}.
     *
     * @param path and query, from the first slash or question mark on
     * @throws UnknownHostException when the name cannot be looked up
     */
    public URI reachable(String path) throws UnknownHostException {
        Server server = servers.get(0);
        String host = server.host();
        if (!ordinary()) {
            InetAddress found = InetAddress.getByName(host);
            host = found.getHostAddress().indexOf(':') < 0 ? found.getHostAddress()
                    : "[" + found.getHostAddress() + "]";
        }
        URI uri = URI.create(scheme + "://" + new Server(host, server.port()) + path);
        return URI.create(uri.toASCIIString());
    }

    /** What {@code Host} says. */
    public String host() {
        return servers.get(0).toString();
    }

    /** Scheme and servers. */
    @Override
    public String toString() {
        return scheme + "://" + String.join(",", servers.stream().map(Server::toString).toList());
    }
}
