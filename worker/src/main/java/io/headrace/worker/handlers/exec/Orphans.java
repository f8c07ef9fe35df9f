package io.headrace.worker.handlers.exec;

import io.headrace.worker.threads.Breakdown;
import io.headrace.worker.threads.RoleThread;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the orphans of commands where this JVM is process 1, as in a container without an init: they become its
 * children, and stay as zombies until the container may have no more processes. Java knows how to wait for a child that
 * it has not started, but has no public method for it; {@code headrace.jar} opens the one there is. Used by the thread
 * {@code headrace-orphans}.
 */
public final class Orphans {
    private static final Logger log = LoggerFactory.getLogger(Orphans.class);
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static boolean started;

    private final Method waitFor;
    /** Zombies that were there the last time: Java waits for its own children at once, so these are nobody's. */
    private Set<Long> known = Set.of();

    private Orphans(Method waitFor) {
        this.waitFor = waitFor;
    }

    /** Begins when this JVM is process 1, once; says so in the log when it cannot. */
    public static synchronized void expect(Breakdown breakdown) {
        if (started || ProcessHandle.current().pid() != 1) {
            return;
        }
        started = true;
        try {
            new RoleThread("headrace-orphans", true, breakdown, new Orphans(waiting())::turn).start();
        } catch (ReflectiveOperationException | RuntimeException e) {
            log.warn("this is process 1, and cannot wait for what commands leave: zombies will gather;"
                    + " start the container with an init (docker run --init)");
        }
    }

    private static Method waiting() throws ReflectiveOperationException {
        Method method = Class.forName("java.lang.ProcessHandleImpl").getDeclaredMethod("waitForProcessExit0",
                long.class, boolean.class);
        method.setAccessible(true);
        return method;
    }

    /** Waits for a killed process that Java has started without getting to wait for it, where that can be done. */
    static void buryChild(ProcessHandle killed) {
        boolean ours = killed.parent().filter(ProcessHandle.current()::equals).isPresent();
        try {
            if (ours) {
                new Orphans(waiting()).bury(killed.pid());
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            log.debug("a killed process stays as a zombie pid={}", killed.pid(), e);
        }
    }

    private long turn() {
        Set<Long> zombies = zombies();
        zombies.stream().filter(known::contains).forEach(this::bury);
        known = zombies;
        return EVERY_NANOS;
    }

    private void bury(long pid) {
        try {
            waitFor.invoke(null, pid, true);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot wait for process " + pid, e);
        }
    }

    /** The children of this process that have ended. */
    private static Set<Long> zombies() {
        String[] names = new File("/proc").list((folder, name) -> Character.isDigit(name.charAt(0)));
        Set<Long> zombies = new HashSet<>();
        for (String name : names == null ? new String[0] : names) {
            try {
                String stat = Files.readString(Path.of("/proc", name, "stat"), StandardCharsets.ISO_8859_1);
                if (stat.startsWith("Z 1 ", stat.lastIndexOf(')') + 2)) {
                    zombies.add(Long.valueOf(name));
                }
            } catch (IOException e) {
                // it has ended meanwhile
            }
        }
        return zombies;
    }
}
