package io.headrace.worker;

import io.headrace.Broker;
import io.headrace.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears within moments that an operator wishes something of this worker, and has the lease keeper ask what. Should it not be
 * possible to listen, the next heartbeat tells the same. Subscribes on a thread of its own, {@code headrace-wish}.
 */
final class Wishes {
    private static final Logger log = LoggerFactory.getLogger(Wishes.class);

    private final Broker broker;
    private final WorkerConfig config;
    private final LeaseKeeper leaseKeeper;
    private final Subscriber subscriber;

    Wishes(Broker broker, WorkerConfig config, LeaseKeeper leaseKeeper, Clocks clocks, Breakdown breakdown) {
        this.broker = broker;
        this.config = config;
        this.leaseKeeper = leaseKeeper;
        this.subscriber = new Subscriber("headrace-wish", this::listen,
                e -> log.debug("cannot listen for wishes of operators; heartbeats tell them", e), clocks, breakdown);
    }

    void start() {
        subscriber.start();
    }

    void stop() {
        subscriber.stop();
    }

    private Subscription listen() {
        Subscription made = broker.onWish(config.id(), leaseKeeper::beatSoon);
        leaseKeeper.beatSoon(); // for what was wished before
        return made;
    }
}
