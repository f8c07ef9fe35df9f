package io.headrace.redaction;

import com.fasterxml.jackson.core.JsonParser;
import io.headrace.Json;
import java.io.IOException;
import java.util.Arrays;

/** Where a value stands among the bytes of another. */
record JsonSlice(int from, int to) {
    /** The value that the parser stands on, which it then has passed. */
    static JsonSlice read(JsonParser p) throws IOException {
        int from = (int) p.currentTokenLocation().getByteOffset();
        p.skipChildren();
        p.finishToken();
        return new JsonSlice(from, (int) p.currentLocation().getByteOffset());
    }

    int length() {
        return to - from;
    }

    byte[] of(Json value) {
        return Arrays.copyOfRange(value.bytes(), from, to);
    }
}
