package io.headrace.redis.operator;

import io.headrace.QueueName;
import io.headrace.broker.JobQuery;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.UnreadableValues;
import io.headrace.redis.jobs.QueueCache;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import redis.clients.jedis.Protocol.Command;

/** Which buckets of finished jobs there are, newest first. */
final class FinishedBuckets {
    /** Where buckets begin. */
    static final String NEWEST = "+inf";
    /** How much time of ids a bucket of finished jobs spans. */
    private static final long BUCKET_MS = 100;
    /** So many buckets after that of this instant are not taken for ones that are ahead of the clock. */
    private static final long AHEAD = 20;
    /** So many misnamed buckets in a row are passed over. */
    private static final int MAX_ODD_BUCKETS = 100;

    private final Redis redis;
    private final RedisKeys keys;
    private final QueueCache queues;
    private final UnreadableValues unreadable;

    FinishedBuckets(Redis redis, RedisKeys keys, QueueCache queues, UnreadableValues unreadable) {
        this.redis = redis;
        this.keys = keys;
        this.queues = queues;
        this.unreadable = unreadable;
    }

    /** The next two buckets in which there may be jobs of the time asked for, newest first. */
    List<String> next(JobQuery query, String from) {
        String oldest = query.from() == null ? "-inf" : Long.toString(query.fromMs() / BUCKET_MS);
        if (query.to() == null) {
            return buckets(query.queue(), from, oldest);
        }
        byte[] base = queues.base(query.queue());
        long now = Replies.number(Replies.list(redis.ask(base, new Request(Command.TIME))).get(0)) * 1000
                / BUCKET_MS;
        long newest = (query.toMs() - 1) / BUCKET_MS;
        // Ids that are ahead of the clock say nothing about the time: those buckets may hold jobs of any.
        List<String> ahead = buckets(query.queue(), from, "(" + (now + AHEAD));
        List<String> within = buckets(query.queue(),
                from.equals(NEWEST) || Long.parseLong(from) > newest ? Long.toString(newest) : from, oldest);
        return Stream.concat(ahead.stream(), within.stream()).distinct().limit(2).toList();
    }

    /** The next two buckets of both lists, newest first. */
    private List<String> buckets(QueueName queue, String from, String to) {
        List<byte[]> lists = List.of(keys.index(queue, "finished"), keys.index(queue, "late"));
        List<Object> replies = redis.askAll(lists.get(0), lists.stream().map(list -> new Request(
                Command.ZREVRANGEBYSCORE, list, RedisKeys.bytes(from), RedisKeys.bytes(to),
                RedisKeys.bytes("WITHSCORES"), RedisKeys.bytes("LIMIT"), RedisKeys.bytes(0),
                RedisKeys.bytes(2 + MAX_ODD_BUCKETS))).toList());
        return IntStream.range(0, lists.size()).boxed()
                .flatMap(i -> buckets(lists.get(i), Replies.list(Redis.checked(replies.get(i)))).stream())
                .distinct().sorted(Comparator.comparingLong((String bucket) -> Long.parseLong(bucket)).reversed())
                .limit(2).toList();
    }

    /** Those that are their own score; others were not written by us, and are passed over. */
    private List<String> buckets(byte[] list, List<Object> flat) {
        List<String> buckets = new ArrayList<>();
        for (int i = 0; i + 1 < flat.size() && buckets.size() < 2; i += 2) {
            String bucket = Replies.text(flat.get(i));
            if (bucket.equals(Long.toString(Replies.number(flat.get(i + 1))))) {
                buckets.add(bucket);
            } else {
                unreadable.passedOver(list, bucket, "it is no bucket of finished jobs");
            }
        }
        return buckets;
    }
}
