package io.headrace.redis.jobs;

import io.headrace.BacklogFull;
import io.headrace.BrokerUnavailable;
import io.headrace.Durability;
import io.headrace.HeadraceException;
import io.headrace.Idempotency;
import io.headrace.IdempotencyConflict;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.OutcomeUnknown;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.DurabilityWait;
import io.headrace.redis.connection.Pipeline;
import io.headrace.redis.connection.Pipelines;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.runtime.ByteBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol.Command;

/**
 * Stores submissions. A plain one is a bare XADD on the shared pipeline; one with a delay or a key is a script, and so
 * is each to a queue that not any number of jobs may wait in.
 */
public final class Enqueuer implements AutoCloseable {
    /** How long an Idempotency-Key is remembered. */
    static final Duration IDEMPOTENCY_LIFETIME = Duration.ofHours(24);
    /** How many wake tokens a queue holds at most. */
    public static final int MAX_TOKENS = 4;
    /** When it is worth trying again with a queue that is full. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final byte[] NO_STREAM = RedisKeys.bytes("NOMKSTREAM");
    private static final byte[] ANY_ID = {'*'};
    private static final byte[] JOB = {'j', 'o', 'b'};
    private static final byte[] AT = {'a', 't'};

    /** What a submission on its way takes beside its document. */
    private static final int BESIDE_BYTES = 512;
    private static final Logger LOG = LoggerFactory.getLogger(Enqueuer.class);

    private final Redis redis;
    private final RedisKeys keys;
    private final QueueCache queues;
    private final DurabilityWait durabilityWait;
    /** What waits for Redis: {@link Pipeline} bounds their number, this their documents. */
    private final ByteBudget waiting;
    private final EntryTimes times;
    private final Pipelines<Pending> pipelines;
    /** Stream keys by queue and priority, encoded once. */
    private final Map<QueueName, Map<Priority, byte[]>> streams = new ConcurrentHashMap<>();

    public Enqueuer(Redis redis, RedisKeys keys, QueueCache queues, DurabilityWait durabilityWait,
            LongSupplier nanoClock) {
        this(redis, keys, queues, durabilityWait, nanoClock, ByteBudget.ofHeap());
    }

    public Enqueuer(Redis redis, RedisKeys keys, QueueCache queues, DurabilityWait durabilityWait,
            LongSupplier nanoClock,
            ByteBudget waiting) {
        this.waiting = waiting;
        this.redis = redis;
        this.keys = keys;
        this.queues = queues;
        this.durabilityWait = durabilityWait;
        this.times = new EntryTimes(redis, queues, nanoClock);
        this.pipelines = new Pipelines<>("headrace-enqueue", this::flush);
    }

    /** A submission on its way. */
    private record Pending(NewJob job, byte[] document, CompletableFuture<Submission> answer) implements Pipeline.Item {
        @Override
        public void fail(HeadraceException why) {
            answer.completeExceptionally(why);
        }

        boolean plain() {
            return job.delay() == null && job.runAt() == null && job.spec().uniqueKey() == null
                    && job.idempotency() == null && !job.awaited();
        }
    }

    public CompletionStage<Submission> enqueue(NewJob job) {
        byte[] document = JobDocument.of(job.spec()).bytes();
        long size = (long) document.length + BESIDE_BYTES;
        if (!waiting.tryReserve(size)) {
            return CompletableFuture.failedFuture(
                    new BrokerUnavailable(waiting.held() + " bytes are waiting for Redis already", null));
        }
        Pending pending = new Pending(job, document, new CompletableFuture<>());
        var unused = pending.answer().whenComplete((submission, failure) -> waiting.release(size));
        try {
            pipelines.add(redis.server(queues.base(job.queue())), job.durability(), pending);
        } catch (RuntimeException | Error e) { // its bytes must not stay counted
            pending.answer().completeExceptionally(e);
            throw e;
        }
        return pending.answer();
    }

    private void flush(List<Pending> batch) {
        Map<QueueName, QueueCache.Found> found = queues.look(queuesOf(batch));
        Set<QueueName> limited = new HashSet<>();
        boolean anyFailed = false;
        for (Map.Entry<QueueName, QueueCache.Found> each : found.entrySet()) {
            QueueCache.Found seen = each.getValue();
            if (seen.serverMs() > 0) {
                times.read(each.getKey(), seen.serverMs());
            }
            if (seen.limited()) {
                limited.add(each.getKey());
            }
            anyFailed |= seen.failure() != null;
        }
        // most flushes are of one queue: nothing to sort
        for (List<Pending> shard : found.size() == 1 && !anyFailed ? List.of(batch) : shards(batch, found)) {
            try {
                List<Pending> missing = send(shard, limited);
                if (!missing.isEmpty()) {
                    sendAgain(missing, limited);
                }
            } catch (HeadraceException e) {
                shard.forEach(pending -> pending.fail(e));
            }
        }
    }

