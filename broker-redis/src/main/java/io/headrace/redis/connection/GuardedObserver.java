package io.headrace.redis.connection;

import io.headrace.broker.BrokerObserver;
import java.time.Duration;

/**
 * Keeps what an observer throws away from calls to Redis, which have had their answer, and from whoever looks after an
 * outage.
 */
final class GuardedObserver implements BrokerObserver {
    private static final String WHERE = "observer of the broker";

    private final BrokerObserver observer;
    private final UnexpectedErrors unexpected;

    GuardedObserver(BrokerObserver observer, UnexpectedErrors unexpected) {
        this.observer = observer;
        this.unexpected = unexpected;
    }

    @Override
    public void roundTrip(Duration took) {
        try {
            observer.roundTrip(took);
        } catch (RuntimeException e) {
            unexpected.survived(WHERE, e);
        }
    }

    @Override
    public void away(String why) {
        try {
            observer.away(why);
        } catch (RuntimeException e) {
            unexpected.survived(WHERE, e);
        }
    }

    @Override
    public void back(Duration after) {
        try {
            observer.back(after);
        } catch (RuntimeException e) {
            unexpected.survived(WHERE, e);
        }
    }
}
