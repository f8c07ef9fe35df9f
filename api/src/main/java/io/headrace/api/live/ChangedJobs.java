package io.headrace.api.live;

import io.headrace.HeadraceException;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.JobStore;
import io.headrace.JobType;
import io.headrace.QueueName;
import io.headrace.api.http.BlockingCalls;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.JsonOut;
import io.headrace.api.view.SocketMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers which jobs of one queue change, looks at each once and tells all who listen: four times a second at most, and
 * a bounded number of jobs each time. Thread-safe; this object's monitor guards what is not final, and is never held
 * over a call of the broker.
 */
public final class ChangedJobs {
    /** One that hears of changes, on its loop. */
    public interface Listener {
        EventLoop loop();

        /** @param message for a WebSocket */
        void changed(String message);
    }

    /** How many jobs are told at once. */
    public static final int MAX_JOBS = 200;

    private static final long GATHER_MS = 250;
    private static final long SUBSCRIBE_AGAIN_MS = 2_000;
    /** A look at a job fetches all of it: the looking ends when it has taken so long, or fetched so much. */
    private static final long MAX_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long MAX_BYTES = 1024 * 1024;

    private final QueueName queue;
    private final JobStore store;
    private final BlockingCalls blocking;
    private final JobChanges changes;
    private final Consumer<JobId> hint = this::hint;
    private final Set<Listener> listeners = new LinkedHashSet<>();
    private Set<JobId> gathered = new LinkedHashSet<>();
    /** How many hints came about jobs that there was no room to gather. */
    private long leftOut;
    /** Whether what is gathered will be told. */
    private boolean telling;
    private @Nullable Vertx vertx;
    private volatile Future<?> stands = Future.succeededFuture();

    ChangedJobs(QueueName queue, JobStore store, BlockingCalls blocking, JobChanges changes) {
        this.queue = queue;
        this.store = store;
        this.blocking = blocking;
        this.changes = changes;
    }

    /** @return completes, on any thread, when what changes from then on is told; fails if it will not be for a while */
    Future<?> join(Listener listener) {
        boolean first;
        synchronized (this) {
            first = listeners.isEmpty();
            listeners.add(listener);
            vertx = listener.loop().vertx();
        }
        return first ? subscribe() : stands;
    }

    /** Who cannot subscribe tries again as long as somebody listens. */
    private Future<?> subscribe() {
        Future<?> listening = changes.listen(queue, hint);
        stands = listening;
        return listening.onFailure(why -> {
            Vertx on = listening();
            if (on != null) {
                changes.forget(queue, hint);
                on.setTimer(SUBSCRIBE_AGAIN_MS, ignored -> {
                    if (listening() != null) {
                        Future<?> unused = subscribe();
                    }
                });
            }
        });
    }

    private synchronized @Nullable Vertx listening() {
        return listeners.isEmpty() ? null : vertx;
    }

    /** @return whether nobody listens any more; then it has ended, and another takes its place */
    boolean leave(Listener listener) {
        synchronized (this) {
            listeners.remove(listener);
            if (!listeners.isEmpty()) {
                return false;
            }
        }
        changes.forget(queue, hint);
        return true;
    }

    private void hint(JobId job) {
        Vertx on;
        synchronized (this) {
            if (gathered.size() < MAX_JOBS) {
                gathered.add(job);
            } else if (!gathered.contains(job)) {
                leftOut++;
            }
            if (telling || listeners.isEmpty() || vertx == null) {
                return;
            }
            telling = true;
            on = vertx;
        }
        tellSoon(on);
    }

    private void tellSoon(Vertx on) {
        on.setTimer(GATHER_MS, ignored -> {
            if (!blocking.run(this::tell)) {
                told();
            }
        });
    }

    private void tell() {
        Set<JobId> jobs;
        long more;
        synchronized (this) {
            jobs = gathered;
            more = leftOut;
            gathered = new LinkedHashSet<>();
            leftOut = 0;
        }
        try {
            List<Change> found = look(jobs);
            long untold = more + jobs.size() - found.size();
            String message = SocketMessage.event(LiveTopics.topic(queue), "changed", null,
                    new String(JsonOut.object(out -> write(out, found, untold)), StandardCharsets.UTF_8));
            audience().forEach(listener -> listener.loop().post(() -> listener.changed(message)));
        } finally {
            told();
        }
    }

    private synchronized List<Listener> audience() {
        return List.copyOf(listeners);
    }

    /** What is told of a job; the rest of it is not kept. */
    private record Change(JobId id, JobType type, JobState state) {
        static Change of(Job job) {
            return new Change(job.id(), job.document().spec().type(), job.state());
        }
    }

    private List<Change> look(Set<JobId> ids) {
        List<Change> found = new ArrayList<>();
        long end = System.nanoTime() + MAX_LOOK_NANOS;
        long bytes = 0;
        for (JobId id : ids) {
            if (bytes > MAX_BYTES || System.nanoTime() - end > 0) {
                break;
            }
            try {
                Optional<Job> job = store.find(id).job();
                job.map(Change::of).ifPresent(found::add);
                bytes += job.map(j -> j.document().spec().payload().size()).orElse(0);
            } catch (HeadraceException e) {
                break; // the figures of the queue tell of an outage
            }
        }
        return found;
    }

    private static void write(JsonOut out, List<Change> jobs, long more) {
        out.objects("jobs", jobs, (o, job) -> {
            o.text("id", job.id().toString());
            o.text("type", job.type().value());
            o.text("state", job.state().label());
        });
        out.number("more", more);
    }

    /** What was gathered meanwhile is told next. */
    private void told() {
        Vertx next;
        synchronized (this) {
            telling = !listeners.isEmpty() && !gathered.isEmpty();
            next = telling ? vertx : null;
        }
        if (next != null) {
            tellSoon(next);
        }
    }
}
