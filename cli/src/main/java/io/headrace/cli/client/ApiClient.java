package io.headrace.cli.client;

import io.headrace.cli.terminal.CommandFailed;
import io.headrace.config.Address;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls the HTTP API, once per call: nothing is sent again by itself. Thread-safe.
 *
 * <p>Built on {@link HttpURLConnection}, because {@code java.net.http} takes half a second of start-up time that a
 * shell script pays at every call; what the old client cannot send is left to {@link PatchRequest}.
 */
public final class ApiClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** Longer than the API itself waits for Redis, so that its own words arrive. */
    static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

    static {
        // The JDK would silently send a POST again when a connection dies; a submission must be sent once.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    private final Address base;
    private final @Nullable String key;
    private final Duration readTimeout;

    /** @param key sent as bearer token, when there is one */
    ApiClient(Address base, @Nullable String key) {
        this(base, key, READ_TIMEOUT);
    }

    private ApiClient(Address base, @Nullable String key, Duration readTimeout) {
        this.base = base;
        this.key = key;
        this.readTimeout = readTimeout;
    }

    /** One that gives up on an answer earlier or later than usual. */
    public ApiClient patient(Duration atMost) {
        return new ApiClient(base, key, atMost);
    }

    public ApiAnswer get(String path) {
        return call("GET", path, null, Map.of(), readTimeout);
    }

    /** A call that the API answers only after some time. */
    public ApiAnswer get(String path, Duration wait) {
        return call("GET", path, null, Map.of(), readTimeout.plus(wait));
    }

    public ApiAnswer delete(String path) {
        return call("DELETE", path, null, Map.of(), readTimeout);
    }

    /** A POST without a body. */
    public ApiAnswer post(String path) {
        return call("POST", path, new byte[0], Map.of(), readTimeout);
    }

    /** A POST of JSON, or of what the headers say. */
    public ApiAnswer post(String path, byte[] body, Map<String, String> headers) {
        return call("POST", path, body, headers, readTimeout);
    }

    public ApiAnswer patch(String path, byte[] body) {
        try {
            return PatchRequest.send(base, prefix() + path, body, key);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /**
     * A stream of server-sent events; the caller closes it.
     *
     * @param silence the stream is given up when nothing comes for so long
     */
    public InputStream events(String path, String lastEventId, Duration silence) {
        try {
            HttpURLConnection connection = open("GET", path,
                    Map.of("Accept", "text/event-stream", "Last-Event-ID", lastEventId),
                    silence);
            int status = connection.getResponseCode();
            if (status != 200) {
                throw ApiProblem.of(status, body(connection, status), base);
            }
            return connection.getInputStream();
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private ApiAnswer call(String method, String path, byte @Nullable [] body, Map<String, String> headers,
            Duration timeout) {
        try {
            HttpURLConnection connection = open(method, path, headers, timeout);
            if (body != null) {
                connection.setDoOutput(true);
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(body);
                }
            }
            int status = connection.getResponseCode();
            byte[] answer = body(connection, status);
            if (status >= 400) {
                throw ApiProblem.of(status, answer, base);
            }
            return new ApiAnswer(answer, connection.getHeaderFields());
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private HttpURLConnection open(String method, String path, Map<String, String> headers, Duration timeout)
            throws IOException {
        HttpURLConnection connection = (HttpURLConnection) target(path).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout((int) shorter(CONNECT_TIMEOUT, timeout).toMillis());
        connection.setReadTimeout((int) timeout.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty("Accept", "application/json");
        connection.setRequestProperty("Content-Type", "application/json");
        headers.forEach(connection::setRequestProperty);
        if (key != null) {
            connection.setRequestProperty("Authorization", "Bearer " + key);
        }
        return connection;
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private URI target(String path) {
        return URI.create(base + prefix() + path);
    }

    /** What stands before every path, as behind a proxy. */
    private String prefix() {
        return base.rest().endsWith("/") ? base.rest().substring(0, base.rest().length() - 1) : base.rest();
    }

    private static byte[] body(HttpURLConnection connection, int status) throws IOException {
        try (InputStream in = status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
            return in == null ? new byte[0] : in.readAllBytes();
        }
    }

    /** The words for a call that got no answer. */
    CommandFailed unreachable(IOException e) {
        String why = e instanceof ConnectException ? "nobody listens there"
                : e instanceof UnknownHostException ? "the host is unknown"
                        : e instanceof SocketTimeoutException ? "no answer in time" : String.valueOf(e.getMessage());
        return CommandFailed.unreachable("cannot reach the API at " + base + ": " + why
                + "\n  Start one with 'headrace dev', or name another with --api or HEADRACE_API.", e);
    }
}
