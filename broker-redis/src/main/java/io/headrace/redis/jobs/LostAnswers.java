package io.headrace.redis.jobs;

import io.headrace.OutcomeUnknown;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.WorkerId;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.Request;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** What workers were told of their claims, and whose answers got lost: those ask for what these said. Thread-safe. */
public final class LostAnswers {
    /** In place of a time: no call has been answered since. */
    private static final Long UNANSWERED = Long.MAX_VALUE;
    /**
     * How long after the first answer that follows a lost one claims ask for what that one said: a Redis that was
     * stopped reads what was sent to it when it goes on, even from connections that have been given up.
     */
    private static final long UNTOLD_NANOS = Duration.ofSeconds(30).toNanos();

    /** Who claims from a queue. */
    public record Asker(QueueName queue, WorkerId worker) {
        boolean is(QueueName aQueue, String aWorker) {
            return queue.equals(aQueue) && worker.value().equals(aWorker);
        }
    }

    /**
     * The newest that an asker knows.
     *
     * @param fence the greatest fencing token
     * @param newest the latest entry of each priority
     */
    record Told(long fence, Map<Priority, String> newest) {
        static final Told NOTHING = new Told(0, Map.of());

        Told and(long token, Priority priority, String entry) {
            Map<Priority, String> all = new EnumMap<>(Priority.class);
            all.putAll(newest);
            all.merge(priority, entry, EntryIds::later);
            return new Told(Math.max(fence, token), all);
        }

        String newest(Priority priority) {
            return newest.getOrDefault(priority, "");
        }
    }

    /** How requests get to Redis. */
    @FunctionalInterface
    public interface Exchange {
        /** See {@link Redis#exchange(byte[], List, int)}. */
        List<Object> exchange(byte[] key, List<Request> requests, int closing);
    }

    private final Exchange redis;
    private final LongSupplier nanoClock;
    /** What each asker was told last. */
    private final Map<Asker, Told> told = new ConcurrentHashMap<>();
    /** Whose answers got lost, and until when each of their claims asks what they hold without knowing. */
    private final Map<Asker, Long> untold = new ConcurrentHashMap<>();

    public LostAnswers(Exchange redis, LongSupplier nanoClock) {
        this.redis = redis;
        this.nanoClock = nanoClock;
    }

    /** One script that leases; that its answer got lost is noted: what it leased is asked for by the next claims. */
    Object run(Asker asker, Request request) {
        return Redis.checked(runAll(asker, List.of(request), 0).get(0));
    }

    /**
     * An error that Redis answers stands in its place of the list.
     *
     * @param closing see {@link Redis#exchange(byte[], List, int)}
     */
    List<Object> runAll(Asker asker, List<Request> requests, int closing) {
        return runAll(asker, requests.get(0).key(), requests, closing, redis);
    }

    /** The same by a way of its own. */
    List<Object> runAll(Asker asker, byte[] key, List<Request> requests, int closing, Exchange way) {
        List<Object> answers;
        try {
            answers = way.exchange(key, requests, closing);
        } catch (OutcomeUnknown e) {
            lost(asker);
            throw e;
        }
        if (answers.stream().anyMatch(OutcomeUnknown.class::isInstance)) {
            lost(asker);
        } else if (answers.stream().allMatch(answer -> Redis.failure(answer) == null)) {
            again(asker);
        }
        return answers;
    }

    Told told(Asker asker) {
        return told.getOrDefault(asker, Told.NOTHING);
    }

    void tell(Asker asker, long fence, Priority priority, String entry) {
        told.merge(asker, Told.NOTHING.and(fence, priority, entry), (known, next) -> known.and(fence, priority, entry));
    }

    /** An answer to this asker got lost: what it leased is asked for by the next claims. */
    void lost(Asker asker) {
        untold.put(asker, UNANSWERED);
    }

    /** Redis answers this asker again. */
    void again(Asker asker) {
        untold.replace(asker, UNANSWERED, nanoClock.getAsLong() + UNTOLD_NANOS);
    }

    /** Whether an answer to this asker got lost, or may still be on its way to nobody. */
    boolean inDoubt(Asker asker) {
        Long until = untold.get(asker);
        if (until != null && !until.equals(UNANSWERED) && until - nanoClock.getAsLong() < 0) {
            return !untold.remove(asker, until);
        }
        return until != null;
    }

    void forget(QueueName queue, String worker) {
        told.keySet().removeIf(asker -> asker.is(queue, worker));
        untold.keySet().removeIf(asker -> asker.is(queue, worker));
    }
}
