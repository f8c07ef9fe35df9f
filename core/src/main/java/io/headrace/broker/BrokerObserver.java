package io.headrace.broker;

import java.time.Duration;

/** Hears how a broker is doing. Called on the broker's threads: return at once, throw nothing. */
public interface BrokerObserver {
    /** Hears nothing. */
    BrokerObserver NONE = took -> {};

    /** One round trip to the broker took this long; waits for work are left out. */
    void roundTrip(Duration took);

    /** The broker has gone away; told once an outage, by the first call that noticed. */
    default void away(String why) {}

    /** The broker answers again, so long after it went. */
    default void back(Duration after) {}
}
