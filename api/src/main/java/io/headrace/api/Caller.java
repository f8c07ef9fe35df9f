package io.headrace.api;

import io.headrace.BrokerOperator.Overview;
import io.headrace.JobId;
import io.headrace.QueueName;
import io.headrace.Role;
import io.headrace.Scope;

/**
 * Who asks.
 *
 * @param name of the key, or {@code local} where no keys are asked for
 * @param address from where the connection comes, without its port
 */
record Caller(String name, Role role, Scope scope, String address) {
    /** Where no keys are asked for: somebody on this machine, who may do everything. */
    static Caller local(String address) {
        return new Caller("local", Role.ADMIN, Scope.ALL, address);
    }

    /** @throws Problem {@code not-allowed} when the role is not enough, or the key's queues are not */
    void require(Access access) {
        if (!access.open() && !access.allows(role)) {
            throw new Problem(ProblemType.NOT_ALLOWED, "this needs the role " + access.needed() + "; the key '" + name
                    + "' has the role " + role.label(), null);
        }
        if (access.whole() && !scope.unlimited()) {
            throw new Problem(ProblemType.NOT_ALLOWED, "this concerns every queue; the key '" + name
                    + "' is limited to " + scope, null);
        }
    }

    /** Whether what belongs to the queue may be seen by this caller at all. */
    boolean reaches(QueueName queue) {
        return scope.allows(queue);
    }

    /** @throws Problem {@code not-allowed} when the key does not open the queue, whether or not there is one of that name */
    void require(QueueName queue) {
        if (!reaches(queue)) {
            throw new Problem(ProblemType.NOT_ALLOWED, "the key '" + name + "' is limited to " + scope
                    + "; it does not open the queue '" + queue + "'", null);
        }
    }

    /** What of an overview this caller may see: its queues, and the workers that serve one of them. */
    Overview visible(Overview all) {
        if (scope.unlimited()) {
            return all;
        }
        return new Overview(all.time(), all.queues().stream().filter(queue -> reaches(queue.queue())).toList(),
                all.workers().stream().filter(worker -> worker.queues().stream().anyMatch(this::reaches)).toList(),
                all.memory());
    }

    /** The same for the queue of a job. */
    void require(JobId job) {
        require(job.queue());
    }
}
