package io.headrace.redis.jobs;

import io.headrace.DataDamaged;
import io.headrace.QueueName;
import io.headrace.broker.WorkerId;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.jobs.LostAnswers.Asker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Sees which of many queues have something to claim, at the cost of a few commands. Thread-safe. */
public final class ReadyQueues {
    /** So many queues are looked at in one script call. */
    private static final int MOST = 200;
    /** So many script calls go in one flush: in a cluster each is about one queue. */
    private static final int BATCH = 50;

    private final Redis redis;
    private final QueueCache queues;
    private final Predicate<Asker> inDoubt;

    /** @param inDoubt whether a worker may hold jobs of a queue without knowing, which a claim tells */
    public ReadyQueues(Redis redis, QueueCache queues, Predicate<Asker> inDoubt) {
        this.redis = redis;
        this.queues = queues;
        this.inDoubt = inDoubt;
    }

    public Set<QueueName> ready(WorkerId worker, Collection<QueueName> names) {
        List<List<QueueName>> groups = groups(names);
        List<Object> answers = redis.askEach(groups.stream().map(
                group -> Request.script(Script.READY_QUEUES, group.stream().map(queues::base).toList(), List.of()))
                .toList(),
                BATCH);
        Set<QueueName> ready = new HashSet<>();
        for (int i = 0; i < groups.size(); i++) {
            List<QueueName> group = groups.get(i);
            if (answers.get(i) instanceof DataDamaged) {
                ready.addAll(group); // a claim says which it is
            } else {
                Replies.list(Redis.checked(answers.get(i)))
                        .forEach(position -> ready.add(group.get((int) Replies.number(position) - 1)));
            }
        }
        names.stream().filter(queue -> inDoubt.test(new Asker(queue, worker))).forEach(ready::add);
        return ready;
    }

    /** Those that one script call can look at: the keys of a call must lie in one slot. */
    private List<List<QueueName>> groups(Collection<QueueName> names) {
        Map<Integer, List<QueueName>> shards = new LinkedHashMap<>();
        names.forEach(queue -> shards.computeIfAbsent(redis.shard(queues.base(queue)), shard -> new ArrayList<>())
                .add(queue));
        List<List<QueueName>> groups = new ArrayList<>();
        for (List<QueueName> shard : shards.values()) {
            for (int from = 0; from < shard.size(); from += MOST) {
                groups.add(shard.subList(from, Math.min(shard.size(), from + MOST)));
            }
        }
        return groups;
    }
}
