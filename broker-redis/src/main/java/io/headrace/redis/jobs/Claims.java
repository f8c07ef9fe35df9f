package io.headrace.redis.jobs;

import io.headrace.HeadraceException;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.Claim;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.connection.UnreadableValues;
import io.headrace.redis.jobs.LostAnswers.Asker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leases jobs to workers: those in line, those that fell due, and those that it leased before without being heard. */
public final class Claims {
    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
    /**
     * So many entries of a priority come through the script, in the one round trip of a claim; what exceeds them comes
     * in a second, which costs Redis a third as much an entry (measured: 1.8 µs against 4.6 µs). At this number both
     * cost the same, the worker's part of a round trip included.
     */
    private static final int READ_BY_SCRIPT = 16;
    /**
     * What the script decided, such as that the queue is not paused, is acted upon for so long: a worker that was
     * frozen in between asks again.
     */
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    /** One call promotes at most so many jobs of a kind that fell due, so that a herd of them passes in steps. */
    private static final int MAX_PROMOTED = 200;

    private final Redis redis;
    private final QueueCache queues;
    private final EntryReader entries;
    private final DirectClaims direct;
    private final AwaitedClaims awaited;
    private final LostAnswers lostAnswers;
    private final LongSupplier nanoClock;

    public Claims(Redis redis, QueueCache queues, EntryReader entries, Direct direct, LostAnswers lostAnswers,
            LongSupplier nanoClock) {
        this.redis = redis;
        this.direct = direct.claims();
        this.awaited = direct.awaited();
        this.queues = queues;
        this.entries = entries;
        this.lostAnswers = lostAnswers;
        this.nanoClock = nanoClock;
    }

    /** The two ways to claim without the script. */
    public record Direct(DirectClaims claims, AwaitedClaims awaited) {}

    /**
     * Leases jobs; what has been leased is handed out whatever fails then, as the next call meets the failure again.
     *
     * @param pausedToo whether a paused queue yields jobs; so a purge can empty it
     */
    public Claim claim(ClaimRequest request, boolean pausedToo) {
        Asker asker = new Asker(request.queue(), request.worker());
        boolean inDoubt = lostAnswers.inDoubt(asker);
        List<ClaimedJob> jobs = new ArrayList<>();
        List<Priority> order = request.order();
        int left = Math.min(request.max(), ClaimRequest.MOST);
        Optional<Duration> nextDue = Optional.empty();
        long beganAt = nanoClock.getAsLong();
        try {
            if (inDoubt) {
                left -= recall(request, asker, left, jobs);
            } else if (!pausedToo) {
                jobs.addAll(direct.claim(request, asker));
                left -= jobs.size();
                if (left <= 0) {
                    return new Claim(jobs, nextDue);
                }
            }
            while (true) {
                long askedAt = nanoClock.getAsLong();
                Asked asked = new Asked(order, Math.max(0, left), inDoubt ? left : READ_BY_SCRIPT, pausedToo);
                ClaimReply reply = ask(request, asker, asked, inDoubt);
                nextDue = reply.nextDue();
                left -= entries.read(asker, reply.leased(), jobs);
                ClaimReply.Rest rest = reply.rest();
                if (rest == null || nanoClock.getAsLong() - askedAt > FRESH_NANOS) {
                    break;
                }
                int more = direct.rest(asker, reply.leased(), rest, jobs);
                left -= more;
                order = order.subList(order.indexOf(rest.priority()) + 1, order.size());
                if (more == rest.most() || order.isEmpty()) {
                    break;
                } // that priority has no more, those behind it may
            }
            direct.scripted(request, asker, beganAt, jobs);
            awaited.scripted(asker, beganAt);
        } catch (HeadraceException e) {
            if (jobs.isEmpty()) {
                throw e;
            }
        }
        return new Claim(jobs, nextDue);
    }

    /**
     * What one script call is asked for.
     *
     * @param most how many jobs
     * @param readHere how many entries of a priority come through the script at most
     */
    private record Asked(List<Priority> order, int most, int readHere, boolean pausedToo) {
        Args args(ClaimRequest request, boolean unlessDue) {
            return Args.of(request.worker(), most, request.lease().toMillis(), unlessDue, pausedToo, readHere, order);
        }
    }

