package io.headrace.testkit;

import io.headrace.JobId;
import io.headrace.QueueName;
import io.headrace.Subscription;
import io.headrace.broker.WorkerId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Who listens to what. Callbacks run on one thread, in the order of the events; the broker's lock is not held then. */
final class MemoryEvents {
    /** One listener. */
    private record Listener(Set<QueueName> queues, Consumer<JobId> callback) {}

    /** A worker that waits to be steered. */
    private record Steered(WorkerId worker, Runnable callback) {}

    private final List<Steered> steered = new CopyOnWriteArrayList<>();
    private final List<Listener> changes = new CopyOnWriteArrayList<>();
    private final List<Listener> cancellations = new CopyOnWriteArrayList<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread daemon = new Thread(work, "in-memory-broker");
        daemon.setDaemon(true);
        return daemon;
    });

    Subscription onChange(QueueName queue, Consumer<JobId> callback) {
        return add(changes, new Listener(Set.of(queue), callback));
    }

    Subscription onCancel(Set<QueueName> queues, Consumer<JobId> callback) {
        return add(cancellations, new Listener(Set.copyOf(queues), callback));
    }

    Subscription onSteer(WorkerId worker, Runnable callback) {
        Steered one = new Steered(worker, callback);
        steered.add(one);
        return () -> steered.remove(one);
    }

    void steered(WorkerId worker) {
        for (Steered one : steered) {
            if (one.worker().equals(worker)) {
                thread.execute(one.callback());
            }
        }
    }

    void changed(JobId id) {
        tell(changes, id);
    }

    void cancelled(JobId id) {
        tell(cancellations, id);
    }

    void close() {
        thread.shutdown();
    }

    private static Subscription add(List<Listener> to, Listener listener) {
        to.add(listener);
        return () -> to.remove(listener);
    }

    private void tell(List<Listener> listeners, JobId id) {
        for (Listener listener : listeners) {
            if (listener.queues().contains(id.queue())) {
                thread.execute(() -> listener.callback().accept(id));
            }
        }
    }
}
