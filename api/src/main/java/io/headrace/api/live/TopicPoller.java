package io.headrace.api.live;

import io.headrace.access.Scope;
import io.headrace.api.http.BlockingCalls;
import io.headrace.api.http.Caller;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.Problem;
import io.vertx.core.Vertx;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one topic once a second while somebody listens, and tells all of them: one look and one writing of it,
 * however many they are. A look that takes longer than a second is not overtaken. Thread-safe; this object's monitor
 * guards what is not final, and is never held over a look.
 */
public final class TopicPoller {
    /** One that hears snapshots, on its loop. */
    public interface Listener {
        EventLoop loop();

        /** Who must not be told of queues that it may not see. */
        Caller caller();

        void hear(Snapshot snapshot);

        /** Writes the form in which it will tell of this, so that its loop need not; called before {@link #hear}. */
        void write(Snapshot snapshot);
    }

    /** What a look found. */
    interface View {
        /**
         * The part of it that a caller may see, the same for every caller of the same scope. Asks the broker nothing.
         */
        byte[] json(Caller caller);
    }

    static final long PERIOD_MS = 1_000;

    private final String topic;
    private final String event;
    private final Callable<View> look;
    private final BlockingCalls blocking;
    private final LongSupplier millis;
    private final Set<Listener> listeners = new LinkedHashSet<>();
    private @Nullable Look last;
    private @Nullable Vertx vertx;
    private long timer;
    private boolean looking;

    /** @param event the name of what is told when a look succeeds */
    TopicPoller(String topic, String event, Callable<View> look, BlockingCalls blocking, LongSupplier millis) {
        this.topic = topic;
        this.event = event;
        this.look = look;
        this.blocking = blocking;
        this.millis = millis;
    }

    /** One look, and what was written from it, once for each scope. */
    private final class Look {
        private final long at = millis.getAsLong();
        private final Map<Scope, Snapshot> snapshots = new ConcurrentHashMap<>();
        /** Forgotten when there is a newer one: what it told is kept by its snapshots as long as they are needed. */
        private volatile @Nullable Look before;
        private @Nullable View view;
        private @Nullable Problem problem;

        Look(@Nullable Look before) {
            this.before = before;
            try {
                view = look.call();
            } catch (Exception e) {
                problem = Problem.of(e);
            }
        }

        void tell(Listener listener) {
            Snapshot snapshot = snapshots.computeIfAbsent(listener.caller().scope(),
                    ignored -> snapshot(listener.caller()));
            listener.write(snapshot);
            listener.loop().post(() -> listener.hear(snapshot));
        }

        private Snapshot snapshot(Caller caller) {
            if (problem == null && view != null) {
                try {
                    Look earlier = before;
                    return Snapshot.of(topic, event, at, view.json(caller),
                            earlier == null ? null : earlier.snapshots.get(caller.scope()));
                } catch (RuntimeException e) {
                    return Snapshot.of(topic, at, Problem.of(e));
                }
            }
            return Snapshot.of(topic, at, problem == null ? Problem.of(new IllegalStateException("no view")) : problem);
        }
    }

    /** Tells the newest state soon, and then every second. */
    void join(Listener listener) {
        Look fresh;
        synchronized (this) {
            listeners.add(listener);
            if (listeners.size() == 1) {
                Vertx on = listener.loop().vertx();
                vertx = on;
                timer = on.setPeriodic(PERIOD_MS, ignored -> poll());
            }
            fresh = last;
        }
        if (fresh == null) {
            poll();
        } else {
            blocking.run(() -> fresh.tell(listener)); // if there is no room, it hears the next
        }
    }

    /** Tells no more; a snapshot on its way may still arrive. */
    synchronized void leave(Listener listener) {
        if (listeners.remove(listener) && listeners.isEmpty() && vertx != null) {
            vertx.cancelTimer(timer);
            last = null;
        }
    }

    synchronized boolean idle() {
        return listeners.isEmpty();
    }

    private void poll() {
        synchronized (this) {
            if (looking) {
                return;
            }
            looking = true;
        }
        if (!blocking.run(this::look)) {
            looked();
        }
    }

    private void look() {
        Look now;
        Look before;
        synchronized (this) {
            before = last;
        }
        if (before != null) {
            before.before = null;
        }
        try {
            now = new Look(before);
        } finally { // after an Error as well there must be a next look
            looked();
        }
        List<Listener> all;
        synchronized (this) {
            last = listeners.isEmpty() ? null : now;
            all = List.copyOf(listeners);
        }
        all.forEach(now::tell);
    }

    private synchronized void looked() {
        looking = false;
    }
}
