package io.headrace.testkit;

import io.headrace.broker.Steer;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.broker.Workers;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The workers of an {@link InMemoryBroker} that tell that they live, and what they are told to do. Every method is one
 * step under the broker's lock.
 */
final class MemoryWorkers implements Workers {
    private final MemoryState state;
    private final MemoryEvents events;
    private final Map<WorkerId, Heard> workers = new HashMap<>();
    /** What each has not been told yet. */
    private final Map<WorkerId, Steer> untold = new HashMap<>();

    /** The last heartbeat of a worker. */
    private record Heard(WorkerInfo worker, Instant until) {}

    MemoryWorkers(MemoryState state, MemoryEvents events) {
        this.state = state;
        this.events = events;
    }

    Optional<Steer> heartbeat(WorkerInfo worker, Duration lifetime) {
        return state.locked(now -> {
            workers.put(worker.id(), new Heard(worker.heardAt(now), now.plus(lifetime)));
            return Optional.ofNullable(untold.remove(worker.id()));
        });
    }

    boolean retire(WorkerId worker) {
        return state.locked(now -> {
            untold.remove(worker);
            return workers.keySet().remove(worker);
        });
    }

    @Override
    public boolean steer(WorkerId worker, Steer steer) {
        return state.locked(now -> {
            boolean lives = live(now).anyMatch(live -> live.id().equals(worker));
            if (lives) {
                untold.put(worker, steer);
                events.steered(worker);
            }
            return lives;
        });
    }

    @Override
    public List<WorkerInfo> live() {
        return state.locked(now -> live(now)
                .sorted(Comparator.comparing(WorkerInfo::startedAt).thenComparing(worker -> worker.id().value()))
                .toList());
    }

    /** Those whose last heartbeat still counts. */
    private Stream<WorkerInfo> live(Instant now) {
        workers.values().removeIf(heard -> !heard.until().isAfter(now));
        return workers.values().stream().map(Heard::worker);
    }
}
