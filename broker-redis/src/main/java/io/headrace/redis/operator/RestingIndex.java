package io.headrace.redis.operator;

import io.headrace.DataDamaged;
import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.QueueName;
import io.headrace.broker.JobPage;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.connection.UnreadableValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import redis.clients.jedis.Protocol.Command;

/**
 * Steps through the zset of a state by score: dead jobs newest first, others soonest first. A position is
 * {@code score:id} of the last one seen, the score as Redis spells it, or {@code -} for the beginning; those of equal
 * score are told apart by their ids.
 */
final class RestingIndex {
    /** What a job's id is made of. */
    static final String ID = "[a-z0-9._-]{1,160}";
    /** Somebody can have written any score. */
    private static final String SCORE = "-?(?:inf|[0-9]{1,17}(?:[.][0-9]{1,25})?(?:e[+-]?[0-9]{1,3})?)";
    /** What a position looks like. */
    static final Pattern POSITION = Pattern.compile("-|" + SCORE + ":" + ID);

    /** So many bytes of documents are fetched or moved together. */
    private static final int MAX_BYTES = JobPage.MAX_BYTES;

    private final Redis redis;
    private final RedisKeys keys;
    private final UnreadableValues unreadable;

    RestingIndex(Redis redis, RedisKeys keys, UnreadableValues unreadable) {
        this.redis = redis;
        this.keys = keys;
        this.unreadable = unreadable;
    }

    /**
     * One job of a state.
     *
     * @param mark its score as Redis spells it
     */
    record Member(JobId id, String mark) {
        long score() {
            return Replies.number(RedisKeys.bytes(mark));
        }

        String position() {
            return mark + ":" + id;
        }
    }

    /** Jobs in order, and whether there are more behind the last one; never none where there are more. */
    record Step(List<Member> members, boolean more) {}

    /**
     * The next jobs behind a position. What that costs depends neither on how far behind they are nor on how many have
     * the same score.
     *
     * @param fromMs the lowest score wanted
     * @param toMs above the highest score wanted
     */
    Step step(QueueName queue, JobState state, String position, long fromMs, long toMs, int most) {
        byte[] key = keys.index(queue, state.label());
        int colon = position.indexOf(':');
        String mark = colon < 0 ? "" : position.substring(0, colon);
        byte[] seen = RedisKeys.bytes(position.substring(colon + 1));
        List<Member> members = new ArrayList<>();
        boolean more = true;
        while (members.isEmpty() && more) {
            List<Object> reply = Replies.list(redis.ask(Script.LIST_INDEX, RedisKeys.bytes(keys.base(queue)),
                    List.of(RedisKeys.bytes(state.label()), RedisKeys.bytes(state == JobState.DEAD ? 1 : 0),
                            RedisKeys.bytes(fromMs == 0 ? "-inf" : Long.toString(fromMs)),
                            RedisKeys.bytes(toMs == Long.MAX_VALUE ? "+inf" : "(" + toMs), RedisKeys.bytes(mark),
                            seen, RedisKeys.bytes(most))));
            more = Replies.number(reply.get(0)) == 1;
            List<Object> flat = Replies.list(reply.get(1));
            for (int i = 0; i + 1 < flat.size(); i += 2) {
                String score = Replies.text(flat.get(i + 1));
                id(queue, key, Replies.text(flat.get(i))).ifPresent(id -> members.add(new Member(id, score)));
                seen = (byte[]) flat.get(i);
                mark = score;
            }
        }
        return new Step(members, more);
    }

    /** The id of a job of this queue; what else stands in an index is passed over. */
    Optional<JobId> id(QueueName queue, byte[] key, String text) {
        try {
            JobId id = JobId.parse(text);
            if (id.queue().equals(queue)) {
                return Optional.of(id);
            }
        } catch (InvalidInput e) {
            // told below, like the id of another queue's job
        }
        unreadable.passedOver(key, text, "it is no id of a job of this queue");
        return Optional.empty();
    }

    /**
     * What is stored of the first of these jobs at rest, in their order; not an array where nothing is. Of so many that
     * they stay below {@value #MAX_BYTES} bytes, but of one at least: Redis holds all of an answer in memory, and does
     * nothing else while it gathers it.
     */
    List<Object> documents(QueueName queue, List<JobId> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        byte[][] documents = ids.stream().map(id -> keys.job(queue, id.toString())).toArray(byte[][]::new);
        int fit = documents.length == 1 ? 1 : fit(documents);
        return Replies.list(redis.ask(documents[0], new Request(Command.MGET, Arrays.copyOf(documents, fit))));
    }

    private int fit(byte[][] documents) {
        List<Object> sizes = redis.askAll(documents[0],
                Stream.of(documents).map(key -> new Request(Command.STRLEN, key)).toList());
        int fit = 0;
        long bytes = 0;
        for (Object size : sizes) {
            bytes += size instanceof DataDamaged ? 0 : Replies.number(Redis.checked(size));
            if (fit > 0 && bytes > MAX_BYTES) {
                return fit;
            }
            fit++;
        }
        return fit;
    }
}
