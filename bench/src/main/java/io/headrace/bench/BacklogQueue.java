package io.headrace.bench;

import io.headrace.Attempt;
import io.headrace.JobClient;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.bench.process.ServerFigures;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.JobQuery;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WriteResult;
import io.headrace.redis.RedisBroker;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** A queue that holds a number of jobs, and the operations whose cost must not depend on it. Used by one thread. */
final class BacklogQueue {
    private static final int BATCH = 100;
    private static final int BATCHES = 5;
    private static final int LOOK_UPS = 100;
    private static final int COUNTS = 50;
    private static final int PAGES = 20;
    private static final int PAGE = 50;
    private static final int PORTION = 10_000;
    private static final Duration LEASE = Duration.ofMinutes(1);

    private interface Operation {
        void run() throws RuntimeException;
    }

    private final BenchContext bench;
    private final RedisBroker broker;
    private final JobClient client;
    private final QueueName queue;
    private final NewJob job;
    private final WorkerId worker = WorkerId.random(new SecureRandom());
    private long size;
    /** The newest jobs: the last that will be claimed. */
    private List<JobId> newest = List.of();

    BacklogQueue(BenchContext bench, RedisBroker broker, QueueName queue) {
        this.bench = bench;
        this.broker = broker;
        this.client = new JobClient(broker);
        this.queue = queue;
        this.job = bench.job(queue, bench.payload());
    }

    QueueName queue() {
        return queue;
    }

    long size() {
        return size;
    }

    /** @param progress told how many are in line */
    void fillTo(long target, LongConsumer progress) {
        while (size < target) {
            add((int) Math.min(PORTION, target - size));
            progress.accept(size);
        }
    }

    private void add(int many) {
        newest = client.enqueueAll(Collections.nCopies(many, job)).stream().map(Submission::id).toList();
        size += many;
    }

    /** Does some of each operation, and leaves as many jobs in line as there were. @return microseconds by operation */
    Map<String, Double> block() {
        Map<String, Double> micros = new LinkedHashMap<>();
        time("claim, finish 100", BATCHES, this::claimAndFinish, micros);
        add(BATCH * BATCHES);
        List<JobId> ids = newest;
        int[] next = {0};
        time("status of a job", LOOK_UPS, () -> {
            if (broker.find(ids.get(next[0]++ % ids.size())).kind() != Lookup.Kind.FOUND) {
                throw new IllegalStateException("a job that is in line was not found");
            }
        }, micros);
        time("counts", COUNTS, () -> BenchContext.expect("jobs in line", size,
                broker.queues().info(queue).orElseThrow().counts().getOrDefault(JobState.QUEUED, 0L)), micros);
        time("page of 50", PAGES, () -> BenchContext.expect("jobs of a page", PAGE, broker.jobs()
                .list(new JobQuery(queue, JobState.QUEUED, null, null, null, PAGE)).jobs().size()), micros);
        return micros;
    }

    private void time(String what, int times, Operation operation, Map<String, Double> micros) {
        double cpu = ServerFigures.of(bench.probe(), queue, "cpu").cpuSeconds();
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            operation.run();
        }
        double nanos = System.nanoTime() - start;
        double cpuAfter = ServerFigures.of(bench.probe(), queue, "cpu").cpuSeconds();
        micros.put(what, nanos / 1e3 / times);
        micros.put(what + ", Redis", (cpuAfter - cpu) * 1e6 / times);
    }

    private void claimAndFinish() {
        List<ClaimedJob> jobs = broker.claim(new ClaimRequest(queue, worker, BATCH, LEASE, List.of(Priority.NORMAL)))
                .jobs();
        BenchContext.expect("jobs of a claim", BATCH, jobs.size());
        List<CompletableFuture<WriteResult>> settled = new ArrayList<>(jobs.size());
        for (ClaimedJob claimed : jobs) {
            settled.add(broker.settle(Verdict.finish(claimed.lease(), succeeded(claimed))).toCompletableFuture());
        }
        BenchContext.expect("jobs finished", BATCH,
                settled.stream().filter(it -> it.join() == WriteResult.RECORDED).count());
        size -= jobs.size();
    }

    /** As a worker writes it. */
    private JobDocument succeeded(ClaimedJob claimed) {
        Attempt attempt = new Attempt(claimed.lease().attempt(), worker.value(), claimed.claimedAt(),
                claimed.claimedAt(),
                Attempt.Outcome.SUCCEEDED, null);
        return claimed.document().with(claimed.document().history().and(attempt).ended(JobState.SUCCEEDED,
                claimed.claimedAt(), null));
    }
}
