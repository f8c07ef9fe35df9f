package io.headrace.api.live;

import io.headrace.JobId;
import io.headrace.Lookup;
import io.headrace.api.http.BlockingCalls;
import io.headrace.api.http.ClientMemory;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.Waiters;
import io.headrace.broker.Broker;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Lets requests wait for the end of a job. Thread-safe. */
public record JobWaits(Broker broker, JobChanges changes, BlockingCalls blocking, Waiters waiters) {
    /**
     * Waits until the job has ended, is no longer on record or the time is up, then tells how it is, which is empty
     * when that cannot be found out. Tells nothing when the client went away.
     *
     * @return whether it waits: false when too many do already
     */
    public boolean start(HttpCall call, JobId job, Duration atMost, Consumer<Optional<Lookup>> then) {
        return new WaitingRequest(call.loop(), this, job, then).start(call, atMost);
    }

    /** How a job is now; completes on the loop's thread. */
    public Future<Lookup> look(EventLoop loop, JobId job) {
        return blocking.run(loop, ClientMemory.Weight.JOB, () -> broker.find(job));
    }
}
