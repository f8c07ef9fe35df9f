package io.headrace.api.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Computes the JSON merge patch (RFC 7396) that turns one state into the next: members that changed with their new
 * values, those that went with null. A list of queues is taken for an object of them by name, as a patch could only
 * replace a list.
 */
final class MergePatch {
    private static final String QUEUES = "queues";
    private static final String NAME = "queue";

    private MergePatch() {}

    /** @param from an object, like {@code to}, as this server writes it */
    static byte[] between(byte[] from, byte[] to) {
        try {
            JsonNode before = byName(JsonFormat.mapper().readTree(from));
            JsonNode after = byName(JsonFormat.mapper().readTree(to));
            return JsonFormat.mapper().writeValueAsBytes(between(before, after));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    private static JsonNode byName(JsonNode state) {
        if (state instanceof ObjectNode object && object.get(QUEUES) instanceof ArrayNode list) {
            ObjectNode queues = JsonFormat.mapper().createObjectNode();
            list.forEach(queue -> queues.set(queue.path(NAME).asText(), queue));
            object.set(QUEUES, queues);
        }
        return state;
    }

    private static ObjectNode between(JsonNode from, JsonNode to) {
        ObjectNode patch = JsonFormat.mapper().createObjectNode();
        from.fieldNames().forEachRemaining(name -> {
            if (!to.has(name)) {
                patch.putNull(name);
            }
        });
        to.properties().forEach(member -> {
            JsonNode before = from.path(member.getKey());
            JsonNode after = member.getValue();
            if (before.isObject() && after.isObject()) {
                ObjectNode inner = between(before, after);
                if (!inner.isEmpty()) {
                    patch.set(member.getKey(), inner);
                }
            } else if (!before.equals(after)) {
                patch.set(member.getKey(), after);
            }
        });
        return patch;
    }
}
