package io.headrace.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Finds the end of an HTTP/1.1 answer in the bytes as they come, at little cost. Not thread-safe. */
final class HttpAnswerReader {
    private static final int LONGEST_LINE = 16 * 1024;
    private static final int STATUS_AT = "HTTP/1.1 ".length();

    private enum At {
        STATUS, HEADERS, BODY, CHUNK_SIZE, CHUNK_END, TRAILERS
    }

    private final byte[] line = new byte[LONGEST_LINE];
    private int length;
    private At at = At.STATUS;
    private int status;
    /** Of the body or a chunk. */
    private long left;
    private boolean chunked;

    /**
     * Takes bytes up to the end of the answer; then the next one can begin.
     *
     * @return whether the answer is complete
     */
    boolean take(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (at == At.BODY) {
                int here = (int) Math.min(left, bytes.remaining());
                bytes.position(bytes.position() + here);
                left -= here;
                if (left > 0) {
                    return false;
                }
                if (!chunked) {
                    return done();
                }
                at = At.CHUNK_END;
            } else if (endOfLine(bytes) && afterLine()) {
                return done();
            }
        }
        return false;
    }

    /** The status of the answer that was complete last. */
    int status() {
        return status;
    }

    private boolean done() {
        at = At.STATUS;
        return true;
    }

    private boolean endOfLine(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (next == '\n') {
                return true;
            }
            if (length == LONGEST_LINE) {
                throw new IOException("the answer is no HTTP");
            }
            if (next != '\r') {
                line[length++] = next;
            }
        }
        return false;
    }

    /** @return whether the answer ends with this line */
    private boolean afterLine() throws IOException {
        boolean empty = length == 0;
        switch (at) {
            case STATUS -> {
                status = number(text(STATUS_AT, STATUS_AT + 3), 10);
                left = 0;
                chunked = false;
                at = At.HEADERS;
            }
            case HEADERS -> {
                if (empty) {
                    at = chunked ? At.CHUNK_SIZE : At.BODY;
                } else {
                    header();
                }
            }
            case CHUNK_SIZE -> {
                left = number(text(0, length), 16);
                at = left == 0 ? At.TRAILERS : At.BODY;
            }
            case CHUNK_END -> at = At.CHUNK_SIZE;
            case TRAILERS, BODY -> {
                // the last line is empty
            }
        }
        length = 0;
        return empty && (at == At.TRAILERS || (at == At.BODY && left == 0));
    }

    private void header() throws IOException {
        if (starts("content-length:")) {
            left = number(text("content-length:".length(), length), 10);
        } else if (starts("transfer-encoding:")) {
            chunked = true;
        }
    }

    private boolean starts(String lowerCase) {
        if (length < lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            if ((line[i] | 0x20) != (lowerCase.charAt(i) | 0x20)) {
                return false;
            }
        }
        return true;
    }

    private String text(int from, int to) {
        return new String(line, Math.min(from, length), Math.max(0, Math.min(to, length) - from),
                StandardCharsets.ISO_8859_1).strip();
    }

    private static int number(String text, int radix) throws IOException {
        try {
            return Integer.parseInt(text, radix);
        } catch (NumberFormatException e) {
            throw new IOException("the answer is no HTTP", e);
        }
    }
}
