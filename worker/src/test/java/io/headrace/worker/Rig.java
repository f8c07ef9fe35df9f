package io.headrace.worker;

import io.headrace.Job;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.PayloadMapper;
import io.headrace.QueueName;
import io.headrace.RetryPolicy;
import io.headrace.Subscription;
import io.headrace.broker.Broker;
import io.headrace.broker.Steer;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.redaction.Redactor;
import io.headrace.runtime.ByteBudget;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.headrace.worker.attempts.AttemptRunner;
import io.headrace.worker.attempts.BrokerOutage;
import io.headrace.worker.attempts.InFlight;
import io.headrace.worker.attempts.Interrupter;
import io.headrace.worker.attempts.JobMemory;
import io.headrace.worker.attempts.Liveness;
import io.headrace.worker.attempts.Reports;
import io.headrace.worker.attempts.Slots;
import io.headrace.worker.attempts.VerdictSender;
import io.headrace.worker.attempts.WorkerConfig;
import io.headrace.worker.attempts.WorkerMetrics;
import io.headrace.worker.attempts.WorkerParts;
import io.headrace.worker.attempts.Workload;
import io.headrace.worker.claims.BrokerHints;
import io.headrace.worker.claims.ClaimLoop;
import io.headrace.worker.claims.Heartbeat;
import io.headrace.worker.claims.LeaseKeeper;
import io.headrace.worker.handlers.Handlers;
import io.headrace.worker.threads.Breakdown;
import io.headrace.worker.threads.Capacity;
import io.headrace.worker.threads.Clocks;
import io.headrace.worker.threads.JobThreads;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The roles of one worker, put together on an in-memory broker, without their threads: a test takes their turns, and
 * handlers run within the turn that claims them, or when the test says so. Time is the broker's manual clock for
 * everybody.
 */
public final class Rig {
    public static final Duration LEASE = Duration.ofSeconds(30);

    public final ManualClock time;
    public final InMemoryBroker broker;
    final Clocks clocks;
    public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    public final WorkerConfig config;
    public final BrokerOutage outage;
    public final Slots slots;
    public final Capacity capacity;
    public final ByteBudget budget;
    final Breakdown breakdown = new Breakdown(null);
    public final InFlight inFlight = new InFlight();
    /** What the application heard of failures. */
    final List<FailedAttempt> failed = new ArrayList<>();
    final FailureTeller failures;
    public final Liveness liveness;
    public final Reports reports;
    public final VerdictSender settler;
    public final Interrupter interrupter;
    public final AttemptRunner runner;
    public final ClaimLoop claimLoop;
    public final LeaseKeeper leaseKeeper;
    public final BrokerHints hints;
    /** What was handed to threads and has not run. */
    public final List<JobThreads.Task> tasks = new ArrayList<>();
    /** What operators told the worker to do. */
    public final List<Steer> steered = new ArrayList<>();
    public boolean runAtOnce = true;
    private boolean taskRuns;
    /** How many threads the machine gives. */
    public int threads = Integer.MAX_VALUE;

    /** A worker of its own on a broker of its own. */
    public Rig(int slots, JobHandler<?>... handlers) {
        this(new ManualClock(), slots, handlers);
    }

    private Rig(ManualClock time, int slots, JobHandler<?>... handlers) {
        this(time, new InMemoryBroker(time), Map.of(QueueName.DEFAULT, 1), slots, handlers);
    }

    /** One more worker on the broker of another. */
    public Rig beside(int slotCount, JobHandler<?>... handlers) {
        return new Rig(time, broker, config.queues(), slotCount, handlers);
    }

    public Rig(ManualClock time, InMemoryBroker broker, Map<QueueName, Integer> queues, int slotCount,
            JobHandler<?>... handlers) {
        this(time, broker, queues, slotCount, new ByteBudget(1 << 30), handlers);
    }

