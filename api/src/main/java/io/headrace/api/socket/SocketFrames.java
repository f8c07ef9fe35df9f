package io.headrace.api.socket;

import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.util.function.Consumer;

/**
 * Puts the frames of a WebSocket together to text messages, and keeps no more than a message may have. Lives on a
 * loop's thread.
 */
final class SocketFrames {
    /** The longest message. */
    static final int MAX_BYTES = 4 * 1024;

    private final Consumer<byte[]> message;
    private final Consumer<Problem> refused;
    private Buffer gathered = Buffer.buffer();
    private boolean text;
    private boolean tooLong;

    /** @param refused hears of each message that is none */
    SocketFrames(Consumer<byte[]> message, Consumer<Problem> refused) {
        this.message = message;
        this.refused = refused;
    }

    void add(WebSocketFrame frame) {
        if (frame.isText() || frame.isBinary()) {
            text = frame.isText();
            tooLong = false;
            gathered = Buffer.buffer();
        } else if (!frame.isContinuation()) {
            return;
        }
        tooLong |= gathered.length() + frame.binaryData().length() > MAX_BYTES;
        if (!tooLong) {
            gathered.appendBuffer(frame.binaryData());
        }
        if (frame.isFinal()) {
            whole();
        }
    }

    private void whole() {
        if (!text) {
            refused.accept(ProblemType.MALFORMED_JSON.problem("messages must be text"));
        } else if (tooLong) {
            refused.accept(ProblemType.PAYLOAD_TOO_LARGE.problem("a message can have " + MAX_BYTES + " bytes at most"));
        } else {
            message.accept(gathered.getBytes());
        }
    }
}