    /** By the connection that serves them, without those whose queue is not to be had, which are failed. */
    private Collection<List<Pending>> shards(List<Pending> batch, Map<QueueName, QueueCache.Found> found) {
        Map<Integer, List<Pending>> shards = new LinkedHashMap<>();
        for (Pending pending : batch) {
            HeadraceException why = Objects.requireNonNull(found.get(pending.job().queue())).failure();
            if (why == null) {
                shards.computeIfAbsent(redis.shard(queues.base(pending.job().queue())), shard -> new ArrayList<>())
                        .add(pending);
            } else {
                pending.fail(why);
            }
        }
        return shards.values();
    }

    private static Set<QueueName> queuesOf(List<Pending> pendings) {
        QueueName last = pendings.get(0).job().queue();
        Set<QueueName> all = new HashSet<>();
        all.add(last);
        for (Pending pending : pendings) {
            if (!pending.job().queue().equals(last)) { // neighbours are mostly of one queue
                last = pending.job().queue();
                all.add(last);
            }
        }
        return all;
    }

    /**
     * Jobs of a queue that was not there, although it was a moment ago, are sent once more: nothing was stored of them.
     */
    private void sendAgain(List<Pending> missing, Set<QueueName> limited) {
        Map<QueueName, QueueCache.Found> found = queues.recreate(queuesOf(missing));
        List<Pending> again = new ArrayList<>();
        for (Pending pending : missing) {
            HeadraceException why = Objects.requireNonNull(found.get(pending.job().queue())).failure();
            if (why == null) {
                again.add(pending);
            } else {
                pending.fail(why);
            }
        }
        if (!again.isEmpty()) {
            send(again, limited).forEach(pending -> pending.fail(new BrokerUnavailable("the queue '"
                    + pending.job().queue() + "' was deleted while the job was on its way; nothing was stored", null)));
        }
    }

    /**
     * One flush: the jobs, then a wake token for each queue, then the wait until all is safe. Answers them, but those
     * whose queue is not there, which are returned.
     */
    private List<Pending> send(List<Pending> pendings, Set<QueueName> limited) {
        Durability durability = pendings.get(0).job().durability();
        byte[] key = queues.base(pendings.get(0).job().queue());
        List<Request> confirmation = durabilityWait.confirmation(durability, key);
        times.look(key, queuesOf(pendings));
        List<@Nullable Instant> stamps = new ArrayList<>(pendings.size());
        List<Request> requests = new ArrayList<>(pendings.size() + 8);
        List<Pending> sent = new ArrayList<>(pendings.size());
        Set<QueueName> bare = new LinkedHashSet<>();
        for (Pending pending : pendings) {
            boolean plain = pending.plain() && !limited.contains(pending.job().queue());
            Instant stamp = times.at(pending.job().queue(), pending.job().priority());
            if (written(pending, plain, stamp, requests)) {
                sent.add(pending);
                stamps.add(stamp);
                if (plain) { // the script wakes by itself, when there is work
                    bare.add(pending.job().queue());
                }
            }
        }
        if (sent.isEmpty()) {
            return List.of();
        }
        for (QueueName queue : bare) {
            byte[] wake = keys.wake(queue);
            requests.add(Request.of(Command.LPUSH, wake, 1));
            requests.add(Request.of(Command.LTRIM, wake, 0, MAX_TOKENS - 1));
        }
        requests.addAll(confirmation);
        List<Object> answers = redis.exchange(key, requests, confirmation.size());
        String doubt = confirmation.isEmpty() ? null
                : durabilityWait.doubt(durability, key, answers.get(answers.size() - 1));
        List<Pending> missing = new ArrayList<>();
        for (int i = 0; i < sent.size(); i++) {
            if (missing(answers.get(i))) {
                missing.add(sent.get(i));
            } else {
                answer(sent.get(i), answers.get(i), doubt, stamps.get(i));
            }
        }
        return missing;
    }

    /** Whether Redis answers that there is no such queue. */
    private static boolean missing(@Nullable Object answer) {
        return answer == null || (answer instanceof List<?> words && Replies.text(words.get(0)).equals("MISSING"));
    }

