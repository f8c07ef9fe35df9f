package io.headrace.redaction;

import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.headrace.Json;
import java.util.List;

/** A part of a value, and what is to stand there instead. */
record JsonSplice(JsonSlice at, byte[] with) {
    /** The value with all of them, which are in order, in place. */
    static Json all(Json value, List<JsonSplice> splices) {
        if (splices.isEmpty()) {
            return value;
        }
        byte[] utf8 = value.bytes();
        ByteArrayBuilder out = new ByteArrayBuilder(utf8.length);
        int copied = 0;
        for (JsonSplice splice : splices) {
            out.write(utf8, copied, splice.at().from() - copied);
            out.write(splice.with(), 0, splice.with().length);
            copied = splice.at().to();
        }
        out.write(utf8, copied, utf8.length - copied);
        return Json.trusted(out.toByteArray());
    }
}
