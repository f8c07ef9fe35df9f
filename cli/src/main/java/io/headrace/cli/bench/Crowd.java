package io.headrace.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several threads that do the same at the same time. */
final class Crowd {
    /** What one of them does. */
    interface Member {
        /** Gets ready; nothing of it is measured. */
        Work prepare() throws Exception;
    }

    /** The measured part. */
    interface Work {
        void run() throws Exception;
    }

    private Crowd() {}

    /** @return nanoseconds from the moment at which all were ready until the last had ended */
    static long run(List<? extends Member> members) throws Exception {
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
        }
    }
}