    /** One submission that cannot be written fails alone. */
    private boolean written(Pending pending, boolean plain, @Nullable Instant stamp,
            List<Request> requests) {
        try {
            requests.add(plain ? add(pending, stamp) : script(pending, stamp));
            return true;
        } catch (RuntimeException e) {
            LOG.error("a submission could not be written queue={} type={}", pending.job().queue(),
                    pending.job().spec().type(), e);
            pending.fail(new BrokerUnavailable("internal error: " + e, e));
            return false;
        }
    }

    /** A stream that is not there is not made: it would lack its group, and nobody would see the queue. */
    private Request add(Pending pending, @Nullable Instant stamp) {
        NewJob job = pending.job();
        byte[] stream = stream(job.queue(), job.priority());
        return stamp == null
                ? new Request(Command.XADD, stream, NO_STREAM, ANY_ID, JOB, pending.document())
                : Request.of(Command.XADD, stream, NO_STREAM, ANY_ID, JOB, pending.document(), AT,
                        stamp.toEpochMilli());
    }

    private Request script(Pending pending, @Nullable Instant stamp) {
        NewJob job = pending.job();
        Idempotency idempotency = job.idempotency();
        return redis.script(Script.ENQUEUE, queues.base(job.queue()), Args.of(job.queue(), job.priority(),
                pending.document(), job.delay() == null ? null : job.delay().toMillis(),
                job.runAt() == null ? null : Math.max(0, job.runAt().toEpochMilli()), job.spec().uniqueKey(),
                idempotency == null ? null : idempotency.key(), idempotency == null ? null : idempotency.fingerprint(),
                IDEMPOTENCY_LIFETIME.toMillis(), job.awaited(), stamp != null));
    }

    private byte[] stream(QueueName queue, Priority priority) {
        return Objects.requireNonNull(streams.computeIfAbsent(queue, name -> {
            Map<Priority, byte[]> all = new EnumMap<>(Priority.class);
            for (Priority each : Priority.values()) {
                all.put(each, keys.ready(name, each));
            }
            return all;
        }).get(priority));
    }

    /**
     * @param doubt why what Redis has answered is not as safe as was asked, or null
     * @param stamp when the job was accepted, where its id does not tell
     */
    private void answer(Pending pending, Object reply, @Nullable String doubt,
            @Nullable Instant stamp) {
        NewJob job = pending.job();
        try {
            HeadraceException failure = Redis.failure(reply);
            if (failure != null) {
                pending.fail(failure);
            } else if (doubt != null) {
                pending.fail(new OutcomeUnknown("Redis has the job in memory, but not with durability "
                        + job.durability() + ": " + doubt, null));
            } else if (reply instanceof byte[] entry) {
                JobId id = Replies.fresh(job.queue(), job.priority(), Replies.text(entry));
                times.added(job.queue(), job.priority(), id.millis());
                pending.answer().complete(
                        new Submission(Submission.Kind.ACCEPTED, id, JobState.QUEUED, stamp));
            } else {
                List<Object> words = Replies.list(reply);
                answer(pending, Replies.text(words.get(0)), Replies.text(words.get(1)),
                        ReadyEntry.time(Replies.text(words.get(2))));
            }
        } catch (HeadraceException e) {
            pending.fail(e);
        }
    }

    /** @param id of the job; of a queue that is full, how many may wait in it */
    private static void answer(Pending pending, String word, String id, @Nullable Instant acceptedAt) {
        Idempotency idempotency = pending.job().idempotency();
        if (word.equals("CONFLICT") && idempotency != null) {
            pending.fail(new IdempotencyConflict(idempotency.key()));
            return;
        }
        if (word.equals("FULL")) {
            pending.fail(new BacklogFull(pending.job().queue(), Long.parseLong(id), PATIENCE));
            return;
        }
        JobId job = JobId.parse(id);
        Submission.Kind kind = switch (word) {
            case "DUPLICATE" -> Submission.Kind.DUPLICATE;
            case "REPLAYED" -> Submission.Kind.REPLAYED;
            default -> Submission.Kind.ACCEPTED;
        };
        boolean scheduled = word.equals("SCHEDULED") || (kind == Submission.Kind.REPLAYED && job.scheduled());
        pending.answer().complete(new Submission(kind, job, scheduled ? JobState.SCHEDULED : JobState.QUEUED,
                acceptedAt));
    }

    @Override
    public void close() {
        pipelines.close();
    }
}
