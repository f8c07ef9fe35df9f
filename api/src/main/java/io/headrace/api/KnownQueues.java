package io.headrace.api;

import io.headrace.BrokerOperator;
import io.headrace.QueueName;
import io.headrace.UnknownQueue;
import io.vertx.core.Future;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which queues accept jobs when only existing ones do. Queues are never forgotten, so one that was seen stays known. */
final class KnownQueues {
    private static final Future<Void> YES = Future.succeededFuture();

    private final boolean closed;
    private final BrokerOperator operator;
    private final BlockingCalls blocking;
    private final Set<QueueName> known = ConcurrentHashMap.newKeySet();

    KnownQueues(boolean closed, BrokerOperator operator, BlockingCalls blocking) {
        this.closed = closed;
        this.operator = operator;
        this.blocking = blocking;
    }

    /** Completes at once or on the loop's thread; fails with {@link UnknownQueue} when the queue accepts no jobs. */
    Future<Void> admit(Loop loop, QueueName queue) {
        if (!closed || known.contains(queue)) {
            return YES;
        }
        return blocking.run(loop, () -> operator.queue(queue).isPresent()).compose(exists -> {
            if (!exists) {
                return Future.failedFuture(new UnknownQueue(queue));
            }
            known.add(queue);
            return YES;
        });
    }
}
