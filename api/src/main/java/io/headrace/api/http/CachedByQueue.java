package io.headrace.api.http;

import io.headrace.QueueName;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The same as {@link Cached} for each queue. Only for queues that are known to exist: their number is bounded by what
 * they cost Redis. Thread-safe; blocks.
 *
 * @param <T> not null
 */
public final class CachedByQueue<T> {
    private final Duration ttl;
    private final Function<QueueName, T> source;
    private final Map<QueueName, Cached<T>> queues = new ConcurrentHashMap<>();

    public CachedByQueue(Duration ttl, Function<QueueName, T> source) {
        this.ttl = ttl;
        this.source = source;
    }

    public T get(QueueName queue) {
        return queues.computeIfAbsent(queue, name -> new Cached<>(ttl, () -> source.apply(name))).get();
    }

    /** Has it got anew by whoever asks next: what was known is known to be wrong. */
    public void drop(QueueName queue) {
        queues.remove(queue);
    }
}