    public Rig(ManualClock time, InMemoryBroker broker, Map<QueueName, Integer> queues, int slotCount,
            ByteBudget budget,
            JobHandler<?>... handlers) {
        this.budget = budget;
        this.time = time;
        this.broker = broker;
        Instant origin = time.now();
        this.clocks = new Clocks(() -> Duration.between(origin, time.now()).toNanos(),
                Clock.fixed(origin, ZoneOffset.UTC), new Random(7));
        this.config = new WorkerConfig(WorkerId.random(new Random()), new LinkedHashMap<>(queues), false, slotCount,
                new WorkerConfig.Times(LEASE, Duration.ofSeconds(25), LEASE), new WorkerConfig.Attempts(null,
                        Duration.ofMinutes(5), RetryPolicy.DEFAULT, Redactor.parse("password")));
        List<Handlers.Registered> registered = new ArrayList<>();
        for (JobHandler<?> handler : handlers) {
            registered.add(new Handlers.Registered(handler, "a test", null));
        }
        Handlers known = new Handlers(registered, PayloadMapper.DEFAULT);
        outage = new BrokerOutage(clocks);
        slots = new Slots(slotCount);
        capacity = new Capacity(slotCount, clocks);
        WorkerParts parts = new WorkerParts(broker, config, new WorkerMetrics(meters), outage, clocks, breakdown);
        Workload workload = new Workload(slots, new Inline(), capacity, new JobMemory(budget, clocks), inFlight);
        failures = new FailureTeller(failed::add, clocks, breakdown);
        WorkerRoles roles = new WorkerRoles(parts, workload, known, failures, new Own());
        liveness = roles.liveness;
        reports = roles.reports;
        settler = roles.settler;
        interrupter = roles.interrupter;
        runner = roles.runner;
        claimLoop = roles.claimLoop;
        leaseKeeper = roles.leaseKeeper;
        hints = roles.hints;
    }

    private final class Own implements Heartbeat {
        @Override
        public WorkerInfo info() {
            return new WorkerInfo(config.id(), "test", 1, time.now(), List.copyOf(config.queueNames()), List.of(),
                    slots.total(), slots.busy(), LEASE, "running", "test", List.of());
        }

        @Override
        public void steer(Steer steer) {
            steered.add(steer);
        }
    }

    /** Runs tasks within {@link #execute}, or keeps them. */
    private final class Inline implements JobThreads {
        @Override
        public void execute(Task task) {
            if (tasks.size() >= threads) {
                capacity.refusedThread(new OutOfMemoryError("unable to create native thread"), threads);
                task.refused();
            } else if (runAtOnce) {
                run(task);
            } else {
                tasks.add(task);
            }
        }

        @Override
        public boolean inLine() {
            return taskRuns || !tasks.isEmpty(); // a task that runs claims nothing: tests take the turns
        }

        @Override
        public int ready(int wanted) {
            return Math.min(wanted, threads);
        }

        @Override
        public void shrink(int most) {}

        @Override
        public void givenUp() {}

        @Override
        public void close() {}
    }

    /** Runs the first task that was kept. */
    public void runTask() {
        run(tasks.remove(0));
    }

    /** Runs the tasks that were kept. */
    public void runTasks() {
        List<JobThreads.Task> all = List.copyOf(tasks);
        tasks.clear();
        all.forEach(this::run);
    }

    private void run(JobThreads.Task task) {
        taskRuns = true;
        try {
            task.run();
        } finally {
            taskRuns = false;
        }
    }

    /** Waits until whoever listens to the broker has heard what it has said so far. */
    public void awaitEvents() throws InterruptedException {
        CountDownLatch heard = new CountDownLatch(1);
        JobId last = JobId.parse("elsewhere_n1-0");
        try (Subscription all = broker.onCancel(Set.of(last.queue()), job -> heard.countDown())) {
            broker.rumour(last);
            if (!heard.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("the broker's events stand still");
            }
        }
    }

    public JobId enqueue(String type) {
        return enqueue(NewJob.of("default", type, Map.of()).build());
    }

    public JobId enqueue(NewJob job) {
        return ((Broker) broker).enqueue(job).toCompletableFuture().join().id();
    }

    public Job job(JobId id) {
        return broker.find(id).job().orElseThrow();
    }

    public JobState state(JobId id) {
        return job(id).state();
    }

    public double count(String meter) {
        return meters.find(meter).counters().stream().mapToDouble(counter -> counter.count()).sum();
    }
}
