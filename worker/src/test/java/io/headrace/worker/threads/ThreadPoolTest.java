package io.headrace.worker.threads;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadPoolTest {
    private final Clocks clocks = Clocks.system();
    private final Capacity capacity = new Capacity(8, clocks);
    private final Breakdown breakdown = new Breakdown(null);
    /** How many more threads the machine gives. */
    private final AtomicInteger machine = new AtomicInteger(Integer.MAX_VALUE);
    private final Set<Thread> started = ConcurrentHashMap.newKeySet();
    private final ThreadPool pool = new ThreadPool(8, this::thread, capacity, breakdown);
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
    void anErrorOnAThreadOfATaskBreaksTheWorkerDownWhateverThreadsItHas() throws Exception {
        ExecutorService executor = Executors.newCachedThreadPool();
        JobThreads virtual = new JobThreads.Virtual(executor, breakdown);
        virtual.execute(() -> {
            throw new InternalError("a test");
        });
        virtual.close();
        assertThat(executor.awaitTermination(30, SECONDS)).isTrue();
        assertThat(breakdown.happened()).isTrue();
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

    @Test
    void aTaskThatTheMachineGivesNoThreadForIsRefusedAndTheOthersRun() throws Exception {
        machine.set(3);
        CountDownLatch begun = new CountDownLatch(3);
        AtomicInteger refused = new AtomicInteger();
        for (int i = 0; i < 8; i++) {
            pool.execute(new JobThreads.Task() {
                @Override
                public boolean run() {
                    begun.countDown();
                    await(letGo);
                    return true;
                }

                @Override
                public void refused() {
                    refused.incrementAndGet();
                }
            });
        }

        assertThat(begun.await(30, SECONDS)).isTrue();

        assertThat(capacity.limit()).isLessThan(8);
        assertThat(refused.get()).isEqualTo(5);
        assertThat(pool.ready(3)).isEqualTo(3);
        assertThat(pool.ready(4)).isEqualTo(3);
        machine.set(5);
        assertThat(pool.ready(8)).isEqualTo(8);
        assertThat(breakdown.happened()).isFalse();
    }

    @Test
    void idleThreadsBeyondABoundEnd() throws Exception {
        assertThat(pool.ready(8)).isEqualTo(8);
        pool.shrink(2);
        while (started.stream().filter(Thread::isAlive).count() > 2) {
            Thread.onSpinWait();
        }
        assertThat(pool.ready(2)).isEqualTo(2);
        assertThat(pool.ready(8)).isEqualTo(8);
        asManyLongTasksAsThereAreSlotsRunAtOnce();
    }

    @Test
    void anErrorAroundATaskIsABreakdownAndNoSilentlyMissingThread() throws Exception {
        pool.execute(() -> {
            throw new StackOverflowError("from a test");
        });
        for (Thread thread = null; thread == null || thread.isAlive();) {
            thread = started.stream().findAny().orElse(null);
        }
        assertThat(breakdown.happened()).isTrue();
        asManyLongTasksAsThereAreSlotsRunAtOnce();
    }

    /** A thread, or one that cannot be started, as the JDK tells it. */
    private Thread thread(Runnable work) {
        Thread thread = new Thread(work) {
            @Override
            public synchronized void start() {
                if (machine.getAndDecrement() <= 0) {
                    throw new OutOfMemoryError("unable to create native thread: a test");
                }
                started.add(this);
                super.start();
            }
        };
        thread.setDaemon(true);
        return thread;
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
