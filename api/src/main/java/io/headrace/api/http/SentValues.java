package io.headrace.api.http;

import io.headrace.InvalidInput;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Values of a request in their sender's own words, for messages about what was made of them. Used by one thread. */
public final class SentValues {
    /** Null as long as it is empty: most requests have nothing to remember. */
    private @Nullable Map<String, String> byField;

    public void put(String field, String text) {
        if (byField == null) {
            byField = new HashMap<>();
        }
        byField.put(field, text);
    }

    /**
     * Makes something of the values.
     *
     * @throws InvalidInput as the maker does, with the words of the sender
     */
    public <T> T made(Supplier<T> maker) {
        try {
            return maker.get();
        } catch (InvalidInput e) {
            throw inItsWords(e);
        }
    }

    public InvalidInput inItsWords(InvalidInput problem) {
        String text = byField == null ? null : byField.get(problem.field());
        return text == null ? problem : problem.was(text);
    }
}
