package io.headrace.redis.operator;

import io.headrace.JobState;
import io.headrace.QueueName;
import io.headrace.broker.QueueDeletion;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.jobs.QueueCache;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Protocol.Command;

/**
 * Deletes queues. One script judges whether the queue is empty and takes away what makes it one; then all keys of its
 * name are looked for and deleted. Meanwhile a mark keeps anybody from creating it anew, so that nothing new is deleted
 * with the old. A deletion that broke off goes on when it is asked for again, as the name is on the list until the end.
 * Thread-safe.
 */
final class QueueDeleter {
    /** Longer than a step takes; each renews it. */
    private static final byte[] MARK_MS = RedisKeys.bytes(Duration.ofMinutes(1).toMillis());
    /** So many keys of the server are looked at in one step, which takes it less than a millisecond. */
    private static final byte[] STEP = RedisKeys.bytes(1_000);
    private static final byte[] PX = RedisKeys.bytes("PX");
    private static final byte[] COUNT = RedisKeys.bytes("COUNT");
    private static final byte[] MATCH = RedisKeys.bytes("MATCH");
    private static final List<JobState> COUNTED = List.of(JobState.QUEUED, JobState.RUNNING, JobState.SCHEDULED,
            JobState.RETRYING, JobState.PARKED, JobState.DEAD);

    private final Redis redis;
    private final RedisKeys keys;
    private final QueueCache queues;

    QueueDeleter(Redis redis, RedisKeys keys, QueueCache queues) {
        this.redis = redis;
        this.keys = keys;
        this.queues = queues;
    }

    QueueDeletion delete(QueueName queue, boolean drop) {
        byte[] settings = keys.settings(queue);
        boolean there = number(settings, Command.EXISTS, settings) > 0
                || number(keys.queues(), Command.SISMEMBER, keys.queues(), RedisKeys.bytes(queue.value())) > 0;
        if (!there) {
            return new QueueDeletion(QueueDeletion.Result.UNKNOWN, Map.of());
        }
        List<Object> reply = Replies.list(redis.ask(Script.DELETE_QUEUE, queues.base(queue), arguments(drop)));
        Map<JobState, Long> jobs = new EnumMap<>(JobState.class);
        for (int i = 0; i < COUNTED.size(); i++) {
            jobs.put(COUNTED.get(i), Replies.number(reply.get(i + 1)));
        }
        if (Replies.number(reply.get(0)) == 0) {
            return new QueueDeletion(QueueDeletion.Result.NOT_EMPTY, jobs);
        }
        queues.doubt(queue);
        sweep(queue);
        redis.ask(keys.queues(), new Request(Command.SREM, keys.queues(), RedisKeys.bytes(queue.value())));
        redis.ask(keys.deleting(queue), new Request(Command.DEL, keys.deleting(queue)));
        return new QueueDeletion(QueueDeletion.Result.DELETED, jobs);
    }

    private static List<byte[]> arguments(boolean drop) {
        List<byte[]> arguments = new ArrayList<>(List.of(RedisKeys.bytes(drop ? 1 : 0), MARK_MS));
        RedisKeys.STRUCTURES.stream().map(RedisKeys.Kind::suffix).filter(name -> !name.equals("deleting"))
                .forEach(name -> arguments.add(RedisKeys.bytes(name)));
        return arguments;
    }

    private void sweep(QueueName queue) {
        byte[] base = queues.base(queue);
        byte[] mark = keys.deleting(queue);
        byte[] pattern = RedisKeys.bytes(escaped(keys.base(queue)) + "*");
        byte[] cursor = {'0'};
        do { // of the server that holds the queue: all its keys are in one slot
            List<Object> reply = Replies.list(
                    redis.ask(base, new Request(Command.SCAN, cursor, MATCH, pattern, COUNT, STEP)));
            cursor = (byte[]) reply.get(0);
            List<byte[]> found = Replies.list(reply.get(1)).stream().map(byte[].class::cast)
                    .filter(key -> !Arrays.equals(key, mark)).toList();
            if (!found.isEmpty()) {
                redis.ask(base, new Request(Command.UNLINK, found.toArray(byte[][]::new)));
            }
            redis.ask(mark, new Request(Command.SET, mark, RedisKeys.bytes(1), PX, MARK_MS));
        } while (!new String(cursor, StandardCharsets.US_ASCII).equals("0"));
    }

    /** As a pattern that matches this text only. */
    private static String escaped(String text) {
        return text.replaceAll("([\\\\*?\\[\\]])", "\\\\$1");
    }

    private long number(byte[] key, Command command, byte[]... arguments) {
        return Replies.number(redis.ask(key, new Request(command, arguments)));
    }
}
