package io.headrace.bench.load;

import io.headrace.QueueName;
import io.headrace.bench.process.Child;
import io.headrace.bench.process.Stamps;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * A way from a sender to somebody who takes, and how long jobs are on it.
 *
 * @param queue which the jobs are in, or beside whose keys they are
 * @param taker a child that keeps {@link Stamps}
 * @param sender makes a sender, which its load closes
 */
public record Way(String name, QueueName queue, Child taker, Supplier<OpenLoad.Sender> sender) {
    /** Enough that one is free at each moment of the schedule, unless answers take long. */
    public static final int SENDERS = 8;
    private static final long AWAIT_S = 30;

    /** A load on this way, not yet started, whose jobs will be the first that were taken. */
    public OpenLoad load(double perSecond) throws IOException {
        taker.ask(Stamps.RESET);
        return new OpenLoad(perSecond, Stream.generate(sender).limit(SENDERS).toList());
    }

    /**
     * Waits until all is taken that a load has sent, which is closed.
     *
     * @return nanoseconds from the moment of the schedule to the one at which somebody had the job
     */
    public Histogram taken(OpenLoad load) throws IOException, InterruptedException {
        if (load.failed() > 0) {
            throw new IllegalStateException(load.failed() + " jobs could not be sent: " + load.lastFailure());
        }
        await(load.accepted());
        return Stamps.decode(taker.ask(Stamps.HISTOGRAM));
    }

    /** Sends one job, and waits until it is taken. */
    public void sendOne() throws Exception {
        taker.ask(Stamps.RESET);
        try (OpenLoad.Sender one = sender.get()) {
            await(one.send(System.nanoTime()));
        }
    }

    private void await(long jobs) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(AWAIT_S);
        long taken = Long.parseLong(taker.ask(Stamps.COUNT));
        while (taken < jobs && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(10);
            taken = Long.parseLong(taker.ask(Stamps.COUNT));
        }
        if (taken != jobs) {
            throw new IllegalStateException("jobs taken: " + taken + " instead of " + jobs);
        }
    }
}
