package io.headrace.redis.jobs;

import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.Claim;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.jobs.LostAnswers.Asker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import redis.clients.jedis.Protocol.Command;

/**
 * Waits for jobs on the streams themselves, where one native command is both wake-up and claim: a job that comes alone
 * costs a worker one exchange instead of three. As with {@link DirectClaims} what the script would decide by is looked
 * at behind the read. Only few workers wait so: since Redis 7.2 each new entry costs a command for every reader that is
 * blocked. A wait is short, so that a worker that is frozen in it gets nothing that comes later, and so that what
 * reaches no stream, such as a job that was handed back, is soon seen. Thread-safe; a worker waits on one thread at a
 * time.
 */
public final class AwaitedClaims {
    /** How long one wait lasts at most. */
    static final Duration LONGEST = Duration.ofMillis(100);
    /** After so long comes a claim by script. */
    private static final long SCRIPTED_NANOS = Duration.ofSeconds(1).toNanos();
    /** A queue that is not plain, or a fleet that is not small, is taken for that for so long. */
    private static final long REFUSED_NANOS = Duration.ofSeconds(1).toNanos();
    /** How long it is believed how many workers there are. */
    private static final long COUNTED_NANOS = Duration.ofSeconds(4).toNanos();
    /** So many workers may wait on streams. */
    private static final int FEW = 8;

    /** Nothing came, and a claim by script is due. */
    private static final Claim LOOK_AT_ONCE = new Claim(List.of(), Optional.of(Duration.ZERO));

    private final Redis redis;
    private final LostAnswers.Exchange waits;
    private final RedisKeys keys;
    private final LostAnswers lostAnswers;
    private final DirectReads reads;
    private final LongSupplier nanoClock;
    private final Map<Asker, Known> known = new ConcurrentHashMap<>();
    /** What is sent behind a read, encoded once. */
    private final Map<QueueName, List<Request>> looks = new ConcurrentHashMap<>();
    private volatile Counted counted = new Counted(false, Long.MIN_VALUE);

    public AwaitedClaims(Redis redis, LostAnswers.Exchange waits, RedisKeys keys, LostAnswers lostAnswers,
            DirectReads reads, LongSupplier nanoClock) {
        this.redis = redis;
        this.waits = waits;
        this.keys = keys;
        this.lostAnswers = lostAnswers;
        this.reads = reads;
        this.nanoClock = nanoClock;
    }

    /**
     * What is known for an asker.
     *
     * @param scriptAt when its last claim by script was asked for
     * @param plain whether the queue was plain when it was seen last
     * @param refusedUntil until when it waits otherwise
     */
    private record Known(long scriptAt, boolean plain, long refusedUntil) {
        Known refused(long now) {
            return new Known(scriptAt, false, now + REFUSED_NANOS);
        }
    }

    private record Counted(boolean few, long asOf) {}

    /** A claim by script has been answered. */
    void scripted(Asker asker, long askedAt) {
        known.merge(asker, new Known(askedAt, false, askedAt),
                (before, fresh) -> new Known(askedAt, before.plain(), before.refusedUntil()));
    }

    void forget(QueueName queue, String worker) {
        known.keySet().removeIf(asker -> asker.is(queue, worker));
    }

    /** See {@link io.headrace.broker.Broker#awaitClaim}. */
    public Optional<Claim> await(ClaimRequest request, Duration atMost) {
        Asker asker = new Asker(request.queue(), request.worker());
        Known before = known.get(asker);
        long now = nanoClock.getAsLong();
        if (before != null && now - before.refusedUntil() < 0) {
            return Optional.empty();
        }
        int each = Math.min(request.max(), ClaimRequest.MOST) / request.order().size(); // all may answer at once
        if (each == 0 || lostAnswers.inDoubt(asker) || !few(now)) {
            return Optional.empty();
        }
        if (before == null || now - before.scriptAt() > SCRIPTED_NANOS) {
            return Optional.of(LOOK_AT_ONCE);
        }
        List<Request> behind = looks.computeIfAbsent(request.queue(), this::behind);
        if (!before.plain()) {
            DirectReads.Look seen = reads.look(request.queue(), behind.subList(1, behind.size()));
            if (seen == null || !seen.plain()) {
                known.put(asker, before.refused(now));
                return Optional.empty();
            }
        }
        known.put(asker, new Known(before.scriptAt(), false, now)); // unless this goes well
        return Optional.of(read(request, asker, each, atMost, before, behind));
    }

