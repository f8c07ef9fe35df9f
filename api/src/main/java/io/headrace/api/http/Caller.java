package io.headrace.api.http;

import io.headrace.JobType;
import io.headrace.QueueName;
import io.headrace.access.AccessKey;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import io.headrace.broker.Overview;
import io.headrace.broker.Overview.Memory;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.WorkerInfo;
import io.headrace.broker.WorkerInfo.Running;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a request: the holder of a key and what that opens, or a program of this machine.
 *
 * @param name of the key, or {@code local} where no keys are asked for
 * @param key whose secret was shown, null where no keys are asked for
 * @param session by which the caller was let in, null if it showed a key or a ticket, or no keys are asked for
 * @param address from where the connection comes, without its port
 */
public record Caller(String name, Role role, Scope scope, String address, @Nullable AccessKey key,
        @Nullable Session session) {
    /** In place of the memory of Redis, which all queues share. */
    private static final Memory UNTOLD = new Memory(0, 0);

    /** Where no keys are asked for: somebody on this machine, who may do everything. */
    public static Caller local(String address) {
        return new Caller("local", Role.ADMIN, Scope.ALL, address, null, null);
    }

    /** Who has this key. */
    public static Caller of(AccessKey key, String address) {
        return new Caller(key.name(), key.role(), key.scope(), address, key, null);
    }

    /** Who has this session. */
    public static Caller of(Session session, String address) {
        AccessKey key = session.key();
        return new Caller(key.name(), key.role(), key.scope(), address, key, session);
    }

    /** @throws Problem {@code not-allowed} when the role is not enough, or the key's queues are not */
    public void require(Access access) {
        if (!access.open() && !access.allows(role)) {
            throw ProblemType.NOT_ALLOWED.problem("this needs the role " + access.needed() + "; the key '" + name
                    + "' has the role " + role.label());
        }
        if (access.whole() && !scope.unlimited()) {
            throw ProblemType.NOT_ALLOWED.problem("this concerns every queue; the key '" + name
                    + "' is limited to " + scope);
        }
    }

    /** What of an overview this caller may see: its queues, and the workers that serve one of them. */
    public Overview visible(Overview all) {
        return scope.unlimited() ? all : new Overview(all.time(), queues(all.queues()), workers(all.workers()), UNTOLD);
    }

    /** Those of the queues that this caller may see. */
    List<QueueInfo> queues(List<QueueInfo> all) {
        return scope.unlimited() ? all : all.stream().filter(queue -> reaches(queue.queue())).toList();
    }

    /** Those of the workers that serve a queue of this caller's, without what they serve and run beside. */
    public List<WorkerInfo> workers(List<WorkerInfo> all) {
        return scope.unlimited() ? all
                : all.stream().filter(worker -> worker.queues().stream().anyMatch(this::reaches)).map(this::part)
                        .toList();
    }

    /**
     * A worker does not tell for which of its queues its types are: those that it runs for this caller's are known to
     * be.
     */
    private WorkerInfo part(WorkerInfo all) {
        List<QueueName> queues = all.queues().stream().filter(this::reaches).toList();
        if (queues.size() == all.queues().size()) {
            return all;
        }
        List<Running> running = all.running().stream().filter(one -> reaches(one.job().queue())).toList();
        List<JobType> types = running.stream().map(Running::type).distinct().toList();
        return new WorkerInfo(all.id(), all.host(), all.pid(), all.startedAt(), queues, types, all.slots(),
                running.size(), all.lease(), all.state(), all.version(), running, all.heartbeatAt());
    }

    /** Whether what belongs to the queue may be seen by this caller at all. */
    public boolean reaches(QueueName queue) {
        return scope.allows(queue);
    }

    /**
     * @throws Problem {@code not-allowed} when the key does not open the queue, whether or not there is one of that
     *         name
     */
    public void require(QueueName queue) {
        if (!reaches(queue)) {
            throw ProblemType.NOT_ALLOWED.problem("the key '" + name + "' is limited to " + scope
                    + "; it does not open the queue '" + queue + "'");
        }
    }
}
