package io.headrace.worker;

import io.headrace.Broker;
import io.headrace.ByteBudget;
import io.headrace.Job;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.PayloadMapper;
import io.headrace.QueueName;
import io.headrace.Redactor;
import io.headrace.RetryPolicy;
import io.headrace.Subscription;
import io.headrace.Wish;
import io.headrace.WorkerId;
import io.headrace.WorkerInfo;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
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
 * The roles of one worker, put together on an in-memory broker, without their threads: a test takes their turns, and handlers
 * run within the turn that claims them, or when the test says so. Time is the broker's manual clock for everybody.
 */
final class Rig {
    static final Duration LEASE = Duration.ofSeconds(30);

    final ManualClock time;
    final InMemoryBroker broker;
    final Clocks clocks;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final WorkerConfig config;
    final Outage outage;
    final Slots slots;
    final Capacity capacity;
    final ByteBudget budget;
    final Breakdown breakdown = new Breakdown(null);
    final InFlight inFlight = new InFlight();
    /** What the application heard of failures. */
    final List<FailedAttempt> failed = new ArrayList<>();
    final FailureTeller failures;
    final Liveness liveness;
    final Reports reports;
    final Settler settler;
    final Interrupter interrupter;
    final AttemptRunner runner;
    final ClaimLoop claimLoop;
    final LeaseKeeper leaseKeeper;
    final BrokerHints hints;
    /** What was handed to threads and has not run. */
    final List<Threads.Task> tasks = new ArrayList<>();
    /** What operators wished of the worker. */
    final List<Wish> wishes = new ArrayList<>();
    boolean runAtOnce = true;
    /** How many threads the machine gives. */
    int threads = Integer.MAX_VALUE;

    /** A worker of its own on a broker of its own. */
    Rig(int slots, JobHandler<?>... handlers) {
        this(new ManualClock(), slots, handlers);
    }

    private Rig(ManualClock time, int slots, JobHandler<?>... handlers) {
        this(time, new InMemoryBroker(time), Map.of(QueueName.DEFAULT, 1), slots, handlers);
    }

    /** One more worker on the broker of another. */
    Rig beside(int slotCount, JobHandler<?>... handlers) {
        return new Rig(time, broker, config.queues(), slotCount, handlers);
    }

    Rig(ManualClock time, InMemoryBroker broker, Map<QueueName, Integer> queues, int slotCount,
            JobHandler<?>... handlers) {
        this(time, broker, queues, slotCount, new ByteBudget(1 << 30), handlers);
    }

    Rig(ManualClock time, InMemoryBroker broker, Map<QueueName, Integer> queues, int slotCount, ByteBudget budget,
            JobHandler<?>... handlers) {
        this.budget = budget;
        this.time = time;
        this.broker = broker;
        Instant origin = time.now();
        this.clocks = new Clocks(() -> Duration.between(origin, time.now()).toNanos(),
                Clock.fixed(origin, ZoneOffset.UTC), new Random(7));
        this.config = new WorkerConfig(WorkerId.random(new Random()), new LinkedHashMap<>(queues), false, slotCount,
                LEASE, Duration.ofSeconds(25), null, Duration.ofMinutes(5), RetryPolicy.DEFAULT, LEASE,
                Redactor.parse("password"));
        List<Handlers.Registered> registered = new ArrayList<>();
        for (JobHandler<?> handler : handlers) {
            registered.add(new Handlers.Registered(handler, "a test", null));
        }
        Handlers known = new Handlers(registered, PayloadMapper.DEFAULT);
        outage = new Outage(clocks);
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
        public void obey(Wish wish) {
            wishes.add(wish);
        }
    }

    /** Runs tasks within {@link #execute}, or keeps them. */
    private final class Inline implements Threads {
        @Override
        public void execute(Task task) {
            if (tasks.size() >= threads) {
                capacity.refusedThread(new OutOfMemoryError("unable to create native thread"), threads);
                task.refused();
            } else if (runAtOnce) {
                task.run();
            } else {
                tasks.add(task);
            }
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

    /** Runs the tasks that were kept. */
    void runTasks() {
        List<Threads.Task> all = List.copyOf(tasks);
        tasks.clear();
        all.forEach(Threads.Task::run);
    }

    /** Waits until whoever listens to the broker has heard what it has said so far. */
    void awaitEvents() throws InterruptedException {
        CountDownLatch heard = new CountDownLatch(1);
        JobId last = JobId.parse("elsewhere_n1-0");
        try (Subscription all = broker.onCancel(Set.of(last.queue()), job -> heard.countDown())) {
            broker.rumour(last);
            if (!heard.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("the broker's events stand still");
            }
        }
    }

    JobId enqueue(String type) {
        return enqueue(NewJob.of("default", type, Map.of()).build());
    }

    JobId enqueue(NewJob job) {
        return ((Broker) broker).enqueue(job).toCompletableFuture().join().id();
    }

    Job job(JobId id) {
        return broker.find(id).job().orElseThrow();
    }

    JobState state(JobId id) {
        return job(id).state();
    }

    double count(String meter) {
        return meters.find(meter).counters().stream().mapToDouble(counter -> counter.count()).sum();
    }
}
