package io.headrace.redaction;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.Json;

/** Tells whether a place in an edited value is still the place that it was in what had been shown. Immutable. */
final class EditedPlaces {
    private final JsonNode edited;
    private final JsonNode shown;

    EditedPlaces(Json edited, Json shown) {
        this.edited = edited.as(JsonNode.class);
        this.shown = shown.as(JsonNode.class);
    }

    /** Whether no array on the way has lost, gained or moved elements. */
    boolean kept(String pointer) {
        JsonNode was = shown;
        JsonNode is = edited;
        for (JsonPointer at = JsonPointer.compile(pointer); !at.matches(); at = at.tail()) {
            if (was.isArray() && !stays(was, is, at.getMatchingIndex())) {
                return false;
            }
            was = step(was, at);
            is = step(is, at);
        }
        return true;
    }

    private static JsonNode step(JsonNode node, JsonPointer at) {
        return node.isArray() ? node.path(at.getMatchingIndex()) : node.path(at.getMatchingProperty());
    }

    /** An element that was changed may stay where it is; one that looks like another of the old ones has been moved. */
    private static boolean stays(JsonNode was, JsonNode is, int index) {
        if (was.size() != is.size()) {
            return false;
        }
        JsonNode element = is.path(index);
        if (element.equals(was.path(index))) {
            return true;
        }
        for (JsonNode other : was) {
            if (element.equals(other)) {
                return false;
            }
        }
        return true;
    }
}
