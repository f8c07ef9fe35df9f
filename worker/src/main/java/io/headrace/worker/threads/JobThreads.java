package io.headrace.worker.threads;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The threads that handlers run on. Up to {@value #PLATFORM_MAX} slots get platform threads, on every JDK: the
 * operating system shares the cores among them, so a handler that computes, or one that never ends and was given up,
 * takes nothing from the others but its share. More slots than that are for handlers that wait; they get virtual
 * threads where the JDK has them (21 and later).
 */
public interface JobThreads extends AutoCloseable {
    /** The most slots that are served by platform threads on a JDK that has virtual ones. */
    int PLATFORM_MAX = 512;

    /** What a thread does for one attempt. */
    @FunctionalInterface
    interface Task {
        /** Returns whether the thread may be used again: false when {@link #givenUp} was called for it. */
        boolean run();

        /** Called instead of {@link #run}, by any thread: the machine gives no thread for it. */
        default void refused() {}
    }

    /**
     * Runs a task soon, or refuses it; none waits for a thread as long as no more than the slots are under way, but the
     * first that one of these threads hands in: it takes that itself as soon as it is done, or after {@link #hurry}
     * another does.
     */
    void execute(Task task);

    /** Sees to it that what is in line has a thread, as the calling one has more to do. */
    default void hurry() {}

    /** Whether tasks wait for a thread: the next thread that is free takes them. */
    boolean inLine();

    /**
     * Starts threads until so many are there for tasks, as far as the machine gives them.
     *
     * @return how many tasks can be under way at once, up to {@code wanted}
     */
    int ready(int wanted);

    /** Lets threads end that are idle, beyond so many, so that others have what they take. */
    void shrink(int most);

    /** One running task will never be waited for again; another thread takes its place. */
    void givenUp();

    /** Lets idle threads end; running tasks go on. */
    @Override
    void close();

    static JobThreads forSlots(int slots, Capacity capacity, Breakdown breakdown) {
        if (slots <= PLATFORM_MAX) {
            return new ThreadPool(slots, capacity, breakdown);
        }
        return virtual().<JobThreads>map(executor -> new Virtual(executor, breakdown))
                .orElseGet(() -> new ThreadPool(slots, capacity, breakdown));
    }

    /** An executor with a virtual thread a task, on a JDK that has them; looked up by name, since we compile for 17. */
    private static Optional<ExecutorService> virtual() {
        try {
            return Optional
                    .of((ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            return Optional.empty();
        }
    }

    /** A virtual thread a task; one that was given up is simply left behind. */
    record Virtual(ExecutorService executor, Breakdown breakdown) implements JobThreads {
        @Override
        public void execute(Task task) {
            executor.execute(() -> run(task));
        }

        private void run(Task task) {
            try {
                task.run();
            } catch (Throwable e) { // tasks throw nothing; there is no memory, or something is broken
                breakdown.at("headrace-job", e);
            }
        }

        @Override
        public boolean inLine() {
            return false;
        }

        @Override
        public int ready(int wanted) {
            return wanted;
        }

        @Override
        public void shrink(int most) {}

        @Override
        public void givenUp() {}

        @Override
        public void close() {
            executor.shutdown();
        }
    }
}
