package io.headrace.redis.jobs;

import io.headrace.DataDamaged;
import io.headrace.QueueName;
import io.headrace.broker.Lease;
import io.headrace.broker.Renewal;
import io.headrace.broker.WorkerId;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Extends leases, many in a call. */
public final class LeaseRenewer {
    /** One script call renews at most so many leases. */
    private static final int MAX_CALL = 500;

    private final Redis redis;
    private final QueueCache queues;

    public LeaseRenewer(Redis redis, QueueCache queues) {
        this.redis = redis;
        this.queues = queues;
    }

    /** What the leases of one script call have in common. */
    private record Group(QueueName queue, WorkerId worker, char level) {}

    public Renewal renew(Collection<Lease> leases, Duration duration) {
        Map<Group, List<Lease>> groups = new LinkedHashMap<>();
        for (Lease lease : leases) {
            groups.computeIfAbsent(
                    new Group(lease.job().queue(), lease.token().worker(), lease.token().entry().charAt(0)),
                    g -> new ArrayList<>())
                    .add(lease);
        }
        List<Lease> lost = new ArrayList<>();
        List<Lease> cancelled = new ArrayList<>();
        groups.forEach((group, all) -> {
            all.sort(EntryIds.ASCENDING);
            for (int from = 0; from < all.size(); from += MAX_CALL) {
                renew(group, all.subList(from, Math.min(all.size(), from + MAX_CALL)), duration, lost, cancelled);
            }
        });
        return new Renewal(lost, cancelled);
    }

    private void renew(Group group, List<Lease> leases, Duration duration, List<Lease> lost, List<Lease> cancelled) {
        Args args = Args.of(group.worker(), group.level(), duration.toMillis(), leases.size());
        leases.forEach(lease -> args.with(VerdictWriter.entry(lease)));
        leases.forEach(lease -> args.with(lease.token().deliveries(), lease.job(), lease.token().fence()));
        List<Object> reply;
        try {
            reply = Replies.list(redis.ask(Script.RENEW, queues.base(group.queue()), args));
        } catch (DataDamaged e) {
            return; // nobody can take these over either, and the leases of other queues must not run out with them
        }
        Replies.list(reply.get(0)).forEach(n -> lost.add(leases.get((int) Replies.number(n) - 1)));
        Replies.list(reply.get(1)).forEach(n -> cancelled.add(leases.get((int) Replies.number(n) - 1)));
    }
}
