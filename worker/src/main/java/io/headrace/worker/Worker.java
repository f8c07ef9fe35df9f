package io.headrace.worker;

import io.headrace.Broker;
import io.headrace.BrokerObserver;
import io.headrace.Build;
import io.headrace.Durations;
import io.headrace.InvalidInput;
import io.headrace.JobHandler;
import io.headrace.JobType;
import io.headrace.QueueName;
import io.headrace.Redactor;
import io.headrace.RetryPolicy;
import io.headrace.Wish;
import io.headrace.WorkerId;
import io.headrace.WorkerInfo;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims jobs, runs them, and records what became of them, until it is stopped. Thread-safe. Its thread that claims keeps the
 * program alive; the broker is the caller's to close, after the worker has stopped.
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
    private final Handlers handlers;
    private final Slots slots;
    private final Threads threads;
    private final InFlight inFlight = new InFlight();
    private final Liveness liveness;
    private final Reports reports;
    private final Settler settler;
    private final Interrupter interrupter;
    private final LeaseKeeper leaseKeeper;
    private final Cancellations cancellations;
    private final Wishes wishes;
    private final ClaimLoop claimLoop;
    private final Shutdown shutdown;
    private final String host = hostName();
    private final Instant startedAt;
    /** Held while the state changes, and never while waiting for anything. */
    private final Object transition = new Object();
    private volatile State state = State.NEW;

    private Worker(Builder b, WorkerConfig config, Handlers handlers) {
        Clocks clocks = b.clocks;
        Broker broker = b.broker;
        WorkerMetrics metrics = new WorkerMetrics(b.meters);
        Outage outage = new Outage(clocks);
        this.config = config;
        this.handlers = handlers;
        this.startedAt = clocks.wall().instant();
        this.slots = new Slots(config.slots());
        this.threads = Threads.forSlots(config.slots());
        this.liveness = new Liveness(clocks);
        this.reports = new Reports(broker, clocks);
        this.settler = new Settler(broker, inFlight, reports, outage, metrics, clocks, config.slots());
        this.interrupter = new Interrupter(inFlight, clocks);
        AttemptRunner runner = new AttemptRunner(config, handlers,
                new Outcome(config.retryPolicy(), clocks.random(), config.redactor()),
                slots, threads, inFlight, interrupter, reports, settler, metrics, clocks);
        interrupter.onAbandon(runner::abandon);
        Reclaimer reclaimer = new Reclaimer(broker, config, runner, inFlight, outage, metrics, clocks);
        this.claimLoop = new ClaimLoop(broker, config, slots, settler, runner, reclaimer, inFlight, outage, liveness,
                clocks);
        this.leaseKeeper = new LeaseKeeper(broker, config, inFlight, interrupter, outage, liveness, metrics, clocks,
                this::info, this::obey);
        this.wishes = new Wishes(broker, config, leaseKeeper, clocks);
        this.cancellations = new Cancellations(broker, config, inFlight, interrupter, clocks);
        this.shutdown = new Shutdown(broker, config, claimLoop, runner, handlers, inFlight, interrupter, leaseKeeper,
                slots);
        metrics.show(slots, claimLoop::claims, liveness);
        config.queueNames().forEach(queue -> metrics.expect(queue, handlers.types()));
    }

    /** A worker of this broker's queues; without a queue of its own it serves {@code default}. */
    public static Builder builder(Broker broker) {
        return new Builder(broker);
    }

    /** Times a broker's round trips as {@code headrace_redis_roundtrip_seconds}; hand it to the broker when connecting. */
    public static BrokerObserver observer(MeterRegistry meters) {
        return WorkerMetrics.roundTrips(meters);
    }

    /**
     * Starts claiming, and returns. A broker that cannot be reached yet is waited for.
     *
     * @throws IllegalStateException when it was started before
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
        reports.start();
        settler.start();
        interrupter.start();
        leaseKeeper.start();
        cancellations.start();
        wishes.start();
        claimLoop.start();
    }

    /** Claims nothing more; what runs goes on, and so do the leases. */
    public void quiet() {
        synchronized (transition) {
            if (state == State.RUNNING) {
                state = State.QUIET;
                claimLoop.quiet();
                log.info("worker quiet; nothing more is claimed id={}", config.id());
            }
        }
    }

    /** Claims again after {@link #quiet}. */
    public void resume() {
        synchronized (transition) {
            if (state == State.QUIET) {
                state = State.RUNNING;
                claimLoop.resume();
                log.info("worker resumed; it claims again id={}", config.id());
            }
        }
    }

    /** What an operator wishes counts like the last call here, whichever comes later. */
    private void obey(Wish wish) {
        if (wish == Wish.QUIET) {
            quiet();
        } else {
            resume();
        }
    }

    /**
     * Stops in good order and returns when that is done: at most the grace and 11 s later. Handlers that have not ended by
     * then are interrupted, and their jobs handed back with no attempt used. Stopping twice waits for the first.
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
        cancellations.stop();
        wishes.stop();
        reports.stop();
        settler.stop();
        interrupter.shutDown();
        threads.close();
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

    /** Whether a claim has been answered within the last 45 s; while there is no reason to claim, a heartbeat. */
    public boolean live() {
        State now = state;
        return now != State.STOPPED && liveness.live();
    }

    private WorkerInfo info() {
        List<LiveAttempt> unfinished = inFlight.unfinished();
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

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    /** Collects what a worker should be; what is left out has the default of {@link WorkerSettings}. Not thread-safe. */
    public static final class Builder {
        private final Broker broker;
        private final Map<QueueName, Integer> queues = new LinkedHashMap<>();
        private final List<Handlers.Registered> handlers = new ArrayList<>();
        private boolean strict;
        private int slots = WorkerSettings.SLOTS.fallbackValue();
        private Duration lease = WorkerSettings.LEASE.fallbackValue();
        private Duration grace = WorkerSettings.GRACE.fallbackValue();
        private @Nullable Duration timeout;
        private @Nullable Duration reclaimGrace;
        private RetryPolicy retryPolicy = RetryPolicy.DEFAULT;
        private Redactor redactor = Redactor.NONE;
        private MeterRegistry meters = new CompositeMeterRegistry();
        private Clocks clocks = Clocks.system();

        private Builder(Broker broker) {
            this.broker = broker;
        }

        /**
         * Serves a queue.
         *
         * @param weight its share of the slots relative to other queues while all have work, 1 to 1000; unused when strict
         * @throws InvalidInput when a bound is passed or the queue was named before
         */
        public Builder queue(String name, int weight) {
            WorkerSettings.queues(name + '=' + weight).forEach((queue, share) -> {
                if (queues.put(queue, share) != null) {
                    throw new InvalidInput("queue", "must be named once, '" + queue + "' is named twice");
                }
            });
            return this;
        }

        /** Serves the queues in the order named, each only while those before it are empty. */
        public Builder strict(boolean value) {
            strict = value;
            return this;
        }

        /**
         * How many jobs run at once, 1 to 20,000.
         *
         * @throws InvalidInput when a bound is passed
         */
        public Builder slots(int value) {
            slots = WorkerSettings.SLOTS.parser().apply(Integer.toString(value));
            return this;
        }

        /**
         * How long the worker may stay silent before its jobs are given to others, 1 s to 1 h.
         *
         * @throws InvalidInput when a bound is passed
         */
        public Builder lease(Duration value) {
            lease = WorkerSettings.LEASE.parser().apply(Durations.format(value));
            return this;
        }

        /**
         * How long handlers may go on after {@link Worker#stop}, 0 to 1 h.
         *
         * @throws InvalidInput when a bound is passed
         */
        public Builder grace(Duration value) {
            grace = WorkerSettings.GRACE.parser().apply(Durations.format(value));
            return this;
        }

        /**
         * How long one attempt may take when its job does not say, 1 ms to 7 days.
         *
         * @throws InvalidInput when a bound is passed
         */
        public Builder timeout(Duration value) {
            timeout = WorkerSettings.TIMEOUT.parser().apply(Durations.format(value)).orElse(null);
            return this;
        }

        /** What happens to failed jobs when they do not say. */
        public Builder retryPolicy(RetryPolicy value) {
            retryPolicy = value;
            return this;
        }

        /** How long after the start and after an outage no silent worker's jobs are taken over; one lease by default. */
        public Builder reclaimGrace(Duration value) {
            reclaimGrace = value;
            return this;
        }

        /** Runs the jobs of the handler's type. */
        public Builder handler(JobHandler<?> handler) {
            handlers.add(new Handlers.Registered(handler, handler.getClass().getName(), null));
            return this;
        }

        /**
         * Runs the jobs of a type as a command: {@code sh -c command}, with the payload on its standard input.
         *
         * @throws InvalidInput when the type is not allowed
         */
        public Builder exec(String type, String command) {
            handlers.add(new Handlers.Registered(new ExecHandler(new JobType(type), command),
                    "the command '" + command + "'", null));
            return this;
        }

        /**
         * Runs the jobs of a type by POSTing their payloads to a URL.
         *
         * @throws InvalidInput when the type is not allowed or the URL is not http or https with a host
         */
        public Builder http(String type, URI url) {
            String scheme = String.valueOf(url.getScheme());
            if (url.getHost() == null || Stream.of("http", "https").noneMatch(scheme::equalsIgnoreCase)) {
                throw new InvalidInput("http", "must be an http or https URL with a host, was '" + url + "'");
            }
            handlers.add(new Handlers.Registered(new HttpHandler(new JobType(type), url, clocks.wall()),
                    "the URL " + url, null));
            return this;
        }

        /**
         * Adds the handlers of every jar in a folder.
         *
         * @throws InvalidInput when the folder cannot be read, a jar holds no handler, or one cannot be made
         */
        public Builder plugins(Path folder) {
            handlers.addAll(PluginFolder.load(folder));
            return this;
        }

        /** What of payloads neither recorded errors nor log lines of jobs repeat; nothing is hidden by default. */
        public Builder redact(Redactor value) {
            redactor = value;
            return this;
        }

        /** Where the worker counts; nowhere by default. */
        public Builder meters(MeterRegistry value) {
            meters = value;
            return this;
        }

        /** For tests: call it before {@link #http}. */
        Builder clocks(Clocks value) {
            clocks = value;
            return this;
        }

        /**
         * Makes the worker; it does nothing before {@link Worker#start}.
         *
         * @throws InvalidInput when no handler was given, or two for one type
         */
        public Worker build() {
            if (handlers.isEmpty()) {
                throw new InvalidInput("handler",
                        "must be given at least once: a handler, a command, a URL or plugins");
            }
            Map<QueueName, Integer> served = queues.isEmpty() ? Map.of(QueueName.DEFAULT, 1) : queues;
            WorkerConfig config = new WorkerConfig(WorkerId.random(new SecureRandom()), served, strict, slots, lease,
                    grace, timeout, retryPolicy, reclaimGrace == null ? lease : reclaimGrace, redactor);
            return new Worker(this, config, new Handlers(handlers));
        }
    }
}
