package io.headrace.api;

import io.headrace.Broker;
import io.headrace.BrokerOperator;
import io.headrace.BrokerOperator.Overview;
import io.headrace.ByteBudget;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What the calls share, on whichever loop they run.
 *
 * @param room how much of the memory clients may take
 * @param leaving whether the server is about to stop
 * @param overview the last look at everything; however many ask, one looks
 * @param serviceTimes how long jobs of a queue took lately
 * @param live what is looked at because somebody listens
 */
record Services(ApiConfig config, Broker broker, BrokerOperator operator, BlockingCalls blocking, Changes changes,
        Waiters waiters, ApiMeters meters, KnownQueues known, KeyRing keys, Passes passes, Guard guard, Audit audit,
        JobJson jobJson, Room room, Leaving leaving, Cached<Overview> overview,
        CachedByQueue<Optional<ServiceTime>> serviceTimes,
        Live live,
        Pings pings) {
    /** How old an overview may be; shorter than a second, as live listeners are told of a new one each second. */
    private static final Duration OVERVIEW_TTL = Duration.ofMillis(500);
    private static final Duration SERVICE_TIME_TTL = Duration.ofSeconds(5);

    /** All of them, new. */
    static Services of(ApiConfig config, Broker broker, BrokerOperator operator, MeterRegistry registry,
            Pings pings, ByteBudget budget) {
        Room room = new Room(budget, config.maxPayload());
        BlockingCalls blocking = new BlockingCalls(config.threads(), room);
        Waiters waiters = new Waiters(config.maxWaiters());
        KeyRing keys = new KeyRing(config.keys(), operator.access(), InstantSource.system());
        Passes passes = new Passes(operator.access(), keys);
        Changes changes = new Changes(broker, blocking, System::nanoTime);
        Cached<Overview> overview = Cached.costly(OVERVIEW_TTL, operator::overview);
        return new Services(config, broker, operator, blocking, changes,
                waiters, new ApiMeters(registry, waiters, room, config.metricsQueues()),
                new KnownQueues(config.closedQueues(), operator, blocking, System::nanoTime),
                keys, passes, new Guard(keys, passes, blocking), new Audit(operator.access()),
                new JobJson(config.redactor()), room, new Leaving(), overview,
                new CachedByQueue<>(SERVICE_TIME_TTL, queue -> ServiceTime.of(operator, queue)),
                new Live(broker, operator, overview, blocking, changes, System::currentTimeMillis), pings);
    }
}
