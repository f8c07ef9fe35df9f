package io.headrace.worker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadPoolTest {
    private final ThreadPool pool = new ThreadPool(8);
    private final CountDownLatch letGo = new CountDownLatch(1);

    @AfterEach
    void close() {
        letGo.countDown();
        pool.close();
    }

    @Test
    void asManyLongTasksAsThereAreSlotsRunAtOnce() throws Exception {
        for (int round = 0; round < 200; round++) {
            CyclicBarrier together = new CyclicBarrier(9);
            for (int i = 0; i < 8; i++) {
                pool.execute(() -> meet(together));
            }
            together.await(30, SECONDS); // only passed when all eight run at the same time
        }
    }

    @Test
    void everyTaskRunsHoweverShortTheyAre() throws Exception {
        int tasks = 100_000;
        CountDownLatch all = new CountDownLatch(tasks);
        for (int i = 0; i < tasks; i++) {
            pool.execute(() -> {
                all.countDown();
                return true;
            });
        }
        assertThat(all.await(30, SECONDS)).isTrue();
    }

    @Test
    void aThreadThatWasGivenUpIsReplacedAndNeverUsedAgain() throws Exception {
        Set<Thread> stuck = ConcurrentHashMap.newKeySet();
        CountDownLatch begun = new CountDownLatch(8);
        for (int i = 0; i < 8; i++) {
            pool.execute(() -> {
                stuck.add(Thread.currentThread());
                begun.countDown();
                await(letGo);
                return false;
            });
        }
        assertThat(begun.await(30, SECONDS)).isTrue();
        for (int i = 0; i < 8; i++) {
            pool.givenUp();
        }

        asManyLongTasksAsThereAreSlotsRunAtOnce();

        letGo.countDown();
        for (Thread thread : stuck) {
            thread.join(30_000);
            assertThat(thread.isAlive()).isFalse();
        }
    }

    @Test
    void aTaskThatThrowsTakesNoThreadWithIt() throws Exception {
        for (int i = 0; i < 20; i++) {
            pool.execute(() -> {
                throw new IllegalStateException("from a test");
            });
        }
        asManyLongTasksAsThereAreSlotsRunAtOnce();
    }

    private static boolean meet(CyclicBarrier together) {
        try {
            together.await(30, SECONDS);
            return true;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
