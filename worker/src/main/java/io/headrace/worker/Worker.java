package io.headrace.worker;

import io.headrace.Durations;
import io.headrace.broker.Broker;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.Steer;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.runtime.Build;
import io.headrace.worker.attempts.LiveAttempt;
import io.headrace.worker.attempts.WorkerConfig;
import io.headrace.worker.attempts.WorkerMetrics;
import io.headrace.worker.attempts.WorkerParts;
import io.headrace.worker.attempts.Workload;
import io.headrace.worker.claims.Heartbeat;
import io.headrace.worker.handlers.Handlers;
import io.headrace.worker.handlers.exec.Orphans;
import io.headrace.worker.threads.Breakdown;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims jobs, runs them, and records what became of them, until it is stopped. Thread-safe. Its thread that claims
 * keeps the program alive; the broker is the caller's to close, after the worker has stopped.
 *
 * <pre>{@code
 * Worker worker = Worker.builder(broker)
 *         .queue("email", 1)
 *         .handler(JobHandler.of("welcome", Address.class, (address, context) -> mailer.welcome(address)))
 *         .build();
 * worker.start();
 * Runtime.getRuntime().addShutdownHook(new Thread(worker::stop));
 * }</pre>
 */
public final class Worker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Worker.class);

    private enum State {
        NEW, RUNNING, QUIET, STOPPING, STOPPED
    }

    private final WorkerConfig config;
    private final Breakdown breakdown;
    private final Handlers handlers;
    private final Workload workload;
    private final WorkerRoles roles;
    private final Shutdown shutdown;
    private final String host = hostName();
    private final Instant startedAt;
    /** Held while the state changes, and never while waiting for anything. */
    private final Object transition = new Object();
    private volatile State state = State.NEW;

    Worker(WorkerParts parts, Handlers handlers, FailureTeller failures) {
        this.config = parts.config();
        this.breakdown = parts.breakdown();
        this.handlers = handlers;
        this.startedAt = parts.clocks().wall().instant();
        this.workload = Workload.of(parts);
        this.roles = new WorkerRoles(parts, workload, handlers, failures, new Own());
        this.shutdown = new Shutdown(parts, workload, handlers, roles);
        breakdown.onBreakdown(roles::letGo);
    }

    /** A worker of this broker's queues; without a queue of its own it serves {@code default}. */
    public static WorkerBuilder builder(Broker broker) {
        return new WorkerBuilder(broker);
    }

    /**
     * Times a broker's round trips as {@code headrace_redis_roundtrip_seconds}; hand it to the broker when connecting.
     */
    public static BrokerObserver observer(MeterRegistry meters) {
        return WorkerMetrics.roundTrips(meters);
    }

    /**
     * Starts claiming, and returns. A broker that cannot be reached yet is waited for.
     *
     * @throws IllegalStateException when it was started before
     * @throws Error when the machine gives it no thread; it has claimed nothing then, and cannot be started again
     */
    public synchronized void start() {
        synchronized (transition) {
            if (state != State.NEW) {
                throw new IllegalStateException("a worker starts once; this one is " + state);
            }
            state = State.RUNNING;
        }
        log.info("worker started id={} queues={} slots={} lease={} types={}", config.id(), config.queues(),
                config.slots(), Durations.format(config.lease()), handlers.types());
        if (handlers.startProcesses()) {
            Orphans.expect(breakdown);
        }
        try {
            breakdown.watch();
            roles.start();
        } catch (Error e) {
            breakdown.at(Thread.currentThread().getName(), e);
            throw e;
        }
    }

    /** Claims nothing more; what runs goes on, and so do the leases. */
    public void quiet() {
        synchronized (transition) {
            if (state == State.RUNNING) {
                state = State.QUIET;
                roles.claimLoop.quiet();
                log.info("worker quiet; nothing more is claimed id={}", config.id());
            }
        }
    }

    /** Claims again after {@link #quiet}. */
    public void resume() {
        synchronized (transition) {
            if (state == State.QUIET && !breakdown.happened()) {
                state = State.RUNNING;
                roles.claimLoop.resume();
                log.info("worker resumed; it claims again id={}", config.id());
            }
        }
    }

    /**
     * Stops in good order and returns when that is done: at most the grace and 11 s later. Handlers that have not ended
     * by then are interrupted, and their jobs handed back with no attempt used. Stopping twice waits for the first.
     */
    public void stop() {
        synchronized (transition) {
            if (state == State.NEW || state == State.STOPPED) {
                state = State.STOPPED;
                return;
            }
            state = State.STOPPING;
        }
        finish();
    }

    private synchronized void finish() {
        if (state == State.STOPPED) {
            return;
        }
        shutdown.run();
        roles.stop();
        workload.threads().close();
        breakdown.unwatch();
        synchronized (transition) {
            state = State.STOPPED;
        }
    }

    /** The same as {@link #stop}. */
    @Override
    public void close() {
        stop();
    }

    /** The name of this run of the worker. */
    public WorkerId id() {
        return config.id();
    }

    /**
     * Whether a claim has been answered within the last 45 s; while there is no reason to claim, a heartbeat. Never
     * again after a breakdown, see {@link WorkerBuilder#onBreakdown}.
     */
    public boolean live() {
        State now = state;
        return now != State.STOPPED && !breakdown.happened() && roles.liveness.live();
    }

    private final class Own implements Heartbeat {
        @Override
        public WorkerInfo info() {
            List<LiveAttempt> unfinished = workload.inFlight().unfinished();
            // Attempts begin while this looks at them, so each is asked once when, and not again while they are sorted.
            List<WorkerInfo.Running> running = unfinished.stream()
                    .map(it -> new WorkerInfo.Running(it.id(), it.type(), it.attempt(), it.brokerTime(it.startedAt())))
                    .sorted(Comparator.comparing(WorkerInfo.Running::since)).limit(WorkerInfo.MAX_RUNNING)
                    .toList();
            String word = state == State.RUNNING ? "running" : state == State.QUIET ? "quiet" : "stopping";
            return new WorkerInfo(config.id(), host, ProcessHandle.current().pid(), startedAt,
                    List.copyOf(config.queueNames()), handlers.types(), config.slots(), unfinished.size(),
                    config.lease(), word, Build.version(), running);
        }

        /** Counts like the last call of {@link #quiet} or {@link #resume}, whichever comes later. */
        @Override
        public void steer(Steer steer) {
            if (steer == Steer.QUIET) {
                quiet();
            } else {
                resume();
            }
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }
}
