package io.headrace.api;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A whole answer, ready to be written.
 *
 * @param body callers must not change the array
 */
record Reply(int status, String mediaType, byte[] body, Map<String, String> headers) {
    static final String JSON = "application/json";
    private static final String NOTHING = "";

    static Reply json(int status, byte[] body) {
        return new Reply(status, JSON, body, Map.of());
    }

    static Reply json(int status, Consumer<JsonOut> members) {
        return json(status, JsonOut.object(members));
    }

    static Reply text(String mediaType, String body) {
        return new Reply(200, mediaType, body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static Reply noContent() {
        return new Reply(204, NOTHING, new byte[0], Map.of());
    }

    /** That what the client has is still right. */
    static Reply notModified() {
        return new Reply(304, NOTHING, new byte[0], Map.of());
    }

    static Reply problem(Problem problem) {
        return new Reply(problem.type().status(), Problem.MEDIA_TYPE, problem.json(), problem.headers());
    }

    /** This answer with one more header. */
    Reply with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, mediaType, body, more);
    }
}
