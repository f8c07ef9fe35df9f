package io.headrace.api.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop, and the way onto it. What other threads hand over is run in one go, so that a flush of the broker
 * that answers hundreds of submissions wakes the loop once.
 */
public final class EventLoop {
    /** Something that must come to an end in time. Lives on the loop's thread. */
    public interface Deadline {
        /** By {@link System#nanoTime}. */
        long nanos();

        /** The time is up. */
        void passed();
    }

    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final long SWEEP_MS = 200;
    /** How many hand-overs run before other events of the loop get their turn. */
    private static final int MAX_RUN = 512;
    /** A client that has kept the server waiting for less is not slow. */
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Vertx vertx;
    private final Context context;
    private final ClientMemory memory;
    private final UnidentifiedConnections unidentified = new UnidentifiedConnections(this);
    /** Filled by any thread, drained by the loop. */
    private final Queue<Runnable> handedOver = new ConcurrentLinkedQueue<>();
    /** Whether a drain is under way or scheduled. */
    private final AtomicBoolean draining = new AtomicBoolean();
    /** In the order in which they were added; touched by the loop's thread only. */
    private final Set<Deadline> deadlines = new LinkedHashSet<>();
    /** How many requests had been refused by the last sweep. */
    private long refusalsSeen;
    /** Those whose clients are to send or to read on; touched by the loop's thread only. */
    private final Set<HeldMemory> awaited = new LinkedHashSet<>();

    /** Called on the loop's thread. */
    public EventLoop(Vertx vertx, Context context, ClientMemory memory) {
        this.memory = memory;
        this.vertx = vertx;
        this.context = context;
        vertx.setPeriodic(SWEEP_MS, ignored -> sweep());
    }

    /** The connections of strangers. */
    public UnidentifiedConnections unidentified() {
        return unidentified;
    }

    public Vertx vertx() {
        return vertx;
    }

    /** How much memory clients may take, on all loops together. */
    ClientMemory memory() {
        return memory;
    }

    /** Runs something on this loop soon; called by any thread. */
    public void post(Runnable work) {
        handedOver.add(work);
        if (draining.compareAndSet(false, true)) {
            context.runOnContext(ignored -> drain());
        }
    }

    private void drain() {
        try {
            for (int i = 0; i < MAX_RUN; i++) {
                Runnable work = handedOver.poll();
                if (work == null) {
                    break;
                }
                run(work);
            }
        } finally { // an Error while another one is told must not end the draining for good
            draining.set(false);
            if (!handedOver.isEmpty() && draining.compareAndSet(false, true)) {
                context.runOnContext(ignored -> drain());
            }
        }
    }

    /** Whatever one piece of work throws, the others still run. */
    private static void run(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOG.error("a step of a request failed; its client gets no answer", e);
        }
    }

    /**
     * Watches a deadline; all that are watched at a time should allow about the same time, as the sweep stops at the
     * first that is not due. On the loop's thread only.
     */
    public void watch(Deadline deadline) {
        deadlines.add(deadline);
    }

    /** Stops watching; does nothing when it was not watched. On the loop's thread only. */
    public void forget(Deadline deadline) {
        deadlines.remove(deadline);
    }

    void awaits(HeldMemory held) {
        awaited.add(held);
    }

    void awaitsNoMore(HeldMemory held) {
        awaited.remove(held);
    }

    /**
     * Drops the client that holds the most of those on this loop that keep it waiting. On the loop's thread only.
     *
     * @param asking is not the one; null for nobody
     * @return whether there was one
     */
    boolean dropSlowest(@Nullable HeldMemory asking) {
        HeldMemory most = null;
        for (HeldMemory held : awaited) {
            if (held != asking && held.keptWaiting(SLOW_NANOS) && (most == null || held.bytes() > most.bytes())) {
                most = held;
            }
        }
        if (most == null) {
            return false;
        }
        run(most::drop);
        return true;
    }

    private void sweep() {
        long now = System.nanoTime();
        Deque<Deadline> due = new ArrayDeque<>();
        for (Iterator<Deadline> all = deadlines.iterator(); all.hasNext();) {
            Deadline next = all.next();
            if (next.nanos() - now > 0) {
                break;
            }
            all.remove();
            due.add(next);
        }
        due.forEach(deadline -> run(deadline::passed));
        boolean wanted = memory.refusals() != refusalsSeen;
        refusalsSeen = memory.refusals();
        if (wanted || memory.overdrawn()) {
            dropSlowest(null); // somebody was refused, here or on another loop: whoever comes again finds room
        }
    }

    /** A deadline this far from now. */
    public static long nanosFromNow(java.time.Duration duration) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(duration.toMillis());
    }
}
