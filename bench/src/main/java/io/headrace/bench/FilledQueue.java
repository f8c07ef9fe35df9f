package io.headrace.bench;

import io.headrace.JobClient;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.broker.Queues;
import io.headrace.redis.RedisBroker;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/** A queue that is filled with jobs that do nothing, and emptied by workers. Used by one thread. */
final class FilledQueue {
    private static final int BATCH = 1_000;
    /** Each look costs Redis some 15 µs: seldom enough to be nothing of what it does meanwhile. */
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /** Longer than any fault that heals itself. */
    private static final long STUCK_NANOS = Duration.ofMinutes(2).toNanos();

    private final BenchContext bench;
    private final Queues queues;
    private final JobClient client;
    private final QueueName name;
    /** How many jobs it was ever given. */
    private long given;

    FilledQueue(BenchContext bench, RedisBroker broker, QueueName name) {
        this.bench = bench;
        this.queues = broker.queues();
        this.client = new JobClient(broker);
        this.name = name;
    }

    QueueName name() {
        return name;
    }

    /** Pauses it, and puts jobs in line, which is empty. */
    void fill(int jobs) {
        queues.pause(name);
        Json payload = bench.payload();
        NewJob job = bench.job(name, payload);
        for (int left = jobs; left > 0; left -= BATCH) {
            client.enqueueAll(Collections.nCopies(Math.min(BATCH, left), job));
        }
        given += jobs;
        BenchContext.expect("jobs in line", jobs, bench.probe().unfinished(name));
    }

    /** Lets workers take what is in line. */
    void resume() {
        queues.resume(name);
    }

    void awaitEmpty() throws IOException {
        awaitEmpty(left -> {});
    }

    /**
     * Waits until the workers have run all jobs.
     *
     * @param look told again and again how many are left
     * @throws IOException when they do not go on
     */
    void awaitEmpty(LongConsumer look) throws IOException {
        long left = Long.MAX_VALUE;
        long changed = System.nanoTime();
        while (left > 0) {
            long now = bench.probe().unfinished(name);
            look.accept(now);
            if (now != left) {
                left = now;
                changed = System.nanoTime();
            } else if (System.nanoTime() - changed > STUCK_NANOS) {
                throw new IOException("the workers do not go on; " + left + " jobs are left");
            }
            if (left > 0) {
                LockSupport.parkNanos(LOOK_EVERY_NANOS);
            }
        }
        BenchContext.expect("succeeded jobs", given, succeeded());
    }

    private long succeeded() {
        return queues.info(name).map(info -> info.totals().getOrDefault(JobState.SUCCEEDED, 0L)).orElse(0L);
    }
}
