package io.headrace.api.socket;

import io.headrace.InvalidInput;
import io.headrace.api.http.JsonIn;
import io.headrace.api.http.Problem;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One message of a client of a WebSocket.
 *
 * @param value the key or the topic
 * @param from the log line of a job to begin with
 */
record SocketOrder(Verb verb, String value, long from) {
    /** What a client can ask for. */
    enum Verb {
        AUTH, SUBSCRIBE, UNSUBSCRIBE
    }

    private static final Set<String> MEMBERS = JsonIn.allowed("auth", "subscribe", "unsubscribe", "from");
    private static final long MAX_LINE = 999_999_999_999_999L;

    /** @throws Problem or {@link InvalidInput} when it is none */
    static SocketOrder parse(byte[] json) {
        Map<Verb, String> given = new EnumMap<>(Verb.class);
        long[] from = {-1};
        JsonIn.read(json, MEMBERS, (name, in) -> {
            if (name.equals("from")) {
                from[0] = in.whole(0, MAX_LINE);
            } else {
                given.put(Verb.valueOf(name.toUpperCase(Locale.ROOT)), in.text());
            }
        });
        if (given.size() != 1) {
            throw new InvalidInput("message", "must have one of auth, subscribe and unsubscribe");
        }
        Map.Entry<Verb, String> only = given.entrySet().iterator().next();
        if (from[0] >= 0 && !(only.getKey() == Verb.SUBSCRIBE && only.getValue().startsWith("job:"))) {
            throw new InvalidInput("from", "goes with \"subscribe\": \"job:ID\" only");
        }
        return new SocketOrder(only.getKey(), only.getValue(), Math.max(0, from[0]));
    }

    /** What an answer to it is about, null when it is about no topic. */
    @Nullable
    String topic() {
        return verb == Verb.AUTH ? null : value;
    }
}
