package io.headrace.api.http;

import io.vertx.core.Future;

/**
 * The memory that one client takes of {@link ClientMemory}: its body while it arrives and until the broker has taken
 * it, and what it was sent and has not read. When the budget is spent, the client that holds the most of those that
 * keep the server waiting for more than a second is dropped. Lives on its loop's thread.
 */
public final class HeldMemory {
    private final ClientMemory memory;
    private final EventLoop loop;
    private final Runnable drop;
    private long bytes;
    /** By {@link System#nanoTime}, when the client's turn began; only while {@link #waiting}. */
    private long since;
    private boolean waiting;
    /** Whether the broker has what is held, so that it stays in memory whatever becomes of the client. */
    private boolean lent;
    private boolean gone;

    /** @param drop closes the connection; called at most once, when what is held has been given back */
    public HeldMemory(ClientMemory memory, EventLoop loop, Runnable drop) {
        this.memory = memory;
        this.loop = loop;
        this.drop = drop;
    }

    /**
     * Takes more, if need be at the cost of a slower client.
     *
     * @return whether there was room
     */
    public boolean more(long more) {
        while (!memory.tryTake(more)) {
            if (!loop.dropSlowest(this)) {
                return false;
            }
        }
        bytes += more;
        return true;
    }

    /** Counts what waits until the client has read something else. */
    void waits(long length) {
        memory.take(length);
        bytes += length;
        awaitClient();
    }

    /** Counts what is being written to the client, until it has been. */
    public void sent(long length, Future<Void> sent) {
        if (sent.isComplete()) {
            return;
        }
        waits(length);
        sent.onComplete(ignored -> less(length));
        while (memory.overdrawn() && loop.dropSlowest(this)) {
            // until there is room again, or nobody is slow
        }
    }

    /** Gives some back; the rest still waits for whom it waited. */
    public void less(long less) {
        long given = Math.min(less, bytes);
        bytes -= given;
        memory.give(given);
        if (bytes == 0) {
            awaitNobody();
        }
    }

    /** Gives back all but so much. */
    void shrink(long rest) {
        less(Math.max(0, bytes - rest));
    }

    /** From now on it is the client's turn. */
    public void awaitClient() {
        if (!waiting && !gone) {
            waiting = true;
            since = System.nanoTime();
            loop.awaits(this);
        }
    }

    /** It is not the client's turn any more. */
    public void awaitNobody() {
        if (waiting) {
            waiting = false;
            loop.awaitsNoMore(this);
        }
    }

    /** The broker has it now. */
    public void lend() {
        awaitNobody();
        lent = true;
    }

    /** The broker has answered. */
    public void takeBack() {
        lent = false;
        if (gone) {
            shrink(0);
        }
    }

    /** The client is gone, or its answer is complete. */
    public void end() {
        gone = true;
        awaitNobody();
        if (!lent) {
            shrink(0);
        }
    }

    public long bytes() {
        return bytes;
    }

    boolean keptWaiting(long nanos) {
        return waiting && bytes > 0 && System.nanoTime() - since > nanos;
    }

    /** Called by the loop, when others need the room. */
    void drop() {
        memory.count(ClientMemory.Shed.CLIENT);
        end();
        drop.run();
    }
}
