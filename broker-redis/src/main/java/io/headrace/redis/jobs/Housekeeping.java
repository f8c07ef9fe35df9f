package io.headrace.redis.jobs;

import io.headrace.DataDamaged;
import io.headrace.HeadraceException;
import io.headrace.QueueName;
import io.headrace.broker.WorkerInfo;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol.Command;

/**
 * What workers put in order on the side, for whoever looks changes nothing: the traces of workers that died, and
 * finished jobs that expired. Each heartbeat is a turn, and each turn looks at one of the worker's own queues and at a
 * few workers, drawn at random: so a turn costs the same however many queues and dead workers there are, and many
 * workers do not all do the same. Thread-safe.
 */
public final class Housekeeping {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    /** So many workers are looked at in one turn, of the queue and of the list of workers each. */
    private static final int SAMPLE = 10;

    private final Redis redis;
    private final RedisKeys keys;
    private final RandomGenerator random;

    public Housekeeping(Redis redis, RedisKeys keys, RandomGenerator random) {
        this.redis = redis;
        this.keys = keys;
        this.random = random;
    }

    /**
     * A turn, for the worker that just told about itself: three round trips at most. What fails is left to the next.
     */
    public void turn(WorkerInfo worker) {
        List<QueueName> queues = worker.queues();
        try {
            tidy(queues.isEmpty() ? null : queues.get(random.nextInt(queues.size())));
        } catch (HeadraceException e) {
            LOG.debug("housekeeping failed; the next heartbeat goes on worker={}", worker.id(), e);
        }
    }

    private void tidy(@Nullable QueueName queue) {
        List<Request> looks = new ArrayList<>();
        looks.add(Request.of(Command.SRANDMEMBER, keys.workers(), SAMPLE));
        if (queue != null) {
            looks.add(Request.of(Command.HRANDFIELD, keys.leases(queue), SAMPLE));
            looks.add(redis.script(Script.TIDY, RedisKeys.bytes(keys.base(queue)), List.of()));
        }
        List<Object> seen = redis.askEach(looks, looks.size());
        List<String> listed = texts(seen.get(0));
        List<String> leasing = queue == null ? List.of() : texts(seen.get(1));
        Set<String> dead = dead(listed, leasing);
        List<Request> steps = new ArrayList<>();
        if (queue != null && Replies.number(Redis.checked(seen.get(2))) == 1) { // the list may have been lost
            steps.add(Request.of(Command.SADD, keys.queues(), queue.value()));
        }
        listed.stream().filter(dead::contains).forEach(id -> steps
                .add(Request.of(Command.SREM, keys.workers(), id)));
        if (queue != null) {
            leasing.stream().filter(dead::contains).forEach(id -> steps.add(
                    redis.script(Script.FORGET, RedisKeys.bytes(keys.base(queue)), Args.of(id))));
        }
        redis.askEach(steps, 2 * SAMPLE);
    }

    /** Those that have not told about themselves for as long as a worker is believed to live. */
    private Set<String> dead(List<String> listed, List<String> leasing) {
        Set<String> all = new LinkedHashSet<>(listed);
        all.addAll(leasing);
        List<String> ids = List.copyOf(all);
        List<Object> answers = redis
                .askEach(ids.stream().map(id -> new Request(Command.EXISTS, keys.worker(id))).toList(), 2 * SAMPLE);
        for (int i = 0; i < ids.size(); i++) {
            if (Replies.number(Redis.checked(answers.get(i))) > 0) {
                all.remove(ids.get(i));
            }
        }
        return all;
    }

    /** What lies at a key of a wrong type is nobody's trace. */
    private static List<String> texts(Object answer) {
        return answer instanceof DataDamaged ? List.of() : Replies.texts(Redis.checked(answer));
    }
}