    private List<Request> behind(QueueName queue) {
        List<Request> requests = new ArrayList<>();
        requests.add(reads.token(queue));
        requests.addAll(reads.looking(queue, List.of()));
        return requests;
    }

    private Claim read(ClaimRequest request, Asker asker, int each, Duration atMost, Known before,
            List<Request> behind) {
        long blockMs = Math.max(1, Math.min(atMost.toMillis(), LONGEST.toMillis()));
        List<byte[]> streams = new ArrayList<>();
        for (Priority priority : request.order()) {
            streams.add(keys.ready(asker.queue(), priority));
        }
        List<Request> requests = new ArrayList<>();
        requests.add(read(asker, each, blockMs, streams));
        requests.addAll(behind);
        List<Object> answers = lostAnswers.runAll(asker, streams.get(0), requests, 0, waits);
        boolean failed = Redis.failure(answers.get(0)) != null;
        if (failed && answers.get(1) instanceof Long token && token == 1) { // of a queue that was deleted meanwhile
            byte[] fence = keys.index(asker.queue(), "fence");
            redis.ask(fence, new Request(Command.UNLINK, fence));
        }
        List<ClaimReply.Chunk> found = new ArrayList<>();
        for (Object stream : failed ? List.of() : Replies.list(answers.get(0))) {
            List<Object> pair = Replies.list(stream);
            found.add(ClaimReply.Chunk.fresh(priority(request, streams, pair.get(0)), Replies.list(pair.get(1))));
        }
        DirectReads.Taken taken = reads.take(asker, found, answers.subList(1, answers.size()));
        boolean plain = taken.look() != null && taken.look().plain();
        List<ClaimedJob> jobs = taken.jobs();
        boolean line = each > 1 && found.stream().anyMatch(chunk -> chunk.entries().size() == each);
        if (line) { // claims bring more of it at once; what comes behind it in the order must wait for that
            jobs = reads.upToTheFirstOf(each, request.order(), jobs);
        }
        known.put(asker, failed ? before.refused(nanoClock.getAsLong())
                : new Known(before.scriptAt(), plain, before.refusedUntil()));
        return new Claim(jobs, plain && !line && !failed ? Optional.empty() : LOOK_AT_ONCE.nextDue());
    }

    private static Priority priority(ClaimRequest request, List<byte[]> streams, Object key) {
        for (int i = 0; i < streams.size(); i++) {
            if (key instanceof byte[] bytes && Arrays.equals(bytes, streams.get(i))) {
                return request.order().get(i);
            }
        }
        throw new IllegalStateException("a stream was read that was not asked for: " + Replies.text(key));
    }

    private static Request read(Asker asker, int each, long blockMs, List<byte[]> streams) {
        List<Object> arguments = new ArrayList<>(List.of("GROUP", "workers", asker.worker(), "COUNT", each, "BLOCK",
                blockMs, "STREAMS"));
        arguments.addAll(streams);
        streams.forEach(stream -> arguments.add(">"));
        return Request.of(Command.XREADGROUP, arguments.toArray());
    }

    /** Whether so few workers live that some may wait on streams. */
    private boolean few(long now) {
        Counted last = counted;
        if (last.asOf() == Long.MIN_VALUE || now - last.asOf() > COUNTED_NANOS) {
            long workers = Replies.number(redis.ask(keys.workers(), Request.of(Command.SCARD, keys.workers())));
            last = new Counted(workers <= FEW, now);
            counted = last;
        }
        return last.few();
    }
}
