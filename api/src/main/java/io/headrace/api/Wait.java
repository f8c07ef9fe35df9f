package io.headrace.api;

import io.headrace.AwaitedJob;
import io.headrace.JobId;
import io.headrace.Lookup;
import io.vertx.core.AsyncResult;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request that waits for the end of a job, a bounded time. Lives on its loop's thread. */
final class Wait {
    private final Loop loop;
    private final Waiters waiters;
    private final Consumer<Optional<Lookup>> then;
    private final Follower<Lookup> follower;
    private final Runnable ender;
    private @Nullable Lookup last;
    private long timer = -1;
    private boolean done;

    private Wait(Exchange exchange, Services services, JobId job, Consumer<Optional<Lookup>> then) {
        this.loop = exchange.loop();
        this.waiters = services.waiters();
        this.then = then;
        AwaitedJob awaited = new AwaitedJob(services.broker(), job, System::nanoTime);
        this.follower = new Follower<>(loop, services.changes(), services.blocking(), job, awaited::look, this::seen);
        this.ender = () -> loop.post(this::end);
    }

    /**
     * Waits until the job has ended, is no longer on record or the time is up, then tells how it was last seen, which is
     * empty when no look succeeded. Tells nothing when the client went away.
     *
     * @return whether it waits: false when too many do already
     */
    static boolean start(Exchange exchange, Services services, JobId job, Duration atMost,
            Consumer<Optional<Lookup>> then) {
        Wait wait = new Wait(exchange, services, job, then);
        if (!services.waiters().enter(wait.ender)) {
            return false;
        }
        exchange.onGone(wait::cancel);
        if (!wait.done) {
            wait.timer = wait.loop.vertx().setTimer(Math.max(1, atMost.toMillis()), ignored -> wait.end());
            wait.follower.start();
        }
        return true;
    }

    private void seen(AsyncResult<Lookup> look) {
        if (look.failed()) {
            return; // the next look may succeed, and the time is bounded
        }
        last = look.result();
        if (last.kind() != Lookup.Kind.FOUND || last.job().filter(job -> job.state().terminal()).isPresent()) {
            end();
        }
    }

    private void end() {
        if (!done) {
            cancel();
            then.accept(Optional.ofNullable(last));
        }
    }

    private void cancel() {
        done = true;
        loop.vertx().cancelTimer(timer);
        follower.stop();
        waiters.leave(ender);
    }
}
