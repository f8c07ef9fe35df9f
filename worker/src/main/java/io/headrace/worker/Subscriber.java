package io.headrace.worker;

import io.headrace.HeadraceException;
import io.headrace.Subscription;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Subscribes to hints of the broker, trying again until it could. Subscribing may block, so it has a thread of its own, which
 * waits for ever once it has succeeded; the subscription is guarded by {@code this}.
 */
final class Subscriber {
    private final Supplier<Subscription> subscribe;
    private final Consumer<HeadraceException> failed;
    private final Pacing pacing;
    private final RoleThread thread;
    private @Nullable Subscription subscription;
    private boolean closed;

    /**
     * @param threadName of the thread that {@code subscribe} and {@code failed} are called on
     * @param failed hears of every try that failed
     */
    Subscriber(String threadName, Supplier<Subscription> subscribe, Consumer<HeadraceException> failed, Clocks clocks,
            Breakdown breakdown) {
        this.subscribe = subscribe;
        this.failed = failed;
        this.pacing = new Pacing(clocks.random());
        this.thread = new RoleThread(threadName, true, breakdown, this::turn);
    }

    void start() {
        thread.start();
    }

    void stop() {
        thread.stop();
        synchronized (this) {
            closed = true;
            if (subscription != null) {
                subscription.close();
            }
        }
    }

    /** Subscribes; once that is done, there is nothing more to do. */
    long turn() {
        try {
            keep(subscribe.get());
            return Clocks.NEVER;
        } catch (HeadraceException e) {
            failed.accept(e);
            return pacing.failed();
        }
    }

    private synchronized void keep(Subscription made) {
        if (closed) {
            made.close();
        } else {
            subscription = made;
        }
    }
}
