package io.headrace.api;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The state of a topic at one moment, written once in both forms in which it is sent.
 *
 * @param event as a server-sent event; nobody changes it
 * @param message as a message of a WebSocket
 * @param problem why there is no state, else null
 */
record Tick(Buffer event, String message, @Nullable Problem problem) {
    /** @param at epoch milliseconds, the id of the event */
    static Tick of(String topic, String name, long at, byte[] json) {
        return new Tick(EventStream.event(Long.toString(at), name, json), message(topic, name, at, json), null);
    }

    static Tick of(String topic, long at, Problem problem) {
        byte[] json = problem.json();
        return new Tick(EventStream.event(Long.toString(at), "problem", json),
                LiveMessage.problem(topic, problem), problem);
    }

    private static String message(String topic, String name, long at, byte[] json) {
        return LiveMessage.event(topic, name, Long.toString(at), new String(json, StandardCharsets.UTF_8));
    }
}
