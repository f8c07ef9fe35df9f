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

    private final HttpCall exchange;
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
    private BodyReader(HttpCall exchange, int max, Supplier<Problem> tooLong, Duration timeout, Handler<byte[]> then) {
        this.tooLong = tooLong;
        this.exchange = exchange;
        this.held = exchange.held();
        this.max = max;
        this.nanos = System.nanoTime() + timeout.toNanos();
        this.then = then;
    }

    /**
     * Reads the body, then goes on; answers with a problem when it is longer than {@code max} bytes or takes too long.
     * Must be called before the handler of the request returns.
     */
    static void read(HttpCall exchange, int max, Duration timeout, Handler<byte[]> then) {
        new BodyReader(exchange, max,
                () -> ProblemType.PAYLOAD_TOO_LARGE.problem("the body is longer than " + max + " bytes"), timeout, then)
                .start();
    }

    /** The same for the body of a job, whose payload has at most so many bytes. */
    public static void readJob(HttpCall exchange, int maxPayload, Duration timeout, Handler<byte[]> then) {
        int max = maxPayload + JsonIn.ENVELOPE_BYTES;
        new BodyReader(exchange, max, () -> JsonIn.bodyTooLong(max, maxPayload), timeout, then).start();
    }

    private void start() {
        if (exchange.body().declaredLength() > max) {
            throw tooLong.get();
        }
        exchange.body().permit();
        exchange.onDrop(this::refuse);
        exchange.loop().watch(this);
        exchange.request().exceptionHandler(ignored -> {
            finish();
            read = null;
            held.end();
        });
        exchange.request().handler(this::chunk);
        exchange.request().endHandler(ignored -> end());
        exchange.request().resume();
    }

    private void chunk(Buffer chunk) {
        if (done) {
            return;
        }
        if ((read == null ? 0 : read.length()) + (long) chunk.length() > max) {
            finish();
            read = null;
            held.shrink(0);
            exchange.fail(tooLong.get());
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
        exchange.fail(exchange.room().refused("too much has been sent at once"));
    }

    private void end() {
        if (finish()) {
            held.awaitNobody();
            exchange.onDrop(exchange::cut);
            byte[] body = read == null ? new byte[0] : read.getBytes();
            read = null;
            exchange.guarded(() -> then.handle(body));
        }
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public void passed() {
        if (finish()) {
            exchange.fail(ProblemType.TIMEOUT.problem("the body did not arrive in time"));
            exchange.request().connection().close();
        }
    }

    private boolean finish() {
        boolean first = !done;
        done = true;
        exchange.loop().forget(this);
        return first;
    }
}
