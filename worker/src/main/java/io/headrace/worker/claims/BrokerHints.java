package io.headrace.worker.claims;

import io.headrace.HeadraceException;
import io.headrace.Subscription;
import io.headrace.broker.Broker;
import io.headrace.worker.attempts.WorkerConfig;
import io.headrace.worker.attempts.WorkerParts;
import io.headrace.worker.threads.Clocks;
import io.headrace.worker.threads.Pacing;
import io.headrace.worker.threads.RoleThread;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears within moments that somebody cancels a job that runs here, or that an operator steers this worker,
 * and has the lease keeper ask whether it is true. Where it is not possible to listen, the next renewal and heartbeat
 * tell the same. Subscribes on threads of their own, {@code headrace-cancel} and {@code headrace-wish}.
 */
public final class BrokerHints {
    private static final Logger log = LoggerFactory.getLogger(BrokerHints.class);

    private final Broker broker;
    private final WorkerConfig config;
    private final LeaseKeeper leaseKeeper;
    private final Hint cancellations;
    private final Hint steers;
    /** Used by the thread of cancellations only. */
    private boolean complained;

    public BrokerHints(WorkerParts parts, LeaseKeeper leaseKeeper) {
        this.broker = parts.broker();
        this.config = parts.config();
        this.leaseKeeper = leaseKeeper;
        this.cancellations = new Hint("headrace-cancel", this::listenForCancellations, this::complain, parts);
        this.steers = new Hint("headrace-wish", this::listenForSteers,
                e -> log.debug("cannot listen for wishes of operators; heartbeats tell them", e), parts);
    }

    public void start() {
        cancellations.thread.start();
        steers.thread.start();
    }

    public void stop() {
        cancellations.stop();
        steers.stop();
    }

    /** Subscribes to cancellations; once that is done, there is nothing more to do. */
    public long turn() {
        return cancellations.turn();
    }

    private Subscription listenForCancellations() {
        return broker.onCancel(config.queueNames(), leaseKeeper::doubt);
    }

    private Subscription listenForSteers() {
        Subscription made = broker.onSteer(config.id(), leaseKeeper::beatSoon);
        leaseKeeper.beatSoon(); // for what was asked before
        return made;
    }

    private void complain(HeadraceException e) {
        if (!complained) {
            complained = true;
            log.warn("cannot listen for cancellations; until then they are noticed when leases are renewed error={}",
                    e.getMessage());
        }
    }

    /**
     * One kind of hint, subscribed to until that succeeds. Subscribing may block, so it has a thread of its own, which
     * waits for ever once it has succeeded; the subscription is guarded by {@code this}.
     */
    private static final class Hint {
        private final Supplier<Subscription> subscribe;
        private final Consumer<HeadraceException> failed;
        private final Pacing pacing;
        private final RoleThread thread;
        private @Nullable Subscription subscription;
        private boolean closed;

        /** @param failed hears of every try that failed */
        Hint(String threadName, Supplier<Subscription> subscribe, Consumer<HeadraceException> failed,
                WorkerParts parts) {
            this.subscribe = subscribe;
            this.failed = failed;
            this.pacing = new Pacing(parts.clocks().random());
            this.thread = new RoleThread(threadName, true, parts.breakdown(), this::turn);
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
}
