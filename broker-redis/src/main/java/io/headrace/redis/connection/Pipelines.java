package io.headrace.redis.connection;

import io.headrace.BrokerUnavailable;
import io.headrace.Durability;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The pipelines of one kind of write: one for each durability and each master of a cluster, opened when first needed.
 * So nobody who asked for less waits for a disk, and a dead master stalls no queue but its own. Thread-safe.
 */
public final class Pipelines<T extends Pipeline.Item> implements AutoCloseable {
    private final String name;
    private final Consumer<List<T>> flusher;
    private final Map<Place, Pipeline<T>> open = new ConcurrentHashMap<>();
    /** Set by close; a pipeline that is opened later closes at once. */
    private volatile boolean closed;

    /** @param flusher see {@link Pipeline}; all items of a batch have the same place */
    public Pipelines(String name, Consumer<List<T>> flusher) {
        this.name = name;
        this.flusher = flusher;
    }

    /** What the items of a pipeline have in common; as many as there are masters, times the durabilities in use. */
    private record Place(String server, Durability durability) {}

    /** Never blocks, unless the broker is being closed: then for a pipeline that is opened too late. */
    public void add(String server, Durability durability, T item) {
        Pipeline<T> pipeline;
        try {
            pipeline = open.computeIfAbsent(new Place(server, durability), this::open);
        } catch (OutOfMemoryError e) { // no thread can be started; there may be one when it is asked for again
            item.fail(new BrokerUnavailable("no thread can be started to send it: " + e.getMessage(), e));
            return;
        }
        if (closed) {
            pipeline.close();
        }
        pipeline.add(item);
    }

    private Pipeline<T> open(Place place) {
        // Whoever waits for a disk or a replica waits long: the longer the wait, the more must share it.
        int most = place.durability().equals(Durability.MEMORY) ? Pipeline.MAX_FLUSH : Pipeline.MAX_WAITED_FLUSH;
        return new Pipeline<>(name, most, flusher);
    }

    @Override
    public void close() {
        closed = true;
        open.values().forEach(Pipeline::close);
    }
}
