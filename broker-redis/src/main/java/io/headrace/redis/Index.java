package io.headrace.redis;

import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.QueueName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import redis.clients.jedis.Protocol.Command;

/**
 * Steps through the zset of a state by score: dead jobs newest first, others soonest first. A position is {@code score:id} of the last
 * one seen, {@code -} the beginning; those of equal score are told apart by their ids.
 */
final class Index {
    /** What a job's id is made of. */
    static final String ID = "[a-z0-9._-]{1,160}";
    /** What a position looks like. */
    static final Pattern POSITION = Pattern.compile("-|-?[0-9]{1,16}:" + ID);

    private final Link link;
    private final RedisKeys keys;
    private final Oddities oddities;

    Index(Link link, RedisKeys keys, Oddities oddities) {
        this.link = link;
        this.keys = keys;
        this.oddities = oddities;
    }

    /** One job of a state. */
    record Member(JobId id, long score) {
        String position() {
            return score + ":" + id;
        }
    }

    /** Jobs in order, and whether there are more behind the last one. */
    record Step(List<Member> members, boolean more) {}

    /**
     * The next jobs behind a position.
     *
     * @param fromMs the lowest score wanted
     * @param toMs above the highest score wanted
     */
    Step step(QueueName queue, JobState state, String position, long fromMs, long toMs, int most) {
        boolean newestFirst = state == JobState.DEAD;
        byte[] index = keys.index(queue, state.label());
        String low = fromMs == 0 ? "-inf" : Long.toString(fromMs);
        String high = toMs == Long.MAX_VALUE ? "+inf" : "(" + toMs;
        int mark = position.indexOf(':');
        String seen = mark < 0 ? "" : position.substring(mark + 1);
        String first = mark >= 0 ? position.substring(0, mark) : newestFirst ? high : low;
        List<Member> members = new ArrayList<>();
        int offset = 0;
        boolean more = true;
        while (members.isEmpty() && more) {
            List<Object> flat = Replies.list(link.ask(index,
                    new Link.Request(newestFirst ? Command.ZREVRANGEBYSCORE : Command.ZRANGEBYSCORE, index,
                            RedisKeys.bytes(first), RedisKeys.bytes(newestFirst ? low : high),
                            RedisKeys.bytes("WITHSCORES"), RedisKeys.bytes("LIMIT"), RedisKeys.bytes(offset),
                            RedisKeys.bytes(most + 1))));
            more = flat.size() / 2 > most;
            offset += most;
            for (int i = 0; i + 1 < flat.size(); i += 2) {
                String id = Replies.text(flat.get(i));
                long score = Replies.number(flat.get(i + 1));
                boolean shown = !seen.isEmpty() && Long.toString(score).equals(first)
                        && (newestFirst ? id.compareTo(seen) >= 0 : id.compareTo(seen) <= 0);
                if (!shown) {
                    id(queue, index, id).ifPresent(known -> members.add(new Member(known, score)));
                }
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
        oddities.passedOver(key, text, "it is no id of a job of this queue");
        return Optional.empty();
    }

    /** What is stored of each job at rest, in their order; not an array where nothing is. */
    List<Object> documents(QueueName queue, List<JobId> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        byte[][] documents = ids.stream().map(id -> keys.job(queue, id.toString())).toArray(byte[][]::new);
        return Replies.list(link.ask(documents[0], new Link.Request(Command.MGET, documents)));
    }
}
