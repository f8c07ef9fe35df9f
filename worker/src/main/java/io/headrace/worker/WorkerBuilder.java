package io.headrace.worker;

import io.headrace.Durations;
import io.headrace.InvalidInput;
import io.headrace.JobHandler;
import io.headrace.JobType;
import io.headrace.PayloadMapper;
import io.headrace.QueueName;
import io.headrace.RetryPolicy;
import io.headrace.broker.Broker;
import io.headrace.broker.WorkerId;
import io.headrace.redaction.Redactor;
import io.headrace.worker.attempts.BrokerOutage;
import io.headrace.worker.attempts.WorkerConfig;
import io.headrace.worker.attempts.WorkerMetrics;
import io.headrace.worker.attempts.WorkerParts;
import io.headrace.worker.handlers.Handlers;
import io.headrace.worker.handlers.PluginFolder;
import io.headrace.worker.handlers.exec.ChildProcess;
import io.headrace.worker.handlers.exec.ExecHandler;
import io.headrace.worker.handlers.http.HttpHandler;
import io.headrace.worker.handlers.http.HttpTarget;
import io.headrace.worker.threads.Breakdown;
import io.headrace.worker.threads.Clocks;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects what a worker should be; what is left out has the default of {@link WorkerSettings}. Not thread-safe. */
public final class WorkerBuilder {
    private final Broker broker;
    private final Map<QueueName, Integer> queues = new LinkedHashMap<>();
    private final List<Handlers.Registered> handlers = new ArrayList<>();
    private boolean strict;
    private int slots = WorkerSettings.SLOTS.fallbackValue();
    private Duration lease = WorkerSettings.LEASE.fallbackValue();
    private Duration grace = WorkerSettings.GRACE.fallbackValue();
    private @Nullable Duration timeout;
    private Duration httpTimeout = WorkerSettings.HTTP_TIMEOUT.fallbackValue();
    private @Nullable Duration reclaimGrace;
    private RetryPolicy retryPolicy = RetryPolicy.DEFAULT;
    private Redactor redactor = Redactor.NONE;
    private MeterRegistry meters = new CompositeMeterRegistry();
    private @Nullable Consumer<Throwable> breakdown;
    private @Nullable Consumer<FailedAttempt> failureListener;
    private PayloadMapper mapper = PayloadMapper.DEFAULT;
    private Clocks clocks = Clocks.system();

    WorkerBuilder(Broker broker) {
        this.broker = broker;
    }

    /**
     * Serves a queue.
     *
     * @param weight its share of the slots relative to other queues while all have work, 1 to 1000; unused when strict
     * @throws InvalidInput when a bound is passed or the queue was named before
     */
    public WorkerBuilder queue(String name, int weight) {
        WorkerSettings.queues(name + '=' + weight).forEach((queue, share) -> {
            if (queues.put(queue, share) != null) {
                throw new InvalidInput("queue", "must be named once, '" + queue + "' is named twice");
            }
        });
        return this;
    }

    /** Serves the queues in the order named, each only while those before it are empty. */
    public WorkerBuilder strict(boolean value) {
        strict = value;
        return this;
    }

    /**
     * How many jobs run at once, 1 to 20,000.
     *
     * @throws InvalidInput when a bound is passed
     */
    public WorkerBuilder slots(int value) {
        slots = WorkerSettings.SLOTS.parser().apply(Integer.toString(value));
        return this;
    }

    /**
     * How long the worker may stay silent before its jobs are given to others, 1 s to 1 h.
     *
     * @throws InvalidInput when a bound is passed
     */
    public WorkerBuilder lease(Duration value) {
        lease = WorkerSettings.LEASE.parser().apply(Durations.format(value));
        return this;
    }

    /**
     * How long handlers may go on after {@link Worker#stop}, 0 to 1 h.
     *
     * @throws InvalidInput when a bound is passed
     */
    public WorkerBuilder grace(Duration value) {
        grace = WorkerSettings.GRACE.parser().apply(Durations.format(value));
        return this;
    }

    /**
     * How long one attempt may take when its job does not say, 1 ms to 7 days.
     *
     * @throws InvalidInput when a bound is passed
     */
    public WorkerBuilder timeout(Duration value) {
        timeout = WorkerSettings.TIMEOUT.parser().apply(Durations.format(value)).orElse(null);
        return this;
    }

    /** What happens to failed jobs when they do not say. */
    public WorkerBuilder retryPolicy(RetryPolicy value) {
        retryPolicy = value;
        return this;
    }

    /** How long after the start and after an outage no silent worker's jobs are taken over; one lease by default. */
    public WorkerBuilder reclaimGrace(Duration value) {
        reclaimGrace = value;
        return this;
    }