    private ClaimReply ask(ClaimRequest request, Asker asker, Asked asked, boolean inDoubt) {
        byte[] base = queues.base(request.queue());
        Optional<Request> recall = inDoubt ? Optional.of(recall(request, asked.most())) : Optional.empty();
        Request claim = redis.script(Script.CLAIM, base, asked.args(request, !asked.pausedToo()));
        ClaimReply reply = ask(asker, Optional.empty(), claim, recall);
        if (reply.due()) {
            claim = redis.script(Script.CLAIM, base, asked.args(request, false));
            reply = ask(asker, Optional.of(redis.script(Script.PROMOTE_DUE, base, Args.of(MAX_PROMOTED))), claim,
                    recall);
        }
        // What was leased is handed out before anything that can fail; the next claim mends what is missing.
        if (!reply.lacksGroup()) {
            queues.seen(request.queue());
        } else if (queues.restore(request.queue())) {
            reply = ask(asker, Optional.empty(), claim, recall);
        }
        return reply;
    }

    /**
     * Claims, all in one flush. In doubt what counts is not what the claim says that it leased, but what the worker
     * holds behind it without knowing: a claim that was given up may have run just before, and what that leased would
     * be taken for known after this one.
     *
     * @param promote puts jobs in line that fell due; what is amiss with it is told unless the claim yields
     */
    private ClaimReply ask(Asker asker, Optional<Request> promote, Request claim, Optional<Request> recall) {
        List<Request> requests = promote.isEmpty() && recall.isEmpty() ? List.of(claim)
                : Stream.of(promote, Optional.of(claim), recall).flatMap(Optional::stream).toList();
        List<Object> answers = lostAnswers.runAll(asker, requests, recall.isPresent() ? 1 : 0);
        ClaimReply reply = ClaimReply.of(Redis.checked(answers.get(promote.isPresent() ? 1 : 0)));
        if (recall.isPresent()) {
            try {
                reply = reply.leasing(ClaimReply.Leased.of(Redis.checked(answers.get(answers.size() - 1))));
            } catch (HeadraceException e) {
                lostAnswers.lost(asker);
                throw e;
            }
        }
        if (promote.isPresent()) {
            promoted(asker.queue(), answers.get(0), !reply.leased().chunks().isEmpty());
        }
        return reply;
    }

    private static void promoted(QueueName queue, Object answer, boolean yielded) {
        HeadraceException failure = Redis.failure(answer);
        if (failure != null && !yielded) {
            throw failure;
        } else if (failure != null) {
            LOG.warn("jobs that fell due could not be put in line queue={}", queue, failure);
        } else {
            Replies.texts(answer)
                    .forEach(member -> LOG.warn("dropped from an index, as it is no job id queue={} index={}",
                            queue, UnreadableValues.shown(member)));
        }
    }

    /** Asks what an earlier claim leased whose answer got lost; tells how many entries it is. */
    private int recall(ClaimRequest request, Asker asker, int left, List<ClaimedJob> jobs) {
        return entries.read(asker,
                ClaimReply.Leased.of(lostAnswers.run(asker, recall(request, left))), jobs);
    }

    private Request recall(ClaimRequest request, int left) {
        LostAnswers.Told told = lostAnswers.told(new Asker(request.queue(), request.worker()));
        Args args = Args.of(request.worker(), left, told.fence());
        request.order().forEach(priority -> args.with(priority, told.newest(priority)));
        return redis.script(Script.RECALL, queues.base(request.queue()), args);
    }

    /** Whether a worker may hold jobs of a queue without knowing: the next claim tells it. */
    public boolean inDoubt(Asker asker) {
        return lostAnswers.inDoubt(asker);
    }

    /** Drops the worker's consumers unless they hold leases. */
    public void forget(QueueName queue, String worker) {
        lostAnswers.forget(queue, worker);
        direct.forget(queue, worker);
        awaited.forget(queue, worker);
        redis.ask(Script.FORGET, queues.base(queue), Args.of(worker));
    }
}
