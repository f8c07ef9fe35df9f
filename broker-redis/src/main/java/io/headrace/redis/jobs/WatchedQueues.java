package io.headrace.redis.jobs;

import io.headrace.DataDamaged;
import io.headrace.HeadraceException;
import io.headrace.QueueName;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.Script;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps queues watched while this process has somebody who looks. Claims announce themselves only on watched queues.
 */
public final class WatchedQueues {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedQueues.class);
    /** How long a queue stays watched after the last word of a watcher; renewed every few seconds. */
    private static final Duration LIFETIME = Duration.ofSeconds(30);

    private final Redis redis;
    private final QueueCache queues;
    /** How many look at each queue. Guarded by itself. */
    private final Map<QueueName, Integer> lookers = new HashMap<>();

    public WatchedQueues(Redis redis, QueueCache queues) {
        this.redis = redis;
        this.queues = queues;
    }

    public void add(QueueName queue) {
        boolean first;
        synchronized (lookers) {
            first = lookers.merge(queue, 1, Integer::sum) == 1;
        }
        if (first) {
            renew(queue);
        }
    }

    public void remove(QueueName queue) {
        synchronized (lookers) {
            lookers.computeIfPresent(queue, (name, n) -> n == 1 ? null : n - 1);
        }
    }

    /** Called every few seconds by the listener's watch. */
    public void renewAll() {
        List<QueueName> all;
        synchronized (lookers) {
            all = List.copyOf(lookers.keySet());
        }
        try {
            all.forEach(this::renewUnlessDamaged);
        } catch (HeadraceException e) {
            LOG.debug("renewing watches failed; tried again in a few seconds", e);
        }
    }

    /** One damaged queue does not keep the others from being watched; the broker has told of the damage. */
    private void renewUnlessDamaged(QueueName queue) {
        try {
            renew(queue);
        } catch (DataDamaged e) {
            LOG.debug("a damaged queue is not watched queue={}", queue, e);
        }
    }

    private void renew(QueueName queue) {
        redis.ask(Script.WATCH, queues.base(queue), Args.of(LIFETIME.toMillis()));
    }
}
