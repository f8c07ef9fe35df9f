package io.headrace.redis.operator;

import io.headrace.HeadraceException;
import io.headrace.JobDocument;
import io.headrace.JobState;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WriteResult;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Script;
import io.headrace.redis.jobs.Claims;
import io.headrace.redis.jobs.EntryIds;
import io.headrace.redis.jobs.QueueCache;
import io.headrace.redis.jobs.VerdictWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongConsumer;

/**
 * Cancels what waits in a queue. It claims the jobs in line, and ends them under the lease that it has, as undelivered
 * entries must not be deleted and every end is on record. Thread-safe.
 */
final class QueuePurger {
    /** How many jobs a purge cancels in its first step, and in one step at most. */
    private static final int FIRST = 16;
    private static final int STEP = 500;
    /** So many bytes of payloads it takes in one step, as far as those of the step before tell. */
    private static final long BYTES = 4 << 20;
    /** How long a purger may stay silent before what it holds goes back to workers. */
    private static final Duration LEASE = Duration.ofSeconds(30);

    private final Redis redis;
    private final QueueCache queues;
    private final Claims claims;
    private final VerdictWriter verdicts;

    QueuePurger(Redis redis, QueueCache queues, Claims claims, VerdictWriter verdicts) {
        this.redis = redis;
        this.queues = queues;
        this.claims = claims;
        this.verdicts = verdicts;
    }

    long purge(QueueName queue, LongConsumer progress) {
        WorkerId purger = WorkerId.random(ThreadLocalRandom.current());
        List<Object> reply = Replies.list(redis.ask(Script.NEWEST, queues.base(queue), List.of()));
        Map<String, String> newest = Replies.map(reply.subList(1, reply.size()));
        long cancelled = 0;
        int step = FIRST;
        try {
            for (Priority priority : Priority.values()) {
                String last = newest.getOrDefault(String.valueOf(priority.code()), "");
                boolean older = true;
                while (older) {
                    ClaimRequest request = new ClaimRequest(queue, purger, step, LEASE, List.of(priority));
                    List<ClaimedJob> jobs = claims.claim(request, true).jobs();
                    older = !jobs.isEmpty() && jobs.stream().noneMatch(job -> isBehind(job, last));
                    cancelled += cancelAll(jobs, last);
                    progress.accept(cancelled);
                    step = jobs.isEmpty() ? step : affordable(jobs);
                }
            }
            return cancelled;
        } finally {
            claims.forget(queue, purger.value());
        }
    }

    private static int affordable(List<ClaimedJob> like) {
        long bytes = like.stream().mapToLong(job -> job.document().spec().payload().size()).sum();
        return (int) Math.max(1, Math.min(STEP, BYTES * like.size() / Math.max(1, bytes)));
    }

    /** Whether the job came into line after that entry; whatever clocks say. */
    private static boolean isBehind(ClaimedJob job, String last) {
        return last.isEmpty() || EntryIds.compare(job.lease().token().entry().substring(1), last) > 0;
    }

    /** Ends the jobs that were in line when the purge started, and hands back the newer ones among them. */
    private long cancelAll(List<ClaimedJob> jobs, String last) {
        List<CompletableFuture<WriteResult>> open = new ArrayList<>();
        for (ClaimedJob job : jobs) {
            JobDocument document = job.document();
            if (isBehind(job, last)) {
                join(verdicts.settle(Verdict.release(job.lease(), document)).toCompletableFuture());
            } else {
                JobDocument ended = document.with(document.history().ended(JobState.CANCELLED, job.claimedAt(), null));
                open.add(verdicts.settle(Verdict.finish(job.lease(), ended)).toCompletableFuture());
            }
        }
        return open.stream().filter(answer -> join(answer) == WriteResult.RECORDED).count();
    }

    private static WriteResult join(CompletableFuture<WriteResult> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof HeadraceException known ? known : e;
        }
    }
}
