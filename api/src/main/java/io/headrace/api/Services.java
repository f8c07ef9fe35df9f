package io.headrace.api;

import io.headrace.Broker;
import io.headrace.BrokerOperator;
import io.headrace.BrokerOperator.Overview;
import java.time.Duration;

/**
 * What the calls share, on whichever loop they run.
 *
 * @param overview the last look at everything; however many ask, one looks
 */
record Services(ApiConfig config, Broker broker, BrokerOperator operator, BlockingCalls blocking, Changes changes,
        Waiters waiters, ApiMeters meters, KnownQueues known, Guard guard, Cached<Overview> overview) {
    /** How old an overview may be. */
    private static final Duration OVERVIEW_TTL = Duration.ofSeconds(1);

    Services(ApiConfig config, Broker broker, BrokerOperator operator, BlockingCalls blocking, Changes changes,
            Waiters waiters, ApiMeters meters, KnownQueues known, Guard guard) {
        this(config, broker, operator, blocking, changes, waiters, meters, known, guard,
                new Cached<>(OVERVIEW_TTL, operator::overview));
    }
}
