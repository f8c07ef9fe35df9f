package io.headrace.worker;

import io.headrace.Broker;
import io.headrace.HeadraceException;
import io.headrace.Subscription;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears within moments that somebody cancels a job that runs here, and has the lease keeper ask whether it is true; it stops the
 * handler. Should it not be possible to listen, the lease keeper finds the same out at its next renewal. Subscribes on a thread of its own, {@code headrace-cancel}.
 */
final class Cancellations {
    private static final Logger log = LoggerFactory.getLogger(Cancellations.class);

    private final Broker broker;
    private final WorkerConfig config;
    private final LeaseKeeper leaseKeeper;
    private final Subscriber subscriber;
    /** Used by the subscriber's thread only. */
    private boolean complained;

    Cancellations(Broker broker, WorkerConfig config, LeaseKeeper leaseKeeper, Clocks clocks, Breakdown breakdown) {
        this.broker = broker;
        this.config = config;
        this.leaseKeeper = leaseKeeper;
        this.subscriber = new Subscriber("headrace-cancel", this::listen, this::failed, clocks, breakdown);
    }

    void start() {
        subscriber.start();
    }

    void stop() {
        subscriber.stop();
    }

    /** Subscribes; once that is done, there is nothing more to do. */
    long turn() {
        return subscriber.turn();
    }

    private Subscription listen() {
        return broker.onCancel(config.queueNames(), leaseKeeper::doubt);
    }

    private void failed(HeadraceException e) {
        if (!complained) {
            complained = true;
            log.warn("cannot listen for cancellations; until then they are noticed when leases are renewed error={}",
                    e.getMessage());
        }
    }
}
