package io.headrace.bench;

import io.headrace.JobClient;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.bench.load.RawRedis;
import io.headrace.bench.process.Child;
import io.headrace.broker.Queues;
import io.headrace.redis.RedisBroker;
import io.headrace.worker.WorkerSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Measures how fast workers empty a queue whose jobs do nothing, beside bare reading, acknowledging and deleting. */
final class Drain implements Scenario {
    private static final String RAW = "raw: XREADGROUP, XACK, XDEL";
    private static final String LEASE = "30s";
    private static final int BATCH = 1_000;
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Longer than any fault that heals itself. */
    private static final long STUCK_NANOS = Duration.ofMinutes(2).toNanos();

    private static final int DEFAULT_SLOTS = WorkerSettings.SLOTS.fallbackValue();
    private static final List<Integer> SLOTS = List.of(DEFAULT_SLOTS, 100, 200, 500);
    /** A worker runs for days, and its compilers are at work for its first half million jobs. */
    private static final int WARM_UPS = 5;

    private final int workers;

    /** @param workers how many processes */
    Drain(int workers) {
        this.workers = workers;
    }

    @Override
    public String name() {
        return workers == 1 ? "drain" : "drain-" + workers;
    }

    @Override
    public String title() {
        return "Run jobs that do nothing, from a filled queue, by "
                + (workers == 1 ? "1 worker process" : workers + " worker processes");
    }

    @Override
    public void run(BenchContext bench) throws Exception {
        RedisBroker broker = bench.broker();
        List<Double> raw = new ArrayList<>();
        List<Figure> figures = new ArrayList<>();
        for (int slots : SLOTS) {
            Rounds rounds = new Rounds(bench).warmUps(WARM_UPS).part(figures.size(), SLOTS.size());
            List<Figure> both = measure(bench, broker, slots, rounds);
            raw.addAll(both.get(0).values());
            figures.add(both.get(1));
        }
        bench.figure(Figure.of(RAW, "jobs/s", raw));
        figures.forEach(bench::figure);
        bench.note(
                "The queue is paused, filled and resumed; the time ends when Redis holds no unfinished job of it."
                        + " Worker processes stay through all runs."
                        + " Raw: 10 clients, 100 entries at a time, one XACK and one XDEL each.");
    }

    private List<Figure> measure(BenchContext bench, RedisBroker broker, int slots, Rounds rounds) throws Exception {
        QueueName queue = bench.newQueue();
        broker.queues().pause(queue);
        List<Child> crew = new ArrayList<>();
        try {
            for (int i = 0; i < workers; i++) {
                crew.add(bench.open(() -> Child.worker(bench.jdk(), bench.redis(), queue, slots, LEASE)));
            }
            String label = slots + (workers == 1 ? " slots" : " slots each")
                    + (slots == DEFAULT_SLOTS ? " (default)" : "");
            return rounds.add(RAW, "jobs/s", () -> raw(bench))
                    .add(label, "jobs/s", RAW, () -> drain(bench, broker, queue))
                    .measure();
        } finally {
            for (Child worker : crew) {
                worker.close();
            }
            bench.remove(queue);
        }
    }

    private static double raw(BenchContext bench) throws Exception {
        QueueName queue = bench.newQueue();
        RawRedis raw = new RawRedis(bench.probe(), queue, bench.payload().bytes());
        raw.add(bench.jobs(), RawRedis.CONNECTIONS);
        long nanos = raw.drain();
        bench.remove(queue);
        return bench.jobs() * 1e9 / nanos;
    }

    /** The workers serve the queue, which is paused before and after. */
    private static double drain(BenchContext bench, RedisBroker broker, QueueName queue) throws Exception {
        long before = succeeded(broker.queues(), queue);
        fill(bench, new JobClient(broker), queue);
        long start = System.nanoTime();
        broker.queues().resume(queue);
        awaitEmpty(bench, queue);
        long nanos = System.nanoTime() - start;
        broker.queues().pause(queue);
        BenchContext.expect("succeeded jobs", bench.jobs(), succeeded(broker.queues(), queue) - before);
        return bench.jobs() * 1e9 / nanos;
    }

    private static void fill(BenchContext bench, JobClient client, QueueName queue) {
        Json payload = bench.payload();
        List<NewJob> jobs = new ArrayList<>();
        for (int i = 0; i < bench.jobs(); i++) {
            jobs.add(bench.job(queue, payload));
            if (jobs.size() == BATCH || i == bench.jobs() - 1) {
                client.enqueueAll(jobs);
                jobs.clear();
            }
        }
        BenchContext.expect("jobs in line", bench.jobs(), bench.probe().unfinished(queue));
    }

    private static void awaitEmpty(BenchContext bench, QueueName queue) throws IOException {
        long left = bench.jobs();
        long changed = System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
            long now = bench.probe().unfinished(queue);
            if (now != left) {
                left = now;
                changed = System.nanoTime();
            } else if (System.nanoTime() - changed > STUCK_NANOS) {
                throw new IOException("the workers do not go on; " + left + " jobs are left");
            }
        }
    }

    private static long succeeded(Queues queues, QueueName queue) {
        return queues.info(queue).map(info -> info.totals().getOrDefault(JobState.SUCCEEDED, 0L)).orElse(0L);
    }
}
