package io.headrace.worker.handlers.http;

import io.headrace.worker.handlers.HandlerFailure;
import io.headrace.worker.handlers.ResultBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/** Undoes what {@code Content-Encoding} names: gzip and deflate, which servers use unasked. */
final class ContentEncoding {
    private static final int MAX_LAYERS = 3;

    private ContentEncoding() {}

    /**
     * The bytes as they were before they were packed, at most one more than are allowed.
     *
     * @param names the values of the header, the outermost last
     * @throws HandlerFailure for good, when a name is unknown or the bytes are not packed so
     */
    static byte[] undo(byte[] body, List<String> names, int max, String source) throws HandlerFailure {
        List<String> layers = names.stream().flatMap(value -> List.of(value.split(",", -1)).stream())
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty() && !name.equals("identity")).toList();
        if (layers.size() > MAX_LAYERS) {
            throw ResultBytes.bad(source + " is packed more than " + MAX_LAYERS + " times");
        }
        byte[] bytes = body;
        for (int i = layers.size() - 1; i >= 0 && bytes.length > 0; i--) {
            String name = layers.get(i);
            try (InputStream unpacked = unpack(name, bytes, source)) {
                bytes = unpacked.readNBytes(max + 1);
            } catch (IOException e) {
                throw ResultBytes.bad(source + " cannot be unpacked as " + name + ", as which it was sent");
            }
        }
        return bytes;
    }

    private static InputStream unpack(String name, byte[] bytes, String source) throws IOException, HandlerFailure {
        return switch (name) {
            case "gzip", "x-gzip" -> new GZIPInputStream(new ByteArrayInputStream(bytes));
            case "deflate" -> new InflaterInputStream(new ByteArrayInputStream(bytes));
            default -> throw ResultBytes.bad(source + " has the encoding '" + ResultBytes.shown(name)
                    + "', which is unknown here; it was not asked for");
        };
    }
}
