package io.headrace.redis.doctor;

import io.headrace.CorruptDocument;
import io.headrace.Failure;
import io.headrace.History;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.QueueName;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.jobs.Finder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Protocol.Command;

/** Lays documents that are in no index among the dead: whether they should run once more, only a person can tell. */
final class Adoption {
    private static final Failure WHY = new Failure("document_without_index",
            "the document of this job was in no index, so it would never have run; headrace doctor laid it here", null);

    private final Redis redis;
    private final RedisKeys keys;

    Adoption(Redis redis, RedisKeys keys) {
        this.redis = redis;
        this.keys = keys;
    }

    /** @return how many were laid there */
    long adopt(QueueName queue, List<Violation> found) {
        byte[] base = RedisKeys.bytes(keys.base(queue));
        List<byte[]> arguments = new ArrayList<>();
        long done = 0;
        for (Violation violation : found) {
            JobId id = JobId.parse(new String(violation.item().get(1), StandardCharsets.UTF_8));
            byte[] key = keys.job(queue, id.toString());
            if (redis.ask(key, new Request(Command.GET, key)) instanceof byte[] document) {
                arguments.addAll(Args.of(id, document, explained(document).bytes(), Replies.bucket(id)));
            }
            if (arguments.size() >= 4 * CheckRunner.BATCH) {
                done += adopt(base, arguments);
                arguments.clear();
            }
        }
        return arguments.isEmpty() ? done : done + adopt(base, arguments);
    }

    private long adopt(byte[] base, List<byte[]> arguments) {
        return Replies.list(redis.run(Script.ADOPT, base, arguments)).stream().mapToLong(Replies::number).sum();
    }

    private static JobDocument explained(byte[] document) {
        try {
            JobDocument read = JobDocument.parse(document);
            History run = read.history();
            return read.with(new History(run.attempt(), run.attempts(), null, null, null, WHY, run.progress(),
                    run.forgiven(), run.maxRetries()));
        } catch (CorruptDocument e) {
            return Finder.standIn(document, e);
        }
    }
}
