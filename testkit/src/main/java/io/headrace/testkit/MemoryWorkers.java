package io.headrace.testkit;

import io.headrace.broker.Steer;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The workers that tell that they live, and what is wished of them. Guarded by the broker's lock. */
final class MemoryWorkers {
    private final MemoryEvents events;
    private final Map<WorkerId, Heard> workers = new HashMap<>();
    private final Map<WorkerId, Steer> wishes = new HashMap<>();

    /** The last heartbeat of a worker. */
    private record Heard(WorkerInfo worker, Instant until) {}

    MemoryWorkers(MemoryEvents events) {
        this.events = events;
    }

    Optional<Steer> heartbeat(WorkerInfo worker, Duration lifetime, Instant now) {
        workers.put(worker.id(), new Heard(worker.heardAt(now), now.plus(lifetime)));
        return Optional.ofNullable(wishes.remove(worker.id()));
    }

    boolean retire(WorkerId worker) {
        wishes.remove(worker);
        return workers.keySet().remove(worker);
    }

    /** Whether such a worker lives; what is wished of it waits for its next heartbeat. */
    boolean wish(WorkerId worker, Steer wish, Instant now) {
        if (live(now).stream().noneMatch(live -> live.id().equals(worker))) {
            return false;
        }
        wishes.put(worker, wish);
        events.wished(worker);
        return true;
    }

    /** Those whose last heartbeat still counts. */
    List<WorkerInfo> live(Instant now) {
        workers.values().removeIf(heard -> !heard.until().isAfter(now));
        return workers.values().stream().map(Heard::worker).toList();
    }
}
