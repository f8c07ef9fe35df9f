package io.headrace.worker.handlers.exec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Makes lines of what a program writes. A carriage return ends a line as a line feed does, and both together end one:
 * so a bar that a program draws over and over is a line each time. What is longer than anybody keeps is cut and says
 * so. Used by one thread.
 */
final class ErrorLines {
    /** How many bytes of a line are kept. */
    private static final int MAX_BYTES = 8_000;
    private static final int CONTINUATION = 0x80;
    private static final int CONTINUATION_BITS = 0xC0;

    private final Consumer<String> each;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean cut;
    /** Whether the last byte was a carriage return that ended a line: a line feed belongs to it. */
    private boolean endedByReturn;

    ErrorLines(Consumer<String> each) {
        this.each = each;
    }

    void take(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            take(bytes[i]);
        }
    }

    private void take(byte next) {
        boolean ended = false;
        if (next == '\n') {
            if (!endedByReturn) {
                hand();
            }
        } else if (next == '\r') {
            ended = line.size() > 0; // many a bar begins with the return
            if (ended) {
                hand();
            }
        } else if (line.size() < MAX_BYTES || restOfCharacter(next)) {
            line.write(next);
        } else {
            cut = true;
        }
        endedByReturn = ended;
    }

    /** Nothing is cut within a character, of four bytes at most. */
    private boolean restOfCharacter(byte next) {
        return !cut && (next & CONTINUATION_BITS) == CONTINUATION && line.size() < MAX_BYTES + 3;
    }

    /** The program has ended: what it wrote last needs no line end. */
    void end() {
        if (line.size() > 0) {
            hand();
        }
    }

    private void hand() {
        each.accept(line.toString(StandardCharsets.UTF_8) + (cut ? ErrorTail.CUT : ""));
        line.reset();
        cut = false;
    }
}
