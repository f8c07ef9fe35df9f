package io.headrace.api.http;

import java.lang.reflect.Method;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the threads that wait for the broker: virtual where the JDK has them, else daemons. */
public final class CallThreads {
    private CallThreads() {}

    public static ThreadFactory named(String prefix) {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            Method name = type.getMethod("name", String.class, long.class);
            Method factory = type.getMethod("factory");
            return (ThreadFactory) factory.invoke(name.invoke(builder, prefix, 0L));
        } catch (ReflectiveOperationException | UnsupportedOperationException e) {
            return platform(prefix); // before 21 there are none, or only as a preview
        }
    }

    private static ThreadFactory platform(String prefix) {
        AtomicInteger next = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, prefix + next.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }
}
