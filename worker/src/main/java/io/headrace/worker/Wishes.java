package io.headrace.worker;

import io.headrace.Broker;
import io.headrace.HeadraceException;
import io.headrace.Subscription;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears within moments that an operator wishes something of this worker, and has the lease keeper ask what. Should it not be
 * possible to listen, the next heartbeat tells the same. Subscribing may block, so it has a thread of its own,
 * {@code headrace-wish}, which waits for ever once it has succeeded; the subscription is guarded by {@code this}.
 */
final class Wishes {
    private static final Logger log = LoggerFactory.getLogger(Wishes.class);

    private final Broker broker;
    private final WorkerConfig config;
    private final LeaseKeeper leaseKeeper;
    private final Pacing pacing;
    private final RoleThread thread = new RoleThread("headrace-wish", true, this::turn);
    private @Nullable Subscription subscription;
    private boolean closed;

    Wishes(Broker broker, WorkerConfig config, LeaseKeeper leaseKeeper, Clocks clocks) {
        this.broker = broker;
        this.config = config;
        this.leaseKeeper = leaseKeeper;
        this.pacing = new Pacing(clocks.random());
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
            keep(broker.onWish(config.id(), leaseKeeper::beatSoon));
            leaseKeeper.beatSoon(); // for what was wished before
            return Clocks.NEVER;
        } catch (HeadraceException e) {
            log.debug("cannot listen for wishes of operators; heartbeats tell them", e);
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
