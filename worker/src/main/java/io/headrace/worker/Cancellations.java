package io.headrace.worker;

import io.headrace.Broker;
import io.headrace.HeadraceException;
import io.headrace.Subscription;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops handlers whose jobs somebody cancels, within moments: the broker calls back. Should it not be possible to listen, the
 * lease keeper finds the same out at its next renewal. Subscribing may block, so it has a thread of its own,
 * {@code headrace-cancel}, which waits for ever once it has succeeded; the subscription is guarded by {@code this}.
 */
final class Cancellations {
    private static final Logger log = LoggerFactory.getLogger(Cancellations.class);

    private final Broker broker;
    private final WorkerConfig config;
    private final InFlight inFlight;
    private final Interrupter interrupter;
    private final Pacing pacing;
    private final RoleThread thread = new RoleThread("headrace-cancel", true, this::turn);
    private @Nullable Subscription subscription;
    private boolean closed;
    /** Used by the thread only. */
    private boolean complained;

    Cancellations(Broker broker, WorkerConfig config, InFlight inFlight, Interrupter interrupter, Clocks clocks) {
        this.broker = broker;
        this.config = config;
        this.inFlight = inFlight;
        this.interrupter = interrupter;
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
            keep(broker.onCancel(config.queueNames(),
                    job -> inFlight.of(job).forEach(attempt -> interrupter.stop(attempt, Stop.CANCELLED))));
            return Clocks.NEVER;
        } catch (HeadraceException e) {
            if (!complained) {
                complained = true;
                log.warn(
                        "cannot listen for cancellations; until then they are noticed when leases are renewed error={}",
                        e.getMessage());
            }
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
