package io.headrace.api;

import io.headrace.access.AccessStore;
import io.headrace.broker.Broker;
import io.headrace.broker.Jobs;
import io.headrace.broker.Queues;
import io.headrace.broker.Workers;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Stands between the server and its broker: holds calls up, or lets something happen before and after them. */
public final class Interposer {
    /** What happens in place of a call, which it may make. */
    public interface Step {
        @Nullable
        Object run(Callable<@Nullable Object> call) throws Exception;
    }

    /** What a broker hands out, and calls go to. */
    private static final Set<Class<?>> PARTS = Set.of(Queues.class, Jobs.class, Workers.class, AccessStore.class);

    private final Map<String, Step> steps = new ConcurrentHashMap<>();
    private final Map<String, Consumer<Object[]>> notes = new ConcurrentHashMap<>();

    /** From now on this happens in place of each call of this name. */
    public void on(String method, Step step) {
        steps.put(method, step);
    }

    /** Tells of the arguments of each call of this name. */
    public void noting(String method, Consumer<Object[]> note) {
        notes.put(method, note);
    }

    /** Makes calls of this name, so many of which are to come, wait until they are let go. */
    public Hold hold(String method, int calls) {
        Hold hold = new Hold(calls);
        on(method, call -> {
            hold.reached.countDown();
            await(hold.letGo);
            return call.call();
        });
        return hold;
    }

    /** What waits. */
    public static final class Hold {
        private final CountDownLatch reached;
        private final CountDownLatch letGo = new CountDownLatch(1);

        private Hold(int calls) {
            reached = new CountDownLatch(calls);
        }

        /** Returns when all of them wait. */
        public void awaitCalls() throws InterruptedException {
            await(reached);
        }

        public void letGo() {
            letGo.countDown();
        }
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("nothing came in 20 s");
        }
    }

    Broker around(Broker broker) {
        return proxy(Broker.class, broker);
    }

    private <T> T proxy(Class<T> type, Object real) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type},
                (proxy, method, arguments) -> run(real, method, arguments)));
    }

    private @Nullable Object run(Object real, Method method, Object @Nullable [] arguments) throws Exception {
        Callable<@Nullable Object> call = () -> {
            try {
                Object answer = method.invoke(real, arguments);
                return answer != null && PARTS.contains(method.getReturnType())
                        ? proxy(method.getReturnType(), answer)
                        : answer;
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof Exception cause) {
                    throw cause;
                }
                throw e;
            }
        };
        if (arguments != null) {
            notes.getOrDefault(method.getName(), ignored -> {}).accept(arguments);
        }
        Step step = steps.get(method.getName());
        return step == null ? call.call() : step.run(call);
    }
}
