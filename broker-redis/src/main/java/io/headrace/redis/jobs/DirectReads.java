package io.headrace.redis.jobs;

import io.headrace.HeadraceException;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.jobs.LostAnswers.Asker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * Reads of entries without the script: carrying one through Lua costs Redis five times what reading it does. What the
 * script would decide by is looked at natively in the same flush, behind the read, and what is to be done for it is
 * done here. Thread-safe.
 */
public final class DirectReads {
    private final Redis redis;
    private final RedisKeys keys;
    private final LostAnswers lostAnswers;
    private final EntryReader entries;
    private final Consumer<Verdict> verdicts;

    public DirectReads(Redis redis, RedisKeys keys, LostAnswers lostAnswers, EntryReader entries,
            Consumer<Verdict> verdicts) {
        this.redis = redis;
        this.keys = keys;
        this.lostAnswers = lostAnswers;
        this.entries = entries;
        this.verdicts = verdicts;
    }

    /**
     * How a queue was seen.
     *
     * @param watched whether somebody looks at it, who is told of each job that is claimed
     * @param aside whether a job is due later, to be cancelled, or on record as renewed or handed back
     * @param others whether there are jobs of the priorities that were asked for
     */
    record Look(Instant now, boolean paused, boolean watched, boolean aside, boolean others) {
        boolean plain() {
            return !paused && !watched && !aside && !others;
        }
    }

    /**
     * What a read has brought.
     *
     * @param look how the queue was seen right behind it; null when that got lost, and the jobs with it
     */
    record Taken(List<ClaimedJob> jobs, @Nullable Look look) {}

    /** Asks what {@link #look} reads. */
    List<Request> looking(QueueName queue, Collection<Priority> others) {
        List<byte[]> aside = new ArrayList<>();
        for (String index : List.of("cancelled", "cancelling", "scheduled", "retrying", "parked")) {
            aside.add(keys.index(queue, index));
        }
        for (Priority each : Priority.values()) {
            aside.add(keys.index(queue, "running:" + each.code()));
        }
        List<Request> requests = new ArrayList<>();
        requests.add(new Request(Command.TIME));
        requests.add(Request.of(Command.HMGET, keys.settings(queue), StoredSettings.PAUSED, "watched_until_ms"));
        requests.add(new Request(Command.EXISTS, aside.toArray(byte[][]::new)));
        for (Priority each : others) {
            requests.add(Request.of(Command.XLEN, keys.ready(queue, each)));
        }
        return requests;
    }

    /** Looks at a queue now; null when that fails. */
    @Nullable
    Look look(QueueName queue, List<Request> looking) {
        return look(redis.exchange(keys.settings(queue), looking));
    }

    private static @Nullable Look look(List<Object> answers) {
        for (Object answer : answers) {
            if (Redis.failure(answer) != null) {
                return null;
            }
        }
        List<Object> time = Replies.list(answers.get(0));
        List<Object> settings = Replies.list(answers.get(1));
        long now = Replies.number(time.get(0)) * 1000 + Replies.number(time.get(1)) / 1000;
        boolean paused = settings.get(0) != null && Replies.text(settings.get(0)).equals("1");
        boolean watched = settings.get(1) != null
                && StoredSettings.bounded(Replies.text(settings.get(1)), Long.MAX_VALUE, 0) > now;
        long others = 0;
        for (Object length : answers.subList(3, answers.size())) {
            others += Replies.number(length);
        }
        return new Look(Instant.ofEpochMilli(now), paused, watched, Replies.number(answers.get(2)) > 0, others > 0);
    }

    /** The fencing token of what is read in the same flush. */
    Request token(QueueName queue) {
        return Request.of(Command.INCR, keys.index(queue, "fence"));
    }

    /**
     * Takes over entries that were read.
     *
     * @param behind the answers to {@link #token} and {@link #looking}
     * @return none of a queue that is paused: they are handed back, in place, and their delivery does not count
     */
    Taken take(Asker asker, List<ClaimReply.Chunk> found, List<Object> behind) {
        Look look = look(behind.subList(1, behind.size()));
        if (found.isEmpty()) {
            return new Taken(List.of(), look);
        }
        if (look == null || Redis.failure(behind.get(0)) != null) {
            lostAnswers.lost(asker); // the next claim asks what was leased
            return new Taken(List.of(), null);
        }
        Set<String> cancelled = new HashSet<>();
        if (look.aside() || look.watched()) {
            try {
                for (ClaimReply.Chunk chunk : found) {
                    cancelled.addAll(announce(asker.queue(), chunk, look.watched()));
                }
            } catch (HeadraceException e) {
                lostAnswers.lost(asker);
                throw e;
            }
        }
        List<ClaimedJob> jobs = new ArrayList<>();
        entries.read(asker, new ClaimReply.Leased(look.now(), found, cancelled, Replies.number(behind.get(0))), jobs);
        if (look.paused()) {
            jobs.forEach(job -> verdicts.accept(Verdict.release(job.lease(), job.document())));
            return new Taken(List.of(), look);
        }
        return new Taken(jobs, look);
    }

    /**
     * Hands back, in place, what was read beside a line that it comes behind.
     *
     * @param most how many jobs of one priority are as many as were asked for: there may be more of it
     * @return the jobs of the priorities up to the first of which so many came
     */
    List<ClaimedJob> upToTheFirstOf(int most, List<Priority> order, List<ClaimedJob> jobs) {
        List<ClaimedJob> kept = new ArrayList<>();
        boolean behind = false;
        for (Priority priority : order) {
            List<ClaimedJob> of = jobs.stream().filter(job -> job.lease().job().priority() == priority).toList();
            if (behind) {
                of.forEach(job -> verdicts.accept(Verdict.release(job.lease(), job.document())));
            } else {
                kept.addAll(of);
            }
            behind |= of.size() >= most;
        }
        return kept;
    }

    /** Tells who looks at the queue of these; returns those whose cancellation was asked for. */
    Set<String> announce(QueueName queue, ClaimReply.Chunk chunk, boolean watched) {
        List<String> ids = new ArrayList<>();
        for (Object each : chunk.entries()) {
            List<Object> entry = Replies.list(each);
            ids.add(ReadyEntry.of(queue, chunk.priority(), Replies.text(entry.get(0)), Replies.list(entry.get(1)))
                    .id().toString());
        }
        return new HashSet<>(Replies.texts(
                redis.ask(Script.ANNOUNCE_CLAIMED, RedisKeys.bytes(keys.base(queue)), Args.of(watched, ids))));
    }
}
