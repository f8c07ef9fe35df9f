package io.headrace.cli.terminal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** What users hand over in files and on stdin: UTF-8 and nothing else, with or without a byte order mark. */
public final class Utf8 {
    private static final char MARK = '\ufeff';

    private Utf8() {}

    /** All of it. */
    public static String text(InputStream in) throws IOException {
        try {
            return withoutMark(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(in.readAllBytes())).toString());
        } catch (CharacterCodingException e) {
            throw new IOException("it is not UTF-8", e);
        }
    }

    /** Lines, read as they are asked for; reading one that is not UTF-8 throws. */
    public static BufferedReader lines(InputStream in) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
        lines.mark(1);
        if (lines.read() != MARK) {
            lines.reset();
        }
        return lines;
    }

    public static String withoutMark(String text) {
        return !text.isEmpty() && text.charAt(0) == MARK ? text.substring(1) : text;
    }
}
