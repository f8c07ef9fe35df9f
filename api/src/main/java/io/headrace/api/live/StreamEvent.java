package io.headrace.api.live;

import io.headrace.format.Gzip;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One server-sent event in both forms in which it travels, each made once, however many are told. Thread-safe. */
final class StreamEvent {
    /** What keeps a stream from looking dead. */
    static final StreamEvent COMMENT = new StreamEvent(":\n\n".getBytes(StandardCharsets.US_ASCII));

    private final byte[] plain;
    /** Null until somebody wants it; guarded by this. */
    private byte @Nullable [] packed;

    private StreamEvent(byte[] plain) {
        this.plain = plain;
    }

    /** An event with its JSON brought to one line. */
    static StreamEvent of(String id, String name, byte[] json) {
        byte[] head = ("id: " + id + "\nevent: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8);
        byte[] event = new byte[head.length + json.length + 2];
        System.arraycopy(head, 0, event, 0, head.length);
        // a line break in JSON can only stand between its parts, where a space does as well
        for (int i = 0; i < json.length; i++) {
            event[head.length + i] = json[i] == '\n' || json[i] == '\r' ? (byte) ' ' : json[i];
        }
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return new StreamEvent(event);
    }

    /** Nobody changes the array. */
    byte[] plain() {
        return plain;
    }

    /** A {@linkplain Gzip#block block} of a compressed stream. Nobody changes the array. */
    synchronized byte[] packed() {
        if (packed == null) {
            packed = Gzip.block(plain);
        }
        return packed;
    }

    @Override
    public String toString() {
        return new String(plain, StandardCharsets.UTF_8);
    }
}
