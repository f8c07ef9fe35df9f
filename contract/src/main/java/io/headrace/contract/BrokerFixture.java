package io.headrace.contract;

import io.headrace.JobId;
import io.headrace.broker.Broker;
import io.headrace.broker.Lease;
import java.time.Duration;

/**
 * What {@link BrokerContract} needs from a broker under test, beyond the broker: ways to make time pass without waiting
 * for it. Every test uses queues of its own, so fixtures may share one store, and one connection to it.
 */
public interface BrokerFixture extends AutoCloseable {
    /** The broker. The same one at every call. */
    Broker broker();

    /** The same store as another process would reach it; may be {@link #broker()} where there are no connections. */
    Broker another();

    /**
     * Makes a lease that stands older, as if its worker had been silent for so long by now. On Redis:
     * {@code XCLAIM … IDLE ms JUSTID} for the token's entry and worker, which keeps the delivery count.
     */
    void silence(Lease lease, Duration howLong);

    /**
     * Makes a job at rest fall due now; it stays at rest until it is promoted. On Redis: its score in the index of due
     * times becomes the present.
     */
    void makeDue(JobId id);

    /**
     * Lets those who listen hear that a job is to be cancelled, as anybody can say who can reach the store; nothing is
     * stored. On Redis: a message on the channel of cancellations.
     */
    void rumour(JobId id);

    /** Lets the broker's clock go on by at least two milliseconds. */
    void tick();

    /** Frees what this fixture alone uses. */
    @Override
    void close();
}
