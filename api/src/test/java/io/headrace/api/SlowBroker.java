package io.headrace.api;

import io.headrace.Submission;
import io.headrace.broker.Broker;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Answers submissions a moment later and all at once, as a flush does, in an order of its own; counts those under way.
 */
public final class SlowBroker implements AutoCloseable {
    private final ScheduledExecutorService flusher = Executors.newSingleThreadScheduledExecutor();
    private final List<Runnable> gathered = new ArrayList<>();
    private int underWay;
    private int most;

    public Broker around(Broker broker) {
        java.util.concurrent.Future<?> unused = flusher.scheduleWithFixedDelay(this::flush, 1, 1,
                TimeUnit.MILLISECONDS);
        return (Broker) Proxy.newProxyInstance(Broker.class.getClassLoader(), new Class<?>[]{Broker.class},
                (proxy, method, arguments) -> {
                    Object answer;
                    try {
                        answer = method.invoke(broker, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    return method.getName().equals("enqueue") ? later((CompletionStage<?>) answer) : answer;
                });
    }

    private synchronized CompletionStage<Submission> later(CompletionStage<?> answer) {
        CompletableFuture<Submission> held = new CompletableFuture<>();
        underWay++;
        most = Math.max(most, underWay);
        gathered.add(() -> answer.whenComplete((value, failure) -> {
            if (failure == null) {
                held.complete((Submission) value);
            } else {
                held.completeExceptionally(failure);
            }
        }));
        return held;
    }

    private void flush() {
        List<Runnable> now;
        synchronized (this) {
            now = new ArrayList<>(gathered);
            gathered.clear();
            underWay -= now.size();
        }
        for (int i = now.size() - 1; i >= 0; i--) {
            now.get(i).run();
        }
    }

    /** The largest number of submissions that were under way at once. */
    public synchronized int most() {
        return most;
    }

    @Override
    public void close() {
        flusher.shutdownNow();
    }
}
