package io.headrace.redis.jobs;

import io.headrace.Priority;
import io.headrace.redis.connection.Replies;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code claim.lua} answered, which ends where there is nothing more to say.
 *
 * @param due whether nothing was leased because jobs fell due, which are to be promoted first
 * @param nextDue how long until the next job falls due
 * @param lacksGroup whether nothing was leased, and a priority has no group yet
 */
record ClaimReply(boolean due, Optional<Duration> nextDue, Leased leased, boolean lacksGroup, @Nullable Rest rest) {
    /**
     * What one script call leased.
     *
     * @param cancelled the ids of those whose cancellation was asked for
     * @param fence the fencing token of all that have no own
     */
    record Leased(Instant now, List<Chunk> chunks, Set<String> cancelled, long fence) {
        static Leased of(Object now, Object chunks, Object cancelled, Object fence) {
            return new Leased(Instant.ofEpochMilli(Replies.number(now)),
                    Replies.list(chunks).stream().map(Chunk::of).toList(), new HashSet<>(Replies.texts(cancelled)),
                    Replies.number(fence));
        }

        /** What {@code recall.lua} answered, and {@code reclaim.lua}. */
        static Leased of(Object answer) {
            List<Object> reply = Replies.list(answer);
            return of(reply.get(0), reply.get(1), reply.get(2), reply.get(3));
        }
    }

    /**
     * Entries of one priority.
     *
     * @param deliveries empty when every entry is delivered for the first time; likewise histories
     * @param fences empty when all have the fencing token of the answer
     * @param cursor where a search goes on, {@code -} at the start; empty when it was none
     */
    record Chunk(Priority priority, List<Object> entries, List<Object> deliveries, List<String> histories,
            List<Object> fences, String cursor) {
        static Chunk of(Object item) {
            List<Object> chunk = Replies.list(item);
            if (chunk.size() == 2) {
                return fresh(priorityOf(chunk.get(0)), Replies.list(chunk.get(1)));
            }
            return new Chunk(priorityOf(chunk.get(0)), Replies.list(chunk.get(1)), Replies.list(chunk.get(2)),
                    Replies.texts(chunk.get(3)), chunk.size() > 4 ? Replies.list(chunk.get(4)) : List.of(),
                    chunk.size() > 5 ? Replies.text(chunk.get(5)) : "");
        }

        /** First deliveries. */
        static Chunk fresh(Priority priority, List<Object> entries) {
            return new Chunk(priority, entries, List.of(), List.of(), List.of(), "");
        }
    }

    /**
     * What is read directly because it is more than a script should carry.
     *
     * @param watched whether somebody looks at the queue, who is then told of those, too
     */
    record Rest(Priority priority, int most, boolean watched) {}

    static ClaimReply of(Object answer) {
        List<Object> reply = Replies.list(answer);
        String wait = Replies.text(reply.get(1));
        boolean due = wait.equals("DUE");
        List<Object> rest = reply.size() > 4 ? Replies.list(reply.get(4)) : List.of();
        boolean missing = reply.size() > 5 && Replies.number(reply.get(5)) == 1;
        Object cancelled = reply.size() > 6 ? reply.get(6) : List.of();
        boolean watched = reply.size() > 7 && Replies.number(reply.get(7)) == 1;
        Leased leased = Leased.of(reply.get(0), reply.get(2), cancelled, reply.get(3));
        return new ClaimReply(due,
                due || wait.isEmpty() ? Optional.empty() : Optional.of(Duration.ofMillis(Long.parseLong(wait))),
                leased, leased.chunks().isEmpty() && missing,
                rest.isEmpty() ? null
                        : new Rest(priorityOf(rest.get(0)), (int) Replies.number(rest.get(1)), watched));
    }

    /** The same, but for what was leased. */
    ClaimReply leasing(Leased other) {
        return new ClaimReply(due, nextDue, other, lacksGroup, rest);
    }

    private static Priority priorityOf(Object letter) {
        return Priority.ofCode(Replies.text(letter).charAt(0));
    }
}
