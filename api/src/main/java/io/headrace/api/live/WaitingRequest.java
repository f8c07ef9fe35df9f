package io.headrace.api.live;

import io.headrace.AwaitedJob;
import io.headrace.JobId;
import io.headrace.Lookup;
import io.headrace.api.http.BlockingCalls;
import io.headrace.api.http.ClientMemory;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.Waiters;
import io.vertx.core.AsyncResult;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** One request that waits for the end of a job, a bounded time. Lives on its loop's thread. */
final class WaitingRequest {
    private final EventLoop loop;
    private final Waiters waiters;
    private final Consumer<Optional<Lookup>> then;
    private final JobFollower<Lookup> follower;
    private final Runnable ender;
    private final BlockingCalls blocking;
    private final Callable<Lookup> look;
    private long timer = -1;
    private boolean done;

    WaitingRequest(EventLoop loop, JobWaits waits, JobId job, Consumer<Optional<Lookup>> then) {
        this.loop = loop;
        this.waiters = waits.waiters();
        this.then = then;
        AwaitedJob awaited = new AwaitedJob(waits.broker(), job, System::nanoTime);
        this.blocking = waits.blocking();
        this.look = awaited::look;
        this.follower = new JobFollower<>(loop, waits.changes(), blocking, job, look, this::seen);
        this.ender = () -> loop.post(this::end);
    }

    /** @return whether it waits: false when too many do already */
    boolean start(HttpCall call, Duration atMost) {
        if (!waiters.enter(call.caller(), ender)) {
            return false;
        }
        call.onGone(this::cancel);
        if (!done) {
            timer = loop.vertx().setTimer(Math.max(1, atMost.toMillis()), ignored -> end());
            follower.start();
        }
        return true;
    }

    private void seen(AsyncResult<Lookup> look) {
        if (look.failed()) {
            return; // the next look may succeed, and the time is bounded
        }
        Lookup found = look.result();
        if (found.kind() != Lookup.Kind.FOUND || found.job().filter(job -> job.state().terminal()).isPresent()) {
            cancel();
            then.accept(Optional.of(found));
        }
    }

    /** Looks once more: what the last look found was not kept, as thousands may wait for jobs of any size. */
    private void end() {
        if (!done) {
            cancel();
            blocking.run(loop, ClientMemory.Weight.JOB, look)
                    .onComplete(found -> then.accept(Optional.ofNullable(found.result())));
        }
    }

    private void cancel() {
        done = true;
        loop.vertx().cancelTimer(timer);
        follower.stop();
        waiters.leave(ender);
    }
}
