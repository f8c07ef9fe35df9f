package io.headrace.cli.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals of the operating system. The JDK has no supported way to hear one and go on, and its shutdown hooks leave the
 * exit code at 143; so this uses {@code sun.misc.Signal}, which every HotSpot has, by reflection.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /**
     * Runs an action whenever the process gets a signal, on a thread of its own.
     *
     * @param name without {@code SIG}
     */
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[]{handler},
                    (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, handler).invoke(null,
                    signal.getConstructor(String.class).newInstance(name),
                    proxy);
        } catch (InvocationTargetException e) {
            LOG.debug("the JVM keeps a signal for itself signal={}", name, e);
        } catch (ReflectiveOperationException e) {
            LOG.warn("this JVM cannot hear signals signal={}", name, e);
        }
    }
}
