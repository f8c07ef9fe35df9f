package io.headrace.redis;

import io.headrace.BacklogFull;
import io.headrace.BrokerUnavailable;
import io.headrace.Durability;
import io.headrace.HeadraceException;
import io.headrace.Idempotency;
import io.headrace.IdempotencyConflict;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Level;
import io.headrace.NewJob;
import io.headrace.OutcomeUnknown;
import io.headrace.QueueName;
import io.headrace.Submission;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/** Stores submissions. A plain one is a bare XADD on the shared pipeline; one with a delay or a key is a script. */
final class Enqueuer implements AutoCloseable {
    /** How long an Idempotency-Key is remembered. */
    static final Duration IDEMPOTENCY_LIFETIME = Duration.ofHours(24);
    /** How many wake tokens a queue holds at most. */
    static final int MAX_TOKENS = 4;
    /** How long a queue's limit and depth are believed. */
    private static final long BACKLOG_NANOS = Duration.ofSeconds(1).toNanos();

    private static final byte[] ANY_ID = {'*'};
    private static final byte[] JOB = {'j', 'o', 'b'};
    private static final byte[] NONE = {};

    private final Link link;
    private final RedisKeys keys;
    private final Queues queues;
    private final LongSupplier nanoClock;
    private final Safekeeping safekeeping;
    private final Lanes<Pending> lanes;
    /** What is known of each queue's backlog; written by the lanes' threads. */
    private final Map<QueueName, Backlog> backlogs = new ConcurrentHashMap<>();
    /** Stream keys by queue and level, encoded once. */
    private final Map<QueueName, Map<Level, byte[]>> streams = new ConcurrentHashMap<>();

    Enqueuer(Link link, RedisKeys keys, Queues queues, Safekeeping safekeeping, LongSupplier nanoClock) {
        this.link = link;
        this.keys = keys;
        this.queues = queues;
        this.nanoClock = nanoClock;
        this.safekeeping = safekeeping;
        this.lanes = new Lanes<>("headrace-enqueue", this::flush);
    }

    /** A queue's limit and depth as of a moment. */
    private record Backlog(long limit, long depth, long asOf) {
        boolean full() {
            return limit > 0 && depth >= limit;
        }
    }

    /** A submission on its way. */
    private record Pending(NewJob job, byte[] document, CompletableFuture<Submission> answer) implements Lane.Item {
        @Override
        public void fail(HeadraceException why) {
            answer.completeExceptionally(why);
        }

        boolean plain() {
            return job.delay() == null && job.runAt() == null && job.spec().uniqueKey() == null
                    && job.idempotency() == null && !job.awaited();
        }
    }

    CompletionStage<Submission> enqueue(NewJob job) {
        Pending pending = new Pending(job, JobDocument.of(job.spec()).bytes(), new CompletableFuture<>());
        lanes.add(link.server(queues.base(job.queue())), job.durability(), pending);
        return pending.answer();
    }

    private void flush(List<Pending> batch) {
        Map<Integer, List<Pending>> shards = new LinkedHashMap<>();
        Map<QueueName, HeadraceException> missing = new HashMap<>();
        for (Pending pending : batch) {
            QueueName queue = pending.job().queue();
            HeadraceException why = missing.get(queue);
            if (why == null) {
                why = ensure(queue);
            }
            if (why == null) {
                shards.computeIfAbsent(link.shard(queues.base(queue)), shard -> new ArrayList<>()).add(pending);
            } else {
                missing.put(queue, why); // the others of its queue need not wait for as many timeouts
                pending.fail(why);
            }
        }
        for (List<Pending> shard : shards.values()) {
            try {
                flushShard(shard);
            } catch (HeadraceException e) {
                shard.forEach(pending -> pending.fail(e));
            }
        }
    }

    /** Why the queue does not exist and cannot be created, or null when it exists. */
    private @Nullable HeadraceException ensure(QueueName queue) {
        try {
            queues.ensure(queue);
            return null;
        } catch (OutcomeUnknown e) {
            return new BrokerUnavailable("the queue could not be created: " + e.getMessage(), e); // no job was sent
        } catch (HeadraceException e) {
            return e;
        }
    }

    /** One flush: the jobs, then for each queue a wake token and, once a second, a look at its backlog; then the wait until all is safe. */
    private void flushShard(List<Pending> pendings) {
        Durability durability = pendings.get(0).job().durability();
        byte[] key = queues.base(pendings.get(0).job().queue());
        List<Link.Request> confirmation = safekeeping.confirmation(durability, key);
        List<Pending> admitted = new ArrayList<>(pendings.size());
        List<Link.Request> requests = new ArrayList<>(pendings.size() + 8);
        Map<QueueName, Integer> looks = new LinkedHashMap<>();
        for (Pending pending : pendings) {
            QueueName queue = pending.job().queue();
            Backlog backlog = backlogs.get(queue);
            if (backlog != null && backlog.full() && !stale(backlog)) {
                pending.fail(new BacklogFull(queue, backlog.limit(), Duration.ofSeconds(1)));
            } else {
                admitted.add(pending);
                requests.add(request(pending));
                looks.put(queue, -1);
            }
        }
        if (admitted.isEmpty()) {
            return;
        }
        Set<QueueName> plain = admitted.stream().filter(Pending::plain).map(pending -> pending.job().queue())
                .collect(Collectors.toSet());
        for (QueueName queue : plain) { // the script of the others wakes by itself, when there is work
            byte[] wake = keys.wake(queue);
            requests.add(new Link.Request(Command.LPUSH, wake, RedisKeys.bytes(1)));
            requests.add(new Link.Request(Command.LTRIM, wake, RedisKeys.bytes(0), RedisKeys.bytes(MAX_TOKENS - 1)));
        }
        for (Map.Entry<QueueName, Integer> look : looks.entrySet()) {
            Backlog backlog = backlogs.get(look.getKey());
            if (backlog == null || stale(backlog)) {
                look.setValue(requests.size());
                addLook(look.getKey(), requests);
            }
        }
        requests.addAll(confirmation);
        List<Object> answers = link.exchange(key, requests, confirmation.size());
        String doubt = confirmation.isEmpty() ? null
                : safekeeping.doubt(durability, key, answers.get(answers.size() - 1));
        looks.forEach((queue, at) -> {
            if (at >= 0) {
                learn(queue, answers.subList(at, at + 1 + Level.values().length));
            }
        });
        for (int i = 0; i < admitted.size(); i++) {
            answer(admitted.get(i), answers.get(i), doubt);
        }
    }

