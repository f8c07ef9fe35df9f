package io.headrace.api.live;

import io.headrace.api.http.HeldMemory;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Waiters;
import io.headrace.api.metrics.ListenerKind;
import io.headrace.format.Gzip;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is a stream of server-sent events, from the place that it takes among those who listen until it gives
 * that back: when its source ends it, its client goes away or stops reading, the client may not listen any more, or the
 * server stops. Lives on its loop's thread.
 */
public final class EventStream {
    public static final String MEDIA_TYPE = "text/event-stream";

    /** What is told. */
    interface Source {
        /** The client has read what it was sent, after the stream was {@link EventStream#full()}. */
        default void drained() {}

        /** Nobody listens any more; called once. */
        void stop();
    }

    /** How often it is asked whether the client still may listen. */
    private static final long SWEEP_MS = 2_000;
    private static final int SWEEPS_TO_COMMENT = 7;

    private final HttpCall call;
    private final LiveAdmission admission;
    private final ListenerKind kind;
    private final Source source;
    private final HttpServerResponse response;
    private final HeldMemory held;
    private final Runnable ender;
    /** What is sent compressed, null when the client does not read that. */
    private final @Nullable Gzip gzip;
    private boolean begun;
    private boolean closed;
    /** Whether the client had not read by the last comment. */
    private boolean slow;
    private long timer = -1;
    private int sweeps;

    EventStream(HttpCall call, LiveAdmission admission, ListenerKind kind, Source source) {
        this.call = call;
        this.admission = admission;
        this.kind = kind;
        this.source = source;
        this.response = call.response();
        this.held = call.held();
        this.gzip = call.takesGzip() ? new Gzip() : null;
        this.ender = () -> call.loop().post(this::end);
    }

    /**
     * Takes a place; the answer begins with the first event.
     *
     * @return whether the client is still there
     * @throws Problem {@code overloaded} when there is no place
     */
    boolean open() {
        if (!admission.waiters().enter(call.caller(), ender)) {
            throw Waiters.full();
        }
        admission.meters().joined(kind);
        call.onGone(this::close);
        return !closed;
    }

    boolean begun() {
        return begun;
    }

    boolean closed() {
        return closed;
    }

    /** Whether much of what was sent is still unread. */
    boolean full() {
        return response.writeQueueFull();
    }

    /** Whether nothing more should be sent to anybody now, as too much is unread. */
    boolean crowded() {
        return call.memory().spent();
    }

    /** Whether events travel in their packed form. */
    boolean packs() {
        return gzip != null;
    }

    void write(StreamEvent event) {
        if (closed) {
            return;
        }
        if (!begun) {
            begin();
        }
        byte[] bytes = event.plain();
        if (gzip != null) {
            gzip.add(bytes);
            bytes = event.packed();
        }
        held.sent(bytes.length, response.write(Buffer.buffer(bytes)));
    }

    private void begin() {
        begun = true;
        response.setChunked(true).putHeader("Content-Type", MEDIA_TYPE).putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff").putHeader("X-Accel-Buffering", "no")
                .putHeader("Vary", "Accept-Encoding");
        if (gzip != null) {
            response.putHeader("Content-Encoding", Gzip.NAME);
            response.write(Buffer.buffer(gzip.head()));
        }
        timer = call.loop().vertx().setPeriodic(SWEEP_MS, ignored -> sweep());
        response.drainHandler(ignored -> source.drained());
    }

    private void sweep() {
        if (!admission.guard().stands(call.caller())) {
            end(); // whoever comes again is told why
        } else if (++sweeps % SWEEPS_TO_COMMENT == 0) {
            comment();
        }
    }

    /** Keeps proxies from closing a quiet stream, and drops a client that has read nothing since the last time. */
    private void comment() {
        if (!full()) {
            slow = false;
            write(StreamEvent.COMMENT);
        } else if (slow) {
            drop();
        } else {
            slow = true;
        }
    }

    /** Answers with a problem, as there is no stream. */
    void refuse(Throwable why) {
        close();
        call.fail(why);
    }

    /** Closes the connection, whatever the client has read. */
    void drop() {
        close();
        call.cut();
    }

    /** Ends the answer in good order, if it has begun; else says that the server is stopping. */
    void end() {
        if (closed) {
            return;
        }
        close();
        if (!begun) {
            call.fail(ProblemType.NOT_READY.problem("the server is stopping"));
        } else if (!call.over()) {
            call.takeLeave();
            if (gzip == null) {
                response.end();
            } else {
                response.end(Buffer.buffer(gzip.tail()));
            }
        }
    }

    /** Gives the place back and writes no more. */
    private void close() {
        if (!closed) {
            closed = true;
            call.loop().vertx().cancelTimer(timer);
            held.end();
            source.stop();
            admission.waiters().leave(ender);
            admission.meters().left(kind);
        }
    }
}
