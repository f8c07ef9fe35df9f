package io.headrace.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;

/** An answer that is a stream of server-sent events. Lives on its loop's thread. */
final class EventStream {
    static final String MEDIA_TYPE = "text/event-stream";

    private static final long COMMENT_EVERY_MS = 15_000;
    private static final Buffer COMMENT = Buffer.buffer(":\n\n");

    private final Exchange exchange;
    private final Guard guard;
    private final HttpServerResponse response;
    private boolean begun;
    private boolean closed;
    /** Whether the client had not read by the last comment. */
    private boolean slow;
    private long timer = -1;

    EventStream(Exchange exchange, Guard guard) {
        this.exchange = exchange;
        this.guard = guard;
        this.response = exchange.response();
    }

    /** One event; the JSON is brought to one line. */
    static Buffer event(String id, String name, byte[] json) {
        byte[] head = ("id: " + id + "\nevent: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8);
        return Buffer.buffer(head.length + json.length + 2).appendBytes(head).appendBytes(oneLine(json))
                .appendString("\n\n");
    }

    /** A line break in JSON can only stand between its parts, where a space does as well. */
    private static byte[] oneLine(byte[] json) {
        byte[] line = json.clone();
        for (int i = 0; i < line.length; i++) {
            if (line[i] == '\n' || line[i] == '\r') {
                line[i] = ' ';
            }
        }
        return line;
    }

    /**
     * Writes the head.
     *
     * @param drained called when the client has read what was sent, after {@link #full()}
     * @param revoked called when the key that let the client in does not any more; it then ends the stream
     */
    void begin(Runnable drained, Runnable revoked) {
        begun = true;
        response.setChunked(true).putHeader("Content-Type", MEDIA_TYPE).putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff").putHeader("X-Accel-Buffering", "no");
        timer = exchange.loop().vertx().setPeriodic(COMMENT_EVERY_MS, ignored -> comment(revoked));
        response.drainHandler(ignored -> drained.run());
    }

    boolean begun() {
        return begun;
    }

    /** Whether much of what was sent is still unread. */
    boolean full() {
        return response.writeQueueFull();
    }

    /** Whether the client still may listen. */
    boolean stands() {
        return guard.stands(exchange.caller());
    }

    void write(Buffer event) {
        if (!closed) {
            response.write(event);
        }
    }

    /** Keeps proxies from closing a quiet stream, and drops a client that has read nothing since the last time. */
    private void comment(Runnable revoked) {
        if (!stands()) {
            revoked.run();
        } else if (!full()) {
            slow = false;
            response.write(COMMENT);
        } else if (slow) {
            drop();
        } else {
            slow = true;
        }
    }

    /** Closes the connection, whatever the client has read. Who owns the stream is told by {@link Exchange#onGone}. */
    void drop() {
        close();
        exchange.request().connection().close();
    }

    /** Writes no more. */
    void close() {
        closed = true;
        exchange.loop().vertx().cancelTimer(timer);
    }

    /** Ends the answer in good order, if it has begun; else says that the server is stopping. */
    void end() {
        close();
        if (!begun) {
            exchange.fail(new Problem(ProblemType.NOT_READY, "the server is stopping", null));
        } else if (!exchange.over()) {
            response.end();
        }
    }
}