    private boolean stale(Backlog backlog) {
        return nanoClock.getAsLong() - backlog.asOf() > BACKLOG_NANOS;
    }

    private void addLook(QueueName queue, List<Link.Request> requests) {
        requests.add(new Link.Request(Command.HGET, keys.settings(queue), RedisKeys.bytes(Setter.MAX_BACKLOG)));
        for (Level level : Level.values()) {
            requests.add(new Link.Request(Command.XLEN, stream(queue, level)));
        }
    }

    private void learn(QueueName queue, List<Object> answers) {
        long depth = answers.subList(1, answers.size()).stream().mapToLong(n -> n instanceof Long l ? l : 0).sum();
        long limit = Replies.number(answers.get(0));
        backlogs.put(queue, new Backlog(limit, depth, nanoClock.getAsLong()));
    }

    private Link.Request request(Pending pending) {
        NewJob job = pending.job();
        if (pending.plain()) {
            return new Link.Request(Command.XADD, stream(job.queue(), job.level()), ANY_ID, JOB, pending.document());
        }
        Idempotency idempotency = job.idempotency();
        List<byte[]> arguments = List.of(RedisKeys.bytes(job.queue().value()),
                RedisKeys.bytes(String.valueOf(job.level().code())), pending.document(),
                job.delay() == null ? NONE : RedisKeys.bytes(job.delay().toMillis()),
                job.runAt() == null ? NONE : RedisKeys.bytes(Math.max(0, job.runAt().toEpochMilli())),
                text(job.spec().uniqueKey()),
                idempotency == null ? NONE : RedisKeys.bytes(idempotency.key()),
                idempotency == null ? NONE : RedisKeys.bytes(idempotency.fingerprint()),
                RedisKeys.bytes(IDEMPOTENCY_LIFETIME.toMillis()), RedisKeys.bytes(job.awaited() ? 1 : 0));
        return link.script(Script.ENQUEUE, queues.base(job.queue()), arguments);
    }

    private static byte[] text(@Nullable String value) {
        return value == null ? NONE : value.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] stream(QueueName queue, Level level) {
        return Objects.requireNonNull(streams.computeIfAbsent(queue, name -> {
            Map<Level, byte[]> all = new EnumMap<>(Level.class);
            for (Level each : Level.values()) {
                all.put(each, keys.ready(name, each));
            }
            return all;
        }).get(level));
    }

    /** @param doubt why what Redis has answered is not as safe as was asked, or null */
    private static void answer(Pending pending, Object reply, @Nullable String doubt) {
        NewJob job = pending.job();
        try {
            HeadraceException failure = Link.failure(reply);
            if (failure != null) {
                pending.fail(failure);
            } else if (doubt != null) {
                pending.fail(new OutcomeUnknown("Redis has the job in memory, but not with durability "
                        + job.durability() + ": " + doubt, null));
            } else if (reply instanceof byte[] entry) {
                JobId id = Replies.fresh(job.queue(), job.level(), Replies.text(entry));
                pending.answer().complete(new Submission(Submission.Kind.ACCEPTED, id, JobState.QUEUED));
            } else {
                List<Object> words = Replies.list(reply);
                answer(pending, Replies.text(words.get(0)), Replies.text(words.get(1)));
            }
        } catch (HeadraceException e) {
            pending.fail(e);
        }
    }

    private static void answer(Pending pending, String word, String id) {
        Idempotency idempotency = pending.job().idempotency();
        if (word.equals("CONFLICT") && idempotency != null) {
            pending.fail(new IdempotencyConflict(idempotency.key()));
            return;
        }
        JobId job = JobId.parse(id);
        Submission.Kind kind = switch (word) {
            case "DUPLICATE" -> Submission.Kind.DUPLICATE;
            case "REPLAYED" -> Submission.Kind.REPLAYED;
            default -> Submission.Kind.ACCEPTED;
        };
        boolean scheduled = word.equals("SCHEDULED") || (kind == Submission.Kind.REPLAYED && job.scheduled());
        pending.answer().complete(new Submission(kind, job, scheduled ? JobState.SCHEDULED : JobState.QUEUED));
    }

    @Override
    public void close() {
        lanes.close();
    }
}
