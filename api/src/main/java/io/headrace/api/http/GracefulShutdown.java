package io.headrace.api.http;

import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The steps in which a server stops without losing a request: every answer says {@code Connection: close}, so that
 * clients that send one request after the other go elsewhere without losing one; then it stops listening, and the
 * connections that are still open are idle ones. Thread-safe; driven by the thread that closes the server.
 */
public final class GracefulShutdown {
    /** How long answers are kept back around the moment at which the listener closes. */
    private static final long HOLD_MS = 200;
    private static final long LOOK_MS = 5;

    private volatile boolean begun;
    private volatile boolean holding;
    private volatile @Nullable Channel listener;

    /** Called for each connection, with the channel that accepted it. */
    public void accepted(@Nullable Channel by) {
        if (listener == null) {
            listener = by;
        }
    }

    /** From now on answers end their connections. */
    public void begin() {
        begun = true;
    }

    public boolean begun() {
        return begun;
    }

    /** Whether answers wait for a moment. */
    boolean holding() {
        return holding;
    }

    /**
     * Stops listening, at a moment when nobody connects: a client whose answer is kept back does not come again, and a
     * connection that waits to be accepted when the listener closes would be reset with its request.
     */
    public void stopListening() {
        Channel open = listener;
        if (open == null) {
            return; // nobody ever came
        }
        holding = true;
        try {
            rest(HOLD_MS, () -> false);
            open.close().awaitUninterruptibly(HOLD_MS);
        } finally {
            holding = false;
        }
    }

    /** Waits until something is so, not longer than a time; less when the thread is interrupted. */
    public static void rest(long atMostMs, BooleanSupplier until) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(atMostMs);
        while (!until.getAsBoolean() && System.nanoTime() - end < 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MS));
        }
    }
}
