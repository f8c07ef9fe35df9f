package io.headrace.api;

import io.headrace.JobId;
import io.headrace.Lookup;
import io.headrace.broker.Broker;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Lets requests wait for the end of a job. Thread-safe. */
record JobWaits(Broker broker, Changes changes, BlockingCalls blocking, Waiters waiters) {
    /**
     * Waits until the job has ended, is no longer on record or the time is up, then tells how it is, which is empty when
     * that cannot be found out. Tells nothing when the client went away.
     *
     * @return whether it waits: false when too many do already
     */
    boolean start(Exchange exchange, JobId job, Duration atMost, Consumer<Optional<Lookup>> then) {
        return new Wait(exchange.loop(), this, job, then).start(exchange, atMost);
    }

    /** How a job is now; completes on the loop's thread. */
    Future<Lookup> look(Loop loop, JobId job) {
        return blocking.run(loop, Room.Weight.JOB, () -> broker.find(job));
    }
}
