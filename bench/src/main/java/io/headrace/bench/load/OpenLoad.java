package io.headrace.bench.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A load in the open model: it is sent by a schedule, whether earlier answers have come or not, as independent clients
 * would. Each moment of the schedule goes to whichever sender is free; when none is, it is sent late, and counted from
 * when it should have been. Each sender has a thread.
 */
public final class OpenLoad implements AutoCloseable {
    /** Sends; used by one thread. */
    public interface Sender extends AutoCloseable {
        /**
         * Sends what the schedule wants at one moment, and waits for the answer if there is one to wait for.
         *
         * @param atNanos the moment by {@link System#nanoTime}
         * @return how many jobs were accepted
         */
        int send(long atNanos) throws Exception;

        @Override
        void close() throws Exception;
    }

    private static final long STOP_MS = 10_000;
    /** The share of its schedule from which on a load has kept to it. */
    private static final double ENOUGH = 0.99;

    private final double intervalNanos;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong latestNanos = new AtomicLong();
    private volatile String lastFailure = "";
    private volatile long start;
    private volatile long stop;
    private volatile boolean stopped;

    /** @param perSecond moments in the schedule */
    public OpenLoad(double perSecond, List<? extends Sender> senders) {
        this.intervalNanos = 1e9 / perSecond;
        for (Sender sender : senders) {
            Thread thread = new Thread(() -> send(sender), "bench-load-" + threads.size());
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    public OpenLoad start() {
        start = System.nanoTime();
        threads.forEach(Thread::start);
        return this;
    }

    /** Starts it, lets it run for so long, and stops it. */
    public void run(Duration duration) throws InterruptedException {
        start();
        Thread.sleep(duration.toMillis());
        close();
    }

    private void send(Sender sender) {
        try (sender) {
            while (!stopped) {
                long at = start + (long) (next.getAndIncrement() * intervalNanos);
                await(at);
                if (!stopped) {
                    sendAt(sender, at);
                }
            }
        } catch (Exception e) {
            fail(e);
        }
    }

    private void sendAt(Sender sender, long at) {
        sent.incrementAndGet();
        long late = System.nanoTime() - at;
        if (late > latestNanos.get()) {
            latestNanos.accumulateAndGet(late, Math::max);
        }
        try {
            accepted.addAndGet(sender.send(at));
        } catch (Exception e) {
            fail(e);
        }
    }

    private void await(long at) {
        for (long left = at - System.nanoTime(); left > 0 && !stopped; left = at - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void fail(Exception e) {
        failed.incrementAndGet();
        lastFailure = String.valueOf(e.getMessage());
    }

    /** How many jobs were accepted so far. */
    public long accepted() {
        return accepted.get();
    }

    /** How many moments of the schedule went wrong so far. */
    public long failed() {
        return failed.get();
    }

    /** Why the last of them did; empty when none did. */
    public String lastFailure() {
        return lastFailure;
    }

    /** The longest delay since the last call of this with which something was sent. */
    public Duration latest() {
        return Duration.ofNanos(latestNanos.getAndSet(0));
    }

    /** The share of the schedule that was sent until it was closed. What is missing had waited longest. */
    double shareSent() {
        return Math.min(1, sent.get() * intervalNanos / (stop - start));
    }

    /**
     * What to say of a load that fell behind: without the moments that were not sent, which had waited longest, its
     * figures look better than they are.
     *
     * @return empty when it kept to its schedule
     */
    public Optional<String> behind(String what) {
        return shareSent() >= ENOUGH ? Optional.empty()
                : Optional.of(String.format(Locale.ROOT,
                        "%s FELL BEHIND: %.1f %% of the schedule was sent."
                                + " What was not had waited longest and is in no figure.",
                        what, shareSent() * 100));
    }

    /** Sends no more, and waits for the answers that are due. */
    @Override
    public synchronized void close() {
        if (!stopped) {
            stop = System.nanoTime();
            stopped = true;
        }
        threads.forEach(LockSupport::unpark);
        for (Thread thread : threads) {
            try {
                thread.join(STOP_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
