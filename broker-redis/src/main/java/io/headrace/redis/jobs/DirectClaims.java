package io.headrace.redis.jobs;

import io.headrace.HeadraceException;
import io.headrace.Priority;
import io.headrace.QueueName;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol.Command;

/**
 * Claims of a worker that runs short jobs out of a long line, without the script: see {@link DirectReads}. How the
 * queue was seen counts for the next claim: so for {@value #BELIEVED_MS} ms at most a worker may go on with its line
 * although a job of another priority, one that was handed back or one that fell due would be first. A pause is obeyed
 * at once: what was read of a paused queue is handed back, in place, and that delivery does not count. Thread-safe; a
 * worker claims on one thread at a time.
 */
public final class DirectClaims {
    private static final Logger LOG = LoggerFactory.getLogger(DirectClaims.class);
    /** How long a queue is taken to be as it was seen. */
    private static final long BELIEVED_MS = 10;
    private static final long BELIEVED_NANOS = Duration.ofMillis(BELIEVED_MS).toNanos();
    /** After so long comes a claim by script, which also notes the worker's usual lease. */
    private static final long SCRIPTED_NANOS = Duration.ofSeconds(1).toNanos();
    /** So many claims in a row must have brought all that was asked for. */
    private static final int STREAK = 8;

    private final Redis redis;
    private final RedisKeys keys;
    private final LostAnswers lostAnswers;
    private final EntryReader entries;
    private final DirectReads reads;
    private final LongSupplier nanoClock;
    private final Map<Asker, Flow> flows = new ConcurrentHashMap<>();
    /** What asks for the state of a line, encoded once. */
    private final Map<Line, List<Request>> looks = new ConcurrentHashMap<>();

    private record Line(QueueName queue, Priority priority) {}

    public DirectClaims(Redis redis, RedisKeys keys, LostAnswers lostAnswers, EntryReader entries,
            DirectReads reads, LongSupplier nanoClock) {
        this.redis = redis;
        this.keys = keys;
        this.lostAnswers = lostAnswers;
        this.entries = entries;
        this.reads = reads;
        this.nanoClock = nanoClock;
    }

    /**
     * Claims of one priority that brought all that was asked for.
     *
     * @param streak how many in a row
     * @param asOf when the last was asked for
     * @param scriptAt when the last one by script was
     * @param plain whether the queue was seen to be plain then
     */
    private record Flow(Priority priority, int streak, long asOf, long scriptAt, boolean plain) {}

    /** A claim by script has brought these jobs. */
    void scripted(ClaimRequest request, Asker asker, long askedAt, List<ClaimedJob> jobs) {
        if (jobs.size() < request.max()) {
            flows.remove(asker);
            return;
        }
        Priority priority = jobs.get(0).lease().job().priority();
        Flow before = flows.get(asker);
        if (before != null && before.priority() == priority && fresh(before, askedAt)
                && jobs.stream().allMatch(job -> job.lease().job().priority() == priority)) {
            flows.put(asker, new Flow(priority, before.streak() + 1, askedAt, askedAt, before.plain()));
        } else {
            flows.put(asker, new Flow(priority, 1, askedAt, askedAt, false));
        }
    }

    void forget(QueueName queue, String worker) {
        flows.keySet().removeIf(asker -> asker.is(queue, worker));
    }

    private static boolean fresh(Flow flow, long now) {
        return now - flow.asOf() <= BELIEVED_NANOS;
    }

    /** Claims if it may; none when the script must. */
    List<ClaimedJob> claim(ClaimRequest request, Asker asker) {
        Flow flow = flows.get(asker);
        long askedAt = nanoClock.getAsLong();
        if (flow == null || flow.streak() < STREAK || !fresh(flow, askedAt)
                || askedAt - flow.scriptAt() > SCRIPTED_NANOS || !request.order().contains(flow.priority())) {
            return List.of();
        }
        QueueName queue = request.queue();
        List<Request> looking = looks.computeIfAbsent(new Line(queue, flow.priority()),
                line -> reads.looking(line.queue(), others(line.priority())));
        if (!flow.plain()) {
            DirectReads.Look seen = reads.look(queue, looking);
            if (seen == null || !seen.plain()) {
                flows.remove(asker);
                return List.of();
            }
        }
        flows.remove(asker); // unless this goes well
        List<Request> requests = new ArrayList<>();
        requests.add(read(asker, flow.priority(), Math.min(request.max(), ClaimRequest.MOST)));
        requests.add(reads.token(queue));
        requests.addAll(looking);
        List<Object> answers = lostAnswers.runAll(asker, requests, 0);
        List<Object> found = Redis.failure(answers.get(0)) == null ? Replies.entries(answers.get(0)) : List.of();
        if (found.isEmpty()) {
            return List.of(); // the script finds out why
        }
        DirectReads.Taken taken = reads.take(asker, List.of(ClaimReply.Chunk.fresh(flow.priority(), found)),
                answers.subList(1, answers.size()));
        if (taken.look() != null && taken.look().plain() && found.size() == request.max()) {
            flows.put(asker, new Flow(flow.priority(), flow.streak(), askedAt, flow.scriptAt(), true));
        }
        return taken.jobs();
    }

    private static List<Priority> others(Priority priority) {
        return Arrays.stream(Priority.values()).filter(each -> each != priority).toList();
    }

    /**
     * Leases what the script left to be read directly, and tells how many entries came. What fails here takes nothing
     * from what the script has leased, and ends the claim; the next one asks for what the lost answer leased.
     */
    int rest(Asker asker, ClaimReply.Leased leased, ClaimReply.Rest rest, List<ClaimedJob> jobs) {
        QueueName queue = asker.queue();
        // Asked after the read: a cancellation that comes later finds a running job, and tells its worker.
        Request marked = new Request(Command.EXISTS, keys.index(queue, "cancelled"),
                keys.index(queue, "cancelling"));
        try {
            List<Object> replies = redis.exchange(marked.key(),
                    List.of(read(asker, rest.priority(), rest.most()), marked));
            List<Object> found = Replies.entries(Redis.checked(replies.get(0)));
            boolean told = !found.isEmpty()
                    && (rest.watched() || Replies.number(Redis.checked(replies.get(1))) > 0);
            ClaimReply.Chunk chunk = ClaimReply.Chunk.fresh(rest.priority(), found);
            Set<String> cancelled = told ? reads.announce(queue, chunk, rest.watched()) : Set.of();
            return entries.read(asker, new ClaimReply.Leased(leased.now(), List.of(chunk), cancelled, leased.fence()),
                    jobs);
        } catch (HeadraceException e) {
            LOG.debug("the answer to a claim was lost in part queue={}", queue, e);
            lostAnswers.lost(asker);
            return rest.most();
        }
    }

    private Request read(Asker asker, Priority priority, int most) {
        return Request.of(Command.XREADGROUP, "GROUP", "workers", asker.worker(), "COUNT", most, "STREAMS",
                keys.ready(asker.queue(), priority), ">");
    }
}
