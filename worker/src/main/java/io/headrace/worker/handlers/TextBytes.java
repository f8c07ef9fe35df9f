package io.headrace.worker.handlers;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are said to be text, and how to read them: as the byte order mark at their beginning says, else as their
 * type says, else as UTF-8.
 *
 * @param charset null when the one that was named is unknown
 * @param mark the length of the byte order mark
 */
public record TextBytes(byte[] bytes, @Nullable Charset charset, int mark) {
    private static final Charset UTF_32_LE = Charset.forName("UTF-32LE");
    private static final Charset UTF_32_BE = Charset.forName("UTF-32BE");

    public static TextBytes of(byte[] bytes, ContentType type) {
        if (starts(bytes, 0xef, 0xbb, 0xbf)) {
            return new TextBytes(bytes, StandardCharsets.UTF_8, 3);
        }
        if (type.media().isEmpty()) {
            return new TextBytes(bytes, StandardCharsets.UTF_8, 0); // a picture may begin like UTF-16
        }
        if (starts(bytes, 0xff, 0xfe, 0, 0)) {
            return new TextBytes(bytes, UTF_32_LE, 4);
        }
        if (starts(bytes, 0, 0, 0xfe, 0xff)) {
            return new TextBytes(bytes, UTF_32_BE, 4);
        }
        if (starts(bytes, 0xff, 0xfe)) {
            return new TextBytes(bytes, StandardCharsets.UTF_16LE, 2);
        }
        if (starts(bytes, 0xfe, 0xff)) {
            return new TextBytes(bytes, StandardCharsets.UTF_16BE, 2);
        }
        if (type.charset().isPresent()) {
            return new TextBytes(bytes, named(type.charset().get()), 0);
        }
        return new TextBytes(bytes, type.json() ? byZeros(bytes) : StandardCharsets.UTF_8, 0);
    }

    /** @throws CharacterCodingException when they are no text of this charset */
    String strictly() throws CharacterCodingException {
        return decoder().newDecoder().decode(body()).toString();
    }

    /** What cannot be read becomes the replacement character. */
    public String leniently() {
        return decoder().decode(body()).toString();
    }

    private Charset decoder() {
        return charset == null ? StandardCharsets.UTF_8 : charset;
    }

    private ByteBuffer body() {
        return ByteBuffer.wrap(bytes, mark, bytes.length - mark);
    }

    private static @Nullable Charset named(String name) {
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return null;
        }
    }

    /** JSON begins with ASCII, so its zeros tell how wide its characters are. */
    private static Charset byZeros(byte[] bytes) {
        if (bytes.length >= 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] == 0) {
            return UTF_32_BE;
        }
        if (bytes.length >= 4 && bytes[1] == 0 && bytes[2] == 0 && bytes[3] == 0) {
            return UTF_32_LE;
        }
        if (bytes.length >= 2 && bytes[0] == 0) {
            return StandardCharsets.UTF_16BE;
        }
        return bytes.length >= 2 && bytes[1] == 0 ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8;
    }

    private static boolean starts(byte[] bytes, int... mark) {
        for (int i = 0; i < mark.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xff) != mark[i]) {
                return false;
            }
        }
        return true;
    }
}
