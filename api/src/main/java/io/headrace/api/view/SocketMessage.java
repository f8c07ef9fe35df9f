package io.headrace.api.view;

import io.headrace.api.http.Caller;
import io.headrace.api.http.JsonOut;
import io.headrace.api.http.Problem;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes the messages that are sent over WebSockets: the only place that spells its members. */
public final class SocketMessage {
    private SocketMessage() {}

    /** @param json goes in as it is */
    public static String event(String topic, String name, @Nullable String id, String json) {
        String head = head(out -> {
            out.text("topic", topic);
            out.text("event", name);
            out.textIf("id", id);
        });
        return head + ",\"data\":" + json + "}";
    }

    /** An event that says it all by its name. */
    public static String event(String topic, String name) {
        return text(out -> {
            out.text("topic", topic);
            out.text("event", name);
        });
    }

    /** @param topic null when it is about none */
    public static String problem(@Nullable String topic, Problem problem) {
        return text(out -> {
            out.textIf("topic", topic);
            out.object("error", problem::write);
        });
    }

    /** The first message: as whom the client is let in. */
    public static String welcome(Caller caller) {
        return text(out -> {
            out.text("topic", "session");
            out.text("event", "open");
            out.object("data", o -> {
                o.text("name", caller.name());
                o.text("role", caller.role().label());
                AccessJson.queues(o, caller.scope());
            });
        });
    }

    private static String text(Consumer<JsonOut> members) {
        return new String(JsonOut.object(members), StandardCharsets.UTF_8);
    }

    private static String head(Consumer<JsonOut> members) {
        String whole = text(members);
        return whole.substring(0, whole.length() - 1);
    }
}
