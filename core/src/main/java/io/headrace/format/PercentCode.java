package io.headrace.format;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-encoding as in RFC 3986; a plus is a plus. */
public final class PercentCode {
    private PercentCode() {}

    /**
     * @throws IllegalArgumentException when a percent sign begins no byte, or the bytes are no UTF-8; its message shows
     *         neither
     */
    public static String decode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < utf8.length; i++) {
            if (utf8[i] == '%') {
                bytes.write(digit(utf8, i + 1) * 16 + digit(utf8, i + 2));
                i += 2;
            } else {
                bytes.write(utf8[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("no UTF-8", e);
        }
    }

    private static int digit(byte[] ascii, int at) {
        int digit = at < ascii.length ? Character.digit(ascii[at], 16) : -1;
        if (digit < 0) {
            throw new IllegalArgumentException("no percent-encoding");
        }
        return digit;
    }
}
