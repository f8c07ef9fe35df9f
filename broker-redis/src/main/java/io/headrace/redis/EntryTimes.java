package io.headrace.redis;

import io.headrace.BrokerUnavailable;
import io.headrace.Durations;
import io.headrace.HeadraceException;
import io.headrace.Level;
import io.headrace.OutcomeUnknown;
import io.headrace.QueueName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol.Command;

/**
 * Knows of which levels the ids of entries are ahead of the server's clock, and what time it is there. Redis never gives an
 * entry a smaller id than the one before: after a clock was ahead, if only for a moment or on a server that has been replaced,
 * ids go on from there until the right time has caught up. What is added to such a level says itself when. Thread-safe.
 */
final class EntryTimes {
    private static final Logger LOG = LoggerFactory.getLogger(EntryTimes.class);
    /** Ids this little ahead are taken for the time. */
    private static final long TOLERANCE_MS = 1_000;
    /** How long a reading of the server's clock is counted on from. */
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

    private final Link link;
    private final Queues queues;
    private final LongSupplier nanoClock;
    private final Map<String, Reading> readings = new ConcurrentHashMap<>();
    /** The levels that are ahead, of each queue that was looked at. */
    private final Map<QueueName, Set<Level>> ahead = new ConcurrentHashMap<>();

    EntryTimes(Link link, Queues queues, LongSupplier nanoClock) {
        this.link = link;
        this.queues = queues;
        this.nanoClock = nanoClock;
    }

    /** A server's clock as it was read. */
    private record Reading(long serverMs, long asOfNanos) {}

    /**
     * Looks at the clock of a server where that was last done more than a second ago, and at the queues that it has not looked at
     * since that clock was last set back. Mostly one round trip a second, and none in between.
     *
     * @param key names the server; the queues are on it
     * @throws HeadraceException when it cannot be asked; nothing was written
     */
    void look(byte[] key, Collection<QueueName> wanted) {
        String server = link.server(key);
        Reading last = readings.get(server);
        boolean stale = last == null || nanoClock.getAsLong() - last.asOfNanos() > FRESH_NANOS;
        if (stale) {
            long serverMs = millis(ask(key, List.of(new Link.Request(Command.TIME))).get(0));
            if (last != null && serverMs < expected(last) - TOLERANCE_MS) {
                ahead.clear(); // it was set back: ids go on from where it was
            }
            readings.put(server, new Reading(serverMs, nanoClock.getAsLong()));
        }
        List<QueueName> unknown = wanted.stream().filter(queue -> !ahead.containsKey(queue)).distinct().toList();
        if (!unknown.isEmpty()) {
            learn(key, unknown);
        }
    }

    private void learn(byte[] key, List<QueueName> unknown) {
        List<Object> replies = ask(key, unknown.stream()
                .map(queue -> link.script(Script.NEWEST, queues.base(queue), List.of())).toList());
        for (int i = 0; i < unknown.size(); i++) {
            Set<Level> levels = ConcurrentHashMap.newKeySet();
            ahead.put(unknown.get(i), levels);
            if (Link.failure(replies.get(i)) == null) { // else the submission will meet the same failure
                List<Object> reply = Replies.list(replies.get(i));
                for (int at = 1; at + 1 < reply.size(); at += 2) {
                    long newestMs = Entries.millis(Replies.text(reply.get(at + 1)));
                    note(unknown.get(i), Level.ofCode(Replies.text(reply.get(at)).charAt(0)), levels,
                            newestMs - Replies.number(reply.get(0)));
                }
            }
        }
    }

    private List<Object> ask(byte[] key, List<Link.Request> requests) {
        try {
            return new ArrayList<>(link.exchange(key, requests));
        } catch (OutcomeUnknown e) {
            throw new BrokerUnavailable("Redis did not tell its time: " + e.getMessage(), e); // no job was sent
        }
    }

    private static long millis(Object reply) {
        List<Object> time = Replies.list(Link.checked(reply));
        return Replies.number(time.get(0)) * 1000 + Replies.number(time.get(1)) / 1000;
    }

    private long expected(Reading reading) {
        return reading.serverMs() + (nanoClock.getAsLong() - reading.asOfNanos()) / 1_000_000;
    }

    /** What an entry added now has to say about the time, to the millisecond; null where its id tells. */
    @Nullable
    Instant at(QueueName queue, Level level) {
        if (!ahead.getOrDefault(queue, Set.of()).contains(level)) {
            return null;
        }
        Reading reading = readings.get(link.server(queues.base(queue)));
        return reading == null ? null : Instant.ofEpochMilli(expected(reading));
    }

    /** Takes note of the id that an entry got. */
    void added(QueueName queue, Level level, long millis) {
        Reading reading = readings.get(link.server(queues.base(queue)));
        Set<Level> levels = ahead.get(queue);
        if (reading != null && levels != null) {
            note(queue, level, levels, millis - expected(reading));
        }
    }

    private static void note(QueueName queue, Level level, Set<Level> levels, long byMs) {
        if (byMs <= TOLERANCE_MS) {
            levels.remove(level);
        } else if (levels.add(level)) {
            LOG.warn(
                    "the clock of Redis was ahead; its ids stay so, and jobs say themselves when they were accepted queue={} level={}"
                            + " ahead={}",
                    queue, level.label(),
                    Durations.format(Duration.ofSeconds(byMs / 1000)));
        }
    }
}
