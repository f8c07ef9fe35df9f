package io.headrace.api.submit;

import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the body of a batch into the texts of its jobs while it arrives. Holds one chunk and the beginning of one job at
 * a time, however long the body: a job longer than the limit is passed over and reported as such. Not thread-safe.
 */
abstract class Splitter {
    /**
     * One job of the batch.
     *
     * @param text null when it was longer than the limit
     * @param length how many bytes it had
     */
    record Piece(byte @Nullable [] text, long length) {}

    /** The byte order mark of UTF-8, which is no part of the body. */
    private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final int max;
    /** How much of the mark has been passed over; all of it when there was none. */
    private int marked;
    private byte[] chunk = new byte[0];
    private int at;
    /** What is kept of the current piece. */
    private final ByteArrayOutputStream piece = new ByteArrayOutputStream();
    /** The length of the current piece, kept or not. */
    private long length;

    /** @param max bytes of one job */
    Splitter(int max) {
        this.max = max;
    }

    /** Takes the next chunk; the last one must have been used up, so that {@link #next} was empty. */
    final void feed(Buffer next) {
        chunk = next.getBytes();
        at = 0;
        while (marked < MARK.length && at < chunk.length) {
            if (chunk[at] != MARK[marked]) {
                if (marked > 0) {
                    throw ProblemType.MALFORMED_JSON.problem("line 1, column 1: these bytes are not UTF-8");
                }
                marked = MARK.length;
            } else {
                marked++;
                at++;
            }
        }
    }

    /** How many bytes it keeps of a job whose end has not arrived. */
    final int held() {
        return piece.size();
    }

    /**
     * The next job, or empty when more of the body is needed.
     *
     * @throws Problem {@code malformed-json} when no sense can be made of the rest of the body
     */
    final Optional<Piece> next() {
        int from = at;
        while (at < chunk.length) {
            byte b = chunk[at++];
            Part part = part(b);
            if (part == Part.INSIDE) {
                continue;
            }
            if (part == Part.END && length == 0 && at - 1 > from && at - 1 - from <= max) { // whole in this chunk
                return Optional.of(new Piece(Arrays.copyOfRange(chunk, from, at - 1), at - 1 - from));
            }
            append(from, at - 1);
            from = at;
            if (part == Part.END && length > 0) {
                return Optional.of(take());
            }
        }
        append(from, at);
        return Optional.empty();
    }

    /**
     * The job that the end of the body ends, if it does.
     *
     * @throws Problem {@code malformed-json} when the body must not end here
     */
    final Optional<Piece> last() {
        checkEnd();
        return length > 0 ? Optional.of(take()) : Optional.empty();
    }

    /** What a byte is to the current piece. */
    enum Part {
        /** It belongs to it. */
        INSIDE,
        /** It belongs to none, and none ends. */
        BETWEEN,
        /** It ends it and does not belong to it. */
        END
    }

    abstract Part part(byte b);

    abstract void checkEnd();

    private void append(int from, int to) {
        length += to - from;
        if (length > max) {
            piece.reset();
        } else {
            piece.write(chunk, from, to - from);
        }
    }

    private Piece take() {
        Piece taken = new Piece(length > max ? null : piece.toByteArray(), length);
        piece.reset();
        length = 0;
        return taken;
    }

    /** A job a line; empty lines are passed over. */
    static Splitter lines(int max) {
        return new Splitter(max) {
            private boolean blank = true;

            @Override
            Part part(byte b) {
                if (b == '\n') {
                    boolean end = !blank;
                    blank = true;
                    return end ? Part.END : Part.BETWEEN;
                }
                boolean space = b == ' ' || b == '\t' || b == '\r';
                if (blank && space) {
                    return Part.BETWEEN;
                }
                blank = false;
                return Part.INSIDE;
            }

            @Override
            void checkEnd() {}
        };
    }

    /** The elements of a JSON array. It only finds their ends; whether each is JSON is for who reads it. */
    static Splitter array(int max) {
        return new ArraySplitter(max);
    }

    private static final class ArraySplitter extends Splitter {
        private enum State {
            BEFORE_ARRAY, BEFORE_FIRST, BEFORE_NEXT, INSIDE, AFTER_ARRAY
        }

        private State state = State.BEFORE_ARRAY;
        private int depth;
        private boolean inText;
        private boolean escaped;

        ArraySplitter(int max) {
            super(max);
        }

        @Override
        Part part(byte b) {
            if (state == State.INSIDE) {
                return inside(b);
            }
            if (b == ' ' || b == '\t' || b == '\r' || b == '\n') {
                return Part.BETWEEN;
            }
            switch (state) {
                case BEFORE_ARRAY -> {
                    if (b != '[') {
                        throw broken("the body must be a JSON array");
                    }
                    state = State.BEFORE_FIRST;
                }
                case AFTER_ARRAY -> throw broken("there is more after the array");
                default -> {
                    if (b == ']' && state == State.BEFORE_FIRST) {
                        state = State.AFTER_ARRAY;
                        return Part.BETWEEN;
                    }
                    if (b == ',' || b == ']' || b == '}') {
                        throw broken("a job is missing before '" + (char) b + "'");
                    }
                    state = State.INSIDE;
                    return inside(b);
                }
            }
            return Part.BETWEEN;
        }

        private Part inside(byte b) {
            if (inText) {
                inText = escaped || b != '"';
                escaped = !escaped && b == '\\';
                return Part.INSIDE;
            }
            if (depth == 0 && (b == ',' || b == ']')) {
                state = b == ',' ? State.BEFORE_NEXT : State.AFTER_ARRAY;
                return Part.END;
            }
            switch (b) {
                case '"' -> inText = true;
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                default -> {
                    return Part.INSIDE;
                }
            }
            if (depth < 0) {
                throw broken("a '}' closes nothing");
            }
            return Part.INSIDE;
        }

        @Override
        void checkEnd() {
            if (state == State.BEFORE_ARRAY) {
                throw broken("the body must be a JSON array, was empty");
            }
            if (state != State.AFTER_ARRAY) {
                throw broken("the body ended before its array did");
            }
        }

        private static Problem broken(String detail) {
            return ProblemType.MALFORMED_JSON.problem(detail);
        }
    }
}
