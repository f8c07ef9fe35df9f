package io.headrace.api.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The reading of one body into memory, bounded in length and time. Lives on its loop's thread. */
final class BodyReader implements EventLoop.Deadline {
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
    BodyReader(HttpCall exchange, int max, Supplier<Problem> tooLong, long timeoutNanos, Handler<byte[]> then) {
        this.tooLong = tooLong;
        this.exchange = exchange;
        this.held = exchange.held();
        this.max = max;
        this.nanos = System.nanoTime() + timeoutNanos;
        this.then = then;
    }

    void start() {
        long declared = exchange.header("Content-Length").map(Long::parseLong).orElse(0L);
        if (declared > max) {
            throw tooLong.get();
        }
        exchange.permitBody();
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
