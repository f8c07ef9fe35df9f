package io.headrace.cli.server;

import io.headrace.Durations;
import io.headrace.broker.BrokerObserver;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log of an api when its broker goes away and when it is back, in a line each. A worker tells that by itself.
 */
final class OutageLog implements BrokerObserver {
    private static final Logger LOG = LoggerFactory.getLogger(OutageLog.class);

    private final BrokerObserver next;

    /** @param next hears of round trips */
    OutageLog(BrokerObserver next) {
        this.next = next;
    }

    @Override
    public void roundTrip(Duration took) {
        next.roundTrip(took);
    }

    @Override
    public void away(String why) {
        LOG.warn("broker unreachable; calls are refused until it answers again error={}", why);
    }

    @Override
    public void back(Duration after) {
        LOG.info("broker reachable again after={}", Durations.format(Duration.ofMillis(after.toMillis())));
    }
}
