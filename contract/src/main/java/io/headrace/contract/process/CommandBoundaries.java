package io.headrace.contract.process;

/**
 * Finds where commands to Redis end in the bytes of one connection, which come in pieces of any size. What is no
 * command of RESP has no ends. Used by one thread.
 */
final class CommandBoundaries {
    private enum Part {
        COUNT, LENGTH, WORD, NONE
    }

    private Part part = Part.COUNT;
    /** How many words of the command are still to come. */
    private long words;
    /** How many bytes of the word are still to come, its line end included. */
    private long bytes;
    /** The number of the line that is being read; negative before its first character. */
    private long number = -1;

    /** The position behind the first command that ends within these bytes, or -1; go on from there. */
    int next(byte[] buffer, int from, int to) {
        int at = from;
        while (at < to && part != Part.NONE) {
            if (part == Part.WORD) {
                int step = (int) Math.min(bytes, to - at);
                at += step;
                bytes -= step;
                if (bytes == 0 && wordEnds()) {
                    return at;
                }
            } else {
                line(buffer[at]);
                at++;
            }
        }
        return -1;
    }

    /** Whether it was the last of its command. */
    private boolean wordEnds() {
        words--;
        part = words == 0 ? Part.COUNT : Part.LENGTH;
        return words == 0;
    }

    private void line(byte next) {
        if (number < 0) {
            number = 0;
            part = next == (part == Part.COUNT ? '*' : '$') ? part : Part.NONE;
        } else if (next >= '0' && next <= '9') {
            number = number * 10 + next - '0';
        } else if (next == '\n') {
            if (part == Part.COUNT) {
                words = number;
                part = Part.LENGTH;
            } else {
                bytes = number + 2;
                part = Part.WORD;
            }
            number = -1;
        } else if (next != '\r') {
            part = Part.NONE;
        }
    }
}
