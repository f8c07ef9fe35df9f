package io.headrace.redis.jobs;

import io.headrace.BrokerUnavailable;
import io.headrace.Durations;
import io.headrace.HeadraceException;
import io.headrace.OutcomeUnknown;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows of which priorities the ids of entries are ahead of the server's clock, and what time it is there. Redis never
 * gives an entry a smaller id than the one before: after a clock was ahead, if only for a moment or on a server that
 * has been replaced, ids go on from there until the right time has caught up. What is added to such a priority says
 * itself when. Thread-safe.
 */
final class EntryTimes {
    private static final Logger LOG = LoggerFactory.getLogger(EntryTimes.class);
    /** Ids this little ahead are taken for the time. */
    private static final long TOLERANCE_MS = 1_000;

    private final Redis redis;
    private final QueueCache queues;
    private final ServerClocks clocks;
    /** What is known of each queue that was looked at. */
    private final Map<QueueName, Known> known = new ConcurrentHashMap<>();

    EntryTimes(Redis redis, QueueCache queues, LongSupplier nanoClock) {
        this.redis = redis;
        this.queues = queues;
        this.clocks = new ServerClocks(nanoClock);
    }

    /**
     * What is known of a queue.
     *
     * @param ahead the priorities that are
     * @param judged by priority, the newest id that was compared with the clock, epoch ms: hundreds of a flush share
     *         one
     */
    private record Known(Set<Priority> ahead, Map<Priority, AtomicLong> judged) {
        Known() {
            this(ConcurrentHashMap.newKeySet(), new EnumMap<>(Priority.class));
            for (Priority priority : Priority.values()) {
                judged.put(priority, new AtomicLong());
            }
        }
    }

    /** What time it is on the server of a queue, as who looked at the queue has read with it. */
    void read(QueueName queue, long serverMs) {
        if (clocks.read(server(queue), serverMs)) {
            known.clear(); // it was set back: ids go on from where it was
        }
    }

    private String server(QueueName queue) {
        return redis.server(queues.base(queue));
    }

    /**
     * Looks at the queues that it has not looked at since a clock was last set back; no round trip where there is none.
     *
     * @param key names the server; the queues are on it
     * @throws HeadraceException when it cannot be asked; nothing was written
     */
    void look(byte[] key, Collection<QueueName> wanted) {
        List<QueueName> unknown = wanted.stream().filter(queue -> !known.containsKey(queue)).toList();
        if (!unknown.isEmpty()) {
            learn(key, unknown);
        }
    }

    private void learn(byte[] key, List<QueueName> unknown) {
        List<Object> replies = ask(key, unknown.stream()
                .map(queue -> redis.script(Script.NEWEST, queues.base(queue), List.of())).toList());
        for (int i = 0; i < unknown.size(); i++) {
            Known learnt = new Known();
            known.put(unknown.get(i), learnt);
            if (Redis.failure(replies.get(i)) == null) { // else the submission will meet the same failure
                List<Object> reply = Replies.list(replies.get(i));
                for (int at = 1; at + 1 < reply.size(); at += 2) {
                    long newestMs = EntryIds.millis(Replies.text(reply.get(at + 1)));
                    note(unknown.get(i), Priority.ofCode(Replies.text(reply.get(at)).charAt(0)), learnt.ahead(),
                            newestMs - Replies.number(reply.get(0)));
                }
            }
        }
    }

    private List<Object> ask(byte[] key, List<Request> requests) {
        try {
            return new ArrayList<>(redis.exchange(key, requests));
        } catch (OutcomeUnknown e) {
            throw new BrokerUnavailable("Redis did not tell its time: " + e.getMessage(), e); // no job was sent
        }
    }

    /** What an entry added now has to say about the time, to the millisecond; null where its id tells. */
    @Nullable
    Instant at(QueueName queue, Priority priority) {
        Known about = known.get(queue);
        if (about == null || !about.ahead().contains(priority)) {
            return null;
        }
        OptionalLong now = clocks.now(server(queue));
        return now.isEmpty() ? null : Instant.ofEpochMilli(now.getAsLong());
    }

    /** Takes note of the id that an entry got. */
    void added(QueueName queue, Priority priority, long millis) {
        Known about = known.get(queue);
        AtomicLong judged = about == null ? null : about.judged().get(priority);
        if (about == null || judged == null || judged.getPlain() == millis) {
            return;
        }
        OptionalLong now = clocks.now(server(queue));
        if (now.isPresent()) {
            judged.setPlain(millis);
            note(queue, priority, about.ahead(), millis - now.getAsLong());
        }
    }

    private static void note(QueueName queue, Priority priority, Set<Priority> priorities, long byMs) {
        if (byMs <= TOLERANCE_MS) {
            priorities.remove(priority);
        } else if (priorities.add(priority)) {
            LOG.warn(
                    "the clock of Redis was ahead; its ids stay so, and jobs say themselves when they were accepted"
                            + " queue={} level={} ahead={}",
                    queue, priority.label(), Durations.format(Duration.ofSeconds(byMs / 1000)));
        }
    }
}