    /** Runs the jobs of the handler's type. */
    public WorkerBuilder handler(JobHandler<?> handler) {
        handlers.add(new Handlers.Registered(handler, handler.getClass().getName(), null));
        return this;
    }

    /**
     * Runs the jobs of a type as a command: {@code sh -c command}, with the payload on its standard input.
     *
     * @throws InvalidInput when the type is not allowed, or the command has characters that this JVM cannot hand to
     *             another process: its locale decides
     */
    public WorkerBuilder exec(String type, String command) {
        ChildProcess.checkText(command);
        handlers.add(new Handlers.Registered(new ExecHandler(new JobType(type), command),
                "the command '" + command + "'", null));
        return this;
    }

    /**
     * Runs the jobs of a type by POSTing their payloads to a URL.
     *
     * @throws InvalidInput when the type is not allowed or the URL is not http or https with a host
     */
    public WorkerBuilder http(String type, URI url) {
        return http(type, HttpTarget.at(url.toString()));
    }

    /**
     * Runs the jobs of a type by POSTing their payloads to a target. An attempt whose job and worker give no timeout
     * may take as long as {@link #httpTimeout} says.
     *
     * @throws InvalidInput when the type is not allowed
     */
    public WorkerBuilder http(String type, HttpTarget target) {
        handlers.add(new Handlers.Registered(new HttpHandler(new JobType(type), target, clocks.wall()),
                "the target " + target, null));
        return this;
    }

    /**
     * How long a call of a target may take when neither its job nor {@link #timeout} says, 1 s to 7 days.
     *
     * @throws InvalidInput when a bound is passed
     */
    public WorkerBuilder httpTimeout(Duration value) {
        httpTimeout = WorkerSettings.HTTP_TIMEOUT.parser().apply(Durations.format(value));
        return this;
    }

    /**
     * Adds the handlers of every jar in a folder.
     *
     * @throws InvalidInput when the folder cannot be read, a jar holds no handler, or one cannot be made
     */
    public WorkerBuilder plugins(Path folder) {
        handlers.addAll(PluginFolder.load(folder));
        return this;
    }

    /**
     * What reads the payloads of handlers in Java, and writes what they return; {@link PayloadMapper#DEFAULT} unless
     * set.
     */
    public WorkerBuilder payloads(PayloadMapper value) {
        mapper = value;
        return this;
    }

    /** What of payloads neither recorded errors nor log lines of jobs repeat; nothing is hidden by default. */
    public WorkerBuilder redact(Redactor value) {
        redactor = value;
        return this;
    }

    /** Where the worker counts; nowhere by default. */
    public WorkerBuilder meters(MeterRegistry value) {
        meters = value;
        return this;
    }

    /**
     * What is done when the worker cannot go on, because an {@code Error} such as no memory or no thread left came up
     * on a thread of its own. By then it claims nothing more, has interrupted its handlers and lets their jobs go to
     * others; it is not {@linkplain Worker#live() live} any more, and can be stopped. Called once, on that thread,
     * which should return soon; the log tells of it in any case. The worker never ends the JVM: that is for whoever is
     * called here. With it, an {@code OutOfMemoryError} that a handler throws is a breakdown, too; without, it is that
     * attempt's failure alone.
     */
    public WorkerBuilder onBreakdown(Consumer<Throwable> hook) {
        breakdown = hook;
        return this;
    }

    /**
     * Hears of each attempt that failed, and of each job that died, once that is on record: for a tracker of errors, or
     * an alarm of one's own. The log tells of them in any case. Called on a thread of its own, one failure at a time; a
     * wait that a handler asked for by {@link io.headrace.RetryLater} is none. What the hook throws is logged, and the
     * next failure is told all the same. While it is busy 1,000 failures wait for it; those beyond are counted in the
     * log.
     */
    public WorkerBuilder onFailure(Consumer<FailedAttempt> hook) {
        failureListener = hook;
        return this;
    }

    /** For tests: call it before {@link #http}. */
    WorkerBuilder clocks(Clocks value) {
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
        WorkerConfig config = new WorkerConfig(WorkerId.random(new SecureRandom()), served, strict, slots,
                new WorkerConfig.Times(lease, grace, reclaimGrace == null ? lease : reclaimGrace),
                new WorkerConfig.Attempts(timeout, httpTimeout, retryPolicy, redactor));
        Breakdown end = new Breakdown(breakdown);
        WorkerParts parts = new WorkerParts(broker, config, new WorkerMetrics(meters), new BrokerOutage(clocks), clocks,
                end);
        return new Worker(parts, new Handlers(handlers, mapper), new FailureTeller(failureListener, clocks, end));
    }
}
