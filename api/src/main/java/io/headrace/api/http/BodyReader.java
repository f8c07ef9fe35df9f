package io.headrace.api.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The reading of one body into memory, bounded in length and time. Lives on its loop's thread. */
public final class BodyReader implements EventLoop.Deadline {
    /** A body is in memory as it arrived, as it is read, and as it is handed on. */
    private static final int FORMS = 3;

    private final HttpCall call;
    private final HeldMemory held;
    private final int max;
    private final long nanos;
    private final Supplier<Problem> tooLong;
    private final Handler<byte[]> then;
    /** The only chunk so far, or all of them in one that this object owns. */
    private @Nullable Buffer read;
    private boolean owned;
    private boolean done;

    /** @param tooLong the answer to a body of more than {@code max} bytes */
    private BodyReader(HttpCall call, int max, Supplier<Problem> tooLong, Duration timeout, Handler<byte[]> then) {
        this.tooLong = tooLong;
        this.call = call;
        this.held = call.held();
        this.max = max;
        this.nanos = System.nanoTime() + timeout.toNanos();
        this.then = then;
    }

    /**
     * Reads the body, then goes on; answers with a problem when it is longer than {@code max} bytes or takes too long.
     * Must be called before the handler of the request returns.
     */
    static void read(HttpCall call, int max, Duration timeout, Handler<byte[]> then) {
        new BodyReader(call, max,
                () -> ProblemType.PAYLOAD_TOO_LARGE.problem("the body is longer than " + max + " bytes"), timeout, then)
                .start();
    }

    /** The same for the body of a job, whose payload has at most so many bytes. */
    public static void readJob(HttpCall call, int maxPayload, Duration timeout, Handler<byte[]> then) {
        int max = maxPayload + JsonIn.ENVELOPE_BYTES;
        new BodyReader(call, max, () -> JsonIn.bodyTooLong(max, maxPayload), timeout, then).start();
    }

    private void start() {
        if (call.body().declaredLength() > max) {
            throw tooLong.get();
        }
        call.body().permit();
        call.onDrop(this::refuse);
        call.loop().watch(this);
        call.request().exceptionHandler(ignored -> {
            finish();
            read = null;
            held.end();
        });
        call.request().handler(this::chunk);
        call.request().endHandler(ignored -> end());
        call.request().resume();
    }

    private void chunk(Buffer chunk) {
        if (done) {
            return;
        }
        if ((read == null ? 0 : read.length()) + (long) chunk.length() > max) {
            finish();
            read = null;
            held.shrink(0);
            call.fail(tooLong.get());
            return;
        }
        if (!held.more((long) chunk.length() * FORMS)) {
            refuse();
            return;
        }
        held.awaitClient();
        if (read == null) {
            read = chunk;
        } else if (owned) {
            read.appendBuffer(chunk);
        } else {
            read = Buffer.buffer(read.length() + chunk.length()).appendBuffer(read).appendBuffer(chunk);
            owned = true;
        }
    }

    private void refuse() {
        finish();
        read = null;
        held.shrink(0);
        call.fail(call.memory().refused("too much has been sent at once"));
    }

    private void end() {
        if (finish()) {
            held.awaitNobody();
            call.onDrop(call::cut);
            byte[] body = read == null ? new byte[0] : read.getBytes();
            read = null;
            call.guarded(() -> then.handle(body));
        }
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public void passed() {
        if (finish()) {
            call.fail(ProblemType.TIMEOUT.problem("the body did not arrive in time"));
            call.request().connection().close();
        }
    }

    private boolean finish() {
        boolean first = !done;
        done = true;
        call.loop().forget(this);
        return first;
    }
}
