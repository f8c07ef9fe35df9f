package io.headrace.api;

import io.headrace.api.access.Authenticator;
import io.headrace.api.access.KeyRing;
import io.headrace.api.access.Sessions;
import io.headrace.api.http.BlockingCalls;
import io.headrace.api.http.Cached;
import io.headrace.api.http.ClientMemory;
import io.headrace.api.http.GracefulShutdown;
import io.headrace.api.http.Waiters;
import io.headrace.api.live.JobChanges;
import io.headrace.api.live.LiveTopics;
import io.headrace.api.metrics.ApiMeters;
import io.headrace.api.socket.Pings;
import io.headrace.broker.Broker;
import io.headrace.broker.Overview;
import io.headrace.runtime.ByteBudget;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;

/** The parts of one server that its event loops share; {@link Routes} gives each call what it needs of it. */
final class ApiParts {
    /** How old an overview may be; shorter than a second, as live listeners are told of a new one each second. */
    private static final Duration OVERVIEW_TTL = Duration.ofMillis(500);

    final ApiConfig config;
    final Broker broker;
    final Pings pings;
    /** How much of the memory clients may take. */
    final ClientMemory memory;
    final BlockingCalls blocking;
    final Waiters waiters;
    /** Whether the server is about to stop. */
    final GracefulShutdown shutdown = new GracefulShutdown();
    final KeyRing keys;
    final Sessions sessions;
    final Authenticator guard;
    final JobChanges changes;
    /** The last look at everything; however many ask, one looks. */
    final Cached<Overview> overview;
    final ApiMeters meters;
    /** What is looked at because somebody listens. */
    final LiveTopics live;

    ApiParts(ApiConfig config, Broker broker, MeterRegistry registry, Pings pings,
            ByteBudget budget) {
        this.config = config;
        this.broker = broker;
        this.pings = pings;
        this.memory = new ClientMemory(budget, config.maxPayload());
        this.blocking = new BlockingCalls(config.threads(), memory);
        this.waiters = new Waiters(config.maxWaiters());
        this.keys = new KeyRing(config.keys().all(), broker.access(), InstantSource.system());
        this.sessions = new Sessions(broker.access(), keys);
        this.guard = new Authenticator(keys, sessions, blocking);
        this.changes = new JobChanges(broker, blocking, System::nanoTime);
        this.overview = Cached.costly(OVERVIEW_TTL, broker.queues()::overview, System::nanoTime);
        this.meters = new ApiMeters(registry, waiters, memory, config.metricsQueues());
        this.live = new LiveTopics(broker, broker.queues(), overview, blocking, changes, System::currentTimeMillis);
    }
}
