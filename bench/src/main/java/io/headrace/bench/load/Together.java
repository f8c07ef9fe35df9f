package io.headrace.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Several threads that do the same at the same time. */
public final class Together {
    /** What one of them does. */
    public interface Member {
        /** Gets ready; nothing of it is measured. */
        Work prepare() throws Exception;
    }

    /** The measured part. */
    public interface Work {
        public void run() throws Exception;
    }

    /** Each ends after what it is just doing: its {@link Share} is empty when it is interrupted. */
    private static final long STOP_S = 10;

    private Together() {}

    private static void awaitEnd(ExecutorService threads) {
        boolean interrupted = Thread.interrupted();
        try {
            if (!threads.awaitTermination(STOP_S, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a load did not stop within " + STOP_S + " s");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return nanoseconds from the moment at which all were ready until the last had ended */
    public static long run(List<? extends Member> members) throws Exception {
        CountDownLatch ready = new CountDownLatch(members.size());
        CountDownLatch go = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(members.size());
        try {
            List<Future<?>> all = new ArrayList<>();
            for (Member member : members) {
                all.add(threads.submit(() -> {
                    Work work;
                    try {
                        work = member.prepare();
                    } finally {
                        ready.countDown();
                    }
                    go.await();
                    work.run();
                    return null;
                }));
            }
            ready.await();
            long start = System.nanoTime();
            go.countDown();
            for (Future<?> one : all) {
                one.get();
            }
            return System.nanoTime() - start;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            threads.shutdownNow();
            awaitEnd(threads);
        }
    }
}
