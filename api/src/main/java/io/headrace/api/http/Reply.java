package io.headrace.api.http;

import io.headrace.format.Gzip;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A whole answer, ready to be written.
 *
 * @param body callers must not change the array
 */
public record Reply(int status, String mediaType, byte[] body, Map<String, String> headers) {
    public static final String JSON = "application/json";
    private static final String NOTHING = "";
    private static final String CACHE_CONTROL = "Cache-Control";
    private static final String NO_STORE = "no-store";

    public static Reply json(int status, byte[] body) {
        return new Reply(status, JSON, body, Map.of());
    }

    public static Reply json(int status, Consumer<JsonOut> members) {
        return json(status, JsonOut.object(members));
    }

    public static Reply text(String mediaType, String body) {
        return new Reply(200, mediaType, body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    public static Reply noContent() {
        return new Reply(204, NOTHING, new byte[0], Map.of());
    }

    /** That what the client has is still right. */
    public static Reply notModified() {
        return new Reply(304, NOTHING, new byte[0], Map.of());
    }

    static Reply problem(Problem problem) {
        return new Reply(problem.type().status(), Problem.MEDIA_TYPE, problem.json(), problem.headers());
    }

    /**
     * This answer as a client gets it: compressed if it reads that and there is something to be won. An answer that
     * must not be stored carries a secret; its length must not tell about that, so it stays as it is. To be called by a
     * thread that may take some milliseconds, not by an event loop.
     *
     * @param gzip whether the client wants it compressed
     */
    public Reply packed(boolean gzip) {
        if (body.length < Gzip.WORTH_BYTES || NO_STORE.equals(headers.get(CACHE_CONTROL))) {
            return this;
        }
        Reply varying = with("Vary", "Accept-Encoding");
        byte[] packed = gzip ? Gzip.of(body) : body;
        return packed.length < body.length
                ? new Reply(status, mediaType, packed, varying.headers).with("Content-Encoding", Gzip.NAME)
                : varying;
    }

    /** This answer, which nobody must keep, as there is a secret in it or about whoever asks. */
    public Reply unstored() {
        return with(CACHE_CONTROL, NO_STORE);
    }

    /** This answer with one more header. */
    public Reply with(String name, String value) {
        if (headers.isEmpty()) {
            return new Reply(status, mediaType, body, Map.of(name, value));
        }
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, mediaType, body, more);
    }
}
