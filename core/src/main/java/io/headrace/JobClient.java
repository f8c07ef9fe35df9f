package io.headrace;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Submits jobs from a program and waits for their ends. Thread-safe; a thin face of {@link JobStore}. */
public final class JobClient {
    /**
     * How long a waiter goes without looking even if no event comes: events are hints and can be missed while a
     * connection is down.
     */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    /** How many submissions of one call are on their way at a time. */
    private static final int MAX_OPEN = 10_000;

    private final JobStore broker;

    public JobClient(JobStore broker) {
        this.broker = broker;
    }

    /**
     * Submits a job and waits until it is stored.
     *
     * @throws BrokerUnavailable when it could not be stored
     * @throws OutcomeUnknown when it may or may not have been stored
     * @throws IdempotencyConflict see {@link JobStore#enqueue}; likewise {@link BacklogFull} and {@link UnknownQueue}
     */
    public Submission enqueue(NewJob job) {
        return join(broker.enqueue(job));
    }

    /** Submits a job; see {@link JobStore#enqueue}. */
    public CompletionStage<Submission> enqueueAsync(NewJob job) {
        return broker.enqueue(job);
    }

    /**
     * Submits many jobs that share round trips, and waits until each is answered. At most {@value #MAX_OPEN} are on
     * their way at a time, so any number can be given.
     *
     * @return an answer for each, in order
     * @throws HeadraceException the first failure, after all that were on their way were answered; jobs before and
     *             after it may have been stored
     */
    public List<Submission> enqueueAll(List<NewJob> jobs) {
        List<Submission> answers = new ArrayList<>(jobs.size());
        for (int from = 0; from < jobs.size(); from += MAX_OPEN) {
            List<CompletableFuture<Submission>> open = new ArrayList<>();
            for (NewJob job : jobs.subList(from, Math.min(jobs.size(), from + MAX_OPEN))) {
                open.add(broker.enqueue(job).toCompletableFuture());
            }
            CompletableFuture.allOf(open.toArray(CompletableFuture[]::new)).exceptionally(e -> null).join();
            open.forEach(answer -> answers.add(join(answer)));
        }
        return answers;
    }

    /**
     * Waits until a job has ended. One that may end before this is called, in a queue that keeps nothing, should be
     * submitted as {@link NewJob.Builder#awaited}.
     *
     * @return the job as it is when it has ended, or as it is when the time is up; see {@link JobState#terminal()}
     * @throws InvalidInput when there is no such job
     */
    public Job await(JobId id, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        Semaphore changed = new Semaphore(0);
        AwaitedJob awaited = new AwaitedJob(broker, id, System::nanoTime);
        try (Subscription ignored = broker.onChange(id.queue(), job -> {
            if (job.equals(id)) {
                changed.release();
            }
        })) {
            while (true) {
                Job job = awaited.look().job()
                        .orElseThrow(() -> new InvalidInput("id", "names no job on record: " + id));
                long left = deadline - System.nanoTime();
                if (job.state().terminal() || left <= 0) {
                    return job;
                }
                boolean heard = changed.tryAcquire(Math.min(left, LOOK_EVERY.toNanos()), TimeUnit.NANOSECONDS);
                if (heard) {
                    changed.drainPermits();
                }
            }
        }
    }

    private static Submission join(CompletionStage<Submission> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof HeadraceException known ? known : e;
        }
    }
}
