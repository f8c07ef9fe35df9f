package io.headrace.redis.jobs;

import io.headrace.Durations;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol.Command;

/**
 * Notices that the clock of Redis was set, by which leases are judged. Set on, it makes every lease look over: nothing
 * is taken over until those who live have renewed theirs. Set back, it makes the last renewal of some lie in the
 * future, so that they would not be over for as long: they are renewed once more, now. Used by the thread that takes
 * over, one at a time for each queue.
 */
final class LeaseClock {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseClock.class);
    private static final long TOLERANCE_MS = 1_000;
    /** Two clocks drift apart by no more than this part of the time that passes: each is slewed by 500 ppm at most. */
    private static final long DRIFT_PER = 1_000;
    /** Looks for silent workers that follow each other this closely share a reading. */
    private static final long FRESH_NANOS = Duration.ofMillis(100).toNanos();
    private static final String START = "-";
    /** A step looks at no more pages of leases, of each priority. */
    private static final int MAX_PAGES = 200;

    private final Redis redis;
    private final RedisKeys keys;
    private final QueueCache queues;
    private final LongSupplier nanoClock;
    private final Map<QueueName, Reading> readings = new ConcurrentHashMap<>();
    /** Until when nothing is taken over, by this process's clock. */
    private final Map<QueueName, Long> graces = new ConcurrentHashMap<>();

    LeaseClock(Redis redis, RedisKeys keys, QueueCache queues, LongSupplier nanoClock) {
        this.redis = redis;
        this.keys = keys;
        this.queues = queues;
        this.nanoClock = nanoClock;
    }

    /** What time it was on a server, at an instant between these two of this process. */
    record Reading(long serverMs, long askedAt, long answeredAt) {
        boolean fresh(long nanos) {
            return nanos >= answeredAt && nanos - answeredAt < FRESH_NANOS;
        }

        /** How much later it is than it should be, ms; negative when earlier, 0 when it may be right. */
        long stepSince(Reading last) {
            long passed = serverMs - last.serverMs;
            long atLeast = (askedAt - last.answeredAt) / 1_000_000;
            long atMost = (answeredAt - last.askedAt) / 1_000_000;
            long drift = TOLERANCE_MS + atMost / DRIFT_PER;
            return passed > atMost + drift ? passed - atMost : passed < atLeast - drift ? passed - atLeast : 0;
        }
    }

    /**
     * Whether what Redis tells of the silence of workers can be believed. Mostly one round trip, and some more when the
     * clock was set.
     *
     * @param lease how long those wait who are asked first: leases on record may be longer
     */
    boolean settled(QueueName queue, Duration lease) {
        Reading last = readings.get(queue);
        Reading now = last != null && last.fresh(nanoClock.getAsLong()) ? last : read(queue);
        readings.put(queue, now);
        long step = last == null ? 0 : now.stepSince(last);
        if (last == null || step < 0) { // what was before this process looked, it cannot know
            renewThoseOfTheFuture(queue);
        }
        if (step < 0) {
            LOG.warn("the clock of Redis was set back; leases begin anew queue={} by={}", queue, seconds(-step));
        } else if (step > 0) {
            Duration grace = longest(queue, lease);
            graces.put(queue, now.answeredAt() + grace.toNanos());
            LOG.warn("the clock of Redis was set on; nothing is taken over for a lease queue={} by={} lease={}", queue,
                    seconds(step), Durations.format(grace));
        }
        Long grace = graces.get(queue);
        if (grace != null && now.answeredAt() - grace >= 0) {
            graces.remove(queue);
            return true;
        }
        return grace == null;
    }

    private static String seconds(long ms) {
        return Durations.format(Duration.ofSeconds((ms + 500) / 1_000));
    }

    private Reading read(QueueName queue) {
        long askedAt = nanoClock.getAsLong();
        List<Object> time = Replies.list(redis.ask(queues.base(queue), new Request(Command.TIME)));
        return new Reading(Replies.number(time.get(0)) * 1000 + Replies.number(time.get(1)) / 1000, askedAt,
                nanoClock.getAsLong());
    }

    private Duration longest(QueueName queue, Duration lease) {
        Object known = redis.ask(queues.base(queue), new Request(Command.HVALS, keys.index(queue, "leases")));
        long longestMs = Replies.list(known).stream().mapToLong(Replies::number).max().orElse(0);
        return Duration.ofMillis(Math.max(lease.toMillis(), longestMs));
    }

    private void renewThoseOfTheFuture(QueueName queue) {
        for (Priority priority : Priority.values()) {
            String from = START;
            for (int page = 0; page < MAX_PAGES && !from.isEmpty(); page++) {
                from = Replies.text(redis.ask(Script.RETIME, queues.base(queue), Args.of(priority, from)));
            }
        }
    }
}
