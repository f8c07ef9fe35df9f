package io.headrace.worker.handlers.http;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP client of all targets of a process: made when the first is called, and asked for again where the machine
 * gave no thread for it. What it does on the side gets a thread when there is one, else waits for the one that was
 * started with it, so a machine without threads slows calls down and leaves none without its answer. Thread-safe;
 * guarded by {@code this}.
 */
final class CallClient {
    static final CallClient SHARED = new CallClient(task -> {
        Thread thread = new Thread(task, "headrace-http");
        thread.setDaemon(true);
        return thread;
    });

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final long IDLE_SECONDS = 60;

    private final ThreadFactory factory;
    /** Null until it was made; also read without the guard. */
    private volatile @Nullable HttpClient made;

    /** @param factory makes daemon threads; for tests, one that cannot be started */
    CallClient(ThreadFactory factory) {
        this.factory = factory;
    }

    /** @throws OutOfMemoryError when the machine gives no thread for it; the next call tries again */
    HttpClient get() {
        HttpClient known = made;
        return known == null ? make() : known;
    }

    private synchronized HttpClient make() {
        HttpClient known = made;
        if (known != null) {
            return known;
        }
        ThreadPoolExecutor spare = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                factory);
        try {
            spare.prestartCoreThread();
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(CONNECT_TIMEOUT)
                    .executor(orBy(spare))
                    .build();
            made = client;
            return client;
        } catch (Error e) {
            spare.shutdown();
            throw e;
        }
    }

    private Executor orBy(Executor spare) {
        Executor threads = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS,
                new SynchronousQueue<>(), factory);
        return task -> {
            try {
                threads.execute(task);
            } catch (OutOfMemoryError e) { // no thread; a task that is lost here would leave its call without an end
                spare.execute(task);
            }
        };
    }
}
