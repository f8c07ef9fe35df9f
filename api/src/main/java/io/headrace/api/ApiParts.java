package io.headrace.api;

import io.headrace.broker.Broker;
import io.headrace.broker.BrokerOperator.Overview;
import io.headrace.broker.BrokerOperator;
import io.headrace.runtime.ByteBudget;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;

/** What one server has one of, whatever the loop; {@link Routes} gives each call what it needs of it. */
final class ApiParts {
    /** How old an overview may be; shorter than a second, as live listeners are told of a new one each second. */
    private static final Duration OVERVIEW_TTL = Duration.ofMillis(500);

    final ApiConfig config;
    final Broker broker;
    final BrokerOperator operator;
    final Pings pings;
    /** How much of the memory clients may take. */
    final Room room;
    final BlockingCalls blocking;
    final Waiters waiters;
    /** Whether the server is about to stop. */
    final Leaving leaving = new Leaving();
    final KeyRing keys;
    final Passes passes;
    final Guard guard;
    final Changes changes;
    /** The last look at everything; however many ask, one looks. */
    final Cached<Overview> overview;
    final ApiMeters meters;
    /** What is looked at because somebody listens. */
    final Live live;

    ApiParts(ApiConfig config, Broker broker, BrokerOperator operator, MeterRegistry registry, Pings pings,
            ByteBudget budget) {
        this.config = config;
        this.broker = broker;
        this.operator = operator;
        this.pings = pings;
        this.room = new Room(budget, config.maxPayload());
        this.blocking = new BlockingCalls(config.threads(), room);
        this.waiters = new Waiters(config.maxWaiters());
        this.keys = new KeyRing(config.keys().all(), operator.access(), InstantSource.system());
        this.passes = new Passes(operator.access(), keys);
        this.guard = new Guard(keys, passes, blocking);
        this.changes = new Changes(broker, blocking, System::nanoTime);
        this.overview = Cached.costly(OVERVIEW_TTL, operator::overview);
        this.meters = new ApiMeters(registry, waiters, room, config.metricsQueues());
        this.live = new Live(broker, operator, overview, blocking, changes, System::currentTimeMillis);
    }
}
