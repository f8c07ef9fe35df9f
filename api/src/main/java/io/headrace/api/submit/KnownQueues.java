package io.headrace.api.submit;

import io.headrace.QueueName;
import io.headrace.UnknownQueue;
import io.headrace.api.http.BlockingCalls;
import io.headrace.api.http.EventLoop;
import io.headrace.broker.Queues;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Tells which queues accept jobs where only queues that exist do. One that was seen is believed to exist for a second:
 * it can be deleted. Thread-safe.
 */
public final class KnownQueues {
    static final Duration BELIEVED = Duration.ofSeconds(1);
    private static final Future<Void> YES = Future.succeededFuture();

    private final boolean closed;
    private final Queues queues;
    private final BlockingCalls blocking;
    private final LongSupplier nanoClock;
    /** When each queue was seen last. */
    private final Map<QueueName, Long> seen = new ConcurrentHashMap<>();

    public KnownQueues(boolean closed, Queues queues, BlockingCalls blocking, LongSupplier nanoClock) {
        this.closed = closed;
        this.queues = queues;
        this.blocking = blocking;
        this.nanoClock = nanoClock;
    }

    /** Completes at once or on the loop's thread; fails with {@link UnknownQueue} when the queue accepts no jobs. */
    Future<Void> admit(EventLoop loop, QueueName queue) {
        if (!closed || believed(queue)) {
            return YES;
        }
        return blocking.run(loop, () -> queues.info(queue).isPresent()).compose(exists -> {
            if (!exists) {
                seen.remove(queue);
                return Future.failedFuture(new UnknownQueue(queue));
            }
            seen.put(queue, nanoClock.getAsLong());
            return YES;
        });
    }

    private boolean believed(QueueName queue) {
        Long at = seen.get(queue);
        return at != null && nanoClock.getAsLong() - at <= BELIEVED.toNanos();
    }

    /** It was deleted. */
    public void forget(QueueName queue) {
        seen.remove(queue);
    }
}
