package io.headrace.api.live;

import io.headrace.JobId;
import io.headrace.api.http.BlockingCalls;
import io.headrace.api.http.ClientMemory;
import io.headrace.api.http.EventLoop;
import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Looks at one job now, whenever a change is hinted at, and every two seconds anyway, as hints can be missed. Anybody
 * who can reach Redis can give hints, so there are no more than {@value #MOST_HINTED} looks for them in two seconds. It
 * listens before its first look, so that no change falls between. Lives on its loop's thread; no thread is held while
 * nothing happens.
 *
 * @param <T> what a look yields
 */
final class JobFollower<T> {
    private static final long LOOK_EVERY_MS = 2_000;
    /** Far more than a job changes, which reports twice a second at most. */
    private static final int MOST_HINTED = 50;

    private final EventLoop loop;
    private final JobChanges changes;
    private final BlockingCalls blocking;
    private final JobId job;
    private final Callable<T> look;
    private final Handler<AsyncResult<T>> seen;
    private final Runnable listener = this::hint;
    /** Whether a hint is on its way to the loop; set by the broker's threads. */
    private final AtomicBoolean hinted = new AtomicBoolean();
    private boolean looking;
    private boolean lookAgain;
    private boolean stopped;
    private long timer = -1;
    /** Since when looks for hints are counted, by the clock of the JVM, and how many there have been. */
    private long countedSince = System.nanoTime();
    private int hintedLooks;

    /** @param seen hears what each look yields, or why it failed */
    JobFollower(EventLoop loop, JobChanges changes, BlockingCalls blocking, JobId job, Callable<T> look,
            Handler<AsyncResult<T>> seen) {
        this.loop = loop;
        this.changes = changes;
        this.blocking = blocking;
        this.job = job;
        this.look = look;
        this.seen = seen;
    }

    void start() {
        changes.listen(job, listener).onComplete(ignored -> loop.post(this::look));
    }

    private void hint() {
        if (hinted.compareAndSet(false, true)) {
            loop.post(() -> {
                hinted.set(false);
                if (worthALook()) {
                    look();
                }
            });
        }
    }

    /** A hint beyond the bound is left to the look that comes anyway. */
    private boolean worthALook() {
        long now = System.nanoTime();
        if (now - countedSince > TimeUnit.MILLISECONDS.toNanos(LOOK_EVERY_MS)) {
            countedSince = now;
            hintedLooks = 0;
        }
        return hintedLooks++ < MOST_HINTED;
    }

    /** Looks now, or once more when the look under way has ended. */
    void look() {
        if (stopped) {
            return;
        }
        if (looking) {
            lookAgain = true;
            return;
        }
        looking = true;
        loop.vertx().cancelTimer(timer);
        blocking.run(loop, ClientMemory.Weight.JOB, look).onComplete(this::looked);
    }

    private void looked(AsyncResult<T> result) {
        looking = false;
        if (stopped) {
            return;
        }
        boolean again = lookAgain;
        lookAgain = false;
        try {
            seen.handle(result);
        } finally { // whatever one look led to, the next is taken
            if (!stopped && again) {
                look();
            } else if (!stopped) {
                timer = loop.vertx().setTimer(LOOK_EVERY_MS, ignored -> look());
            }
        }
    }

    void stop() {
        if (!stopped) {
            stopped = true;
            loop.vertx().cancelTimer(timer);
            changes.forget(job, listener);
        }
    }
}
