package io.headrace.api;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** The reading of one body into memory, bounded in length and time. Lives on its loop's thread. */
final class BodyRead implements Loop.Deadline {
    private final Exchange exchange;
    private final int max;
    private final long nanos;
    private final Handler<byte[]> then;
    /** The only chunk so far, or all of them in one that this object owns. */
    private @Nullable Buffer read;
    private boolean owned;
    private boolean done;

    BodyRead(Exchange exchange, int max, long timeoutNanos, Handler<byte[]> then) {
        this.exchange = exchange;
        this.max = max;
        this.nanos = System.nanoTime() + timeoutNanos;
        this.then = then;
    }

    void start() {
        long declared = exchange.header("Content-Length").map(Long::parseLong).orElse(0L);
        if (declared > max) {
            throw tooLong();
        }
        exchange.permitBody();
        exchange.loop().watch(this);
        exchange.request().exceptionHandler(ignored -> finish());
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
            exchange.fail(tooLong());
            return;
        }
        if (read == null) {
            read = chunk;
        } else if (owned) {
            read.appendBuffer(chunk);
        } else {
            read = Buffer.buffer(read.length() + chunk.length()).appendBuffer(read).appendBuffer(chunk);
            owned = true;
        }
    }

    private void end() {
        if (finish()) {
            exchange.guarded(() -> then.handle(read == null ? new byte[0] : read.getBytes()));
        }
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public void passed() {
        if (finish()) {
            exchange.fail(new Problem(ProblemType.TIMEOUT, "the body did not arrive in time", null));
            exchange.request().connection().close();
        }
    }

    private boolean finish() {
        boolean first = !done;
        done = true;
        exchange.loop().forget(this);
        return first;
    }

    private Problem tooLong() {
        return new Problem(ProblemType.PAYLOAD_TOO_LARGE, "the body is longer than " + max + " bytes", null);
    }
}
