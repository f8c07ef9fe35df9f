package io.headrace.worker.handlers.exec;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks through {@code /proc} for processes that carry a mark of this JVM. A look at all of them takes about 15 µs
 * each, so callers that ask at the same time share one; guarded by the class.
 */
final class ProcessLook {
    /** Up to so many process ids are tried one by one; a list of all is cheaper than more. */
    private static final int MAX_TRIED = 256;

    /** Null before the first look. */
    private static @Nullable Map<ProcessMark, List<ProcessHandle>> newest;
    /** When it began, by {@link System#nanoTime}. */
    private static long newestAt;

    private ProcessLook() {}

    /**
     * Those that carry a mark and are not zombies.
     *
     * @param asOf when the look must have begun at the earliest, by {@link System#nanoTime}
     */
    static synchronized List<ProcessHandle> all(ProcessMark mark, long asOf) {
        Map<ProcessMark, List<ProcessHandle>> found = newest;
        if (found == null || newestAt - asOf < 0) {
            newestAt = System.nanoTime();
            found = everywhere();
            newest = found;
        }
        return found.getOrDefault(mark, List.of());
    }

    /**
     * The same, for a command that was started so lately that no process id can have been given out twice since:
     * whatever it has started has a larger one.
     */
    static List<ProcessHandle> startedSince(long pid, ProcessMark mark) {
        long last = lastPid();
        if (last < pid || last - pid > MAX_TRIED) {
            return all(mark, System.nanoTime());
        }
        Map<ProcessMark, List<ProcessHandle>> found = new HashMap<>();
        lookFrom(pid, found);
        return found.getOrDefault(mark, List.of());
    }

    private static Map<ProcessMark, List<ProcessHandle>> everywhere() {
        Map<ProcessMark, List<ProcessHandle>> found = new HashMap<>();
        long last = lastPid();
        String[] names = new File("/proc").list((folder, name) -> Character.isDigit(name.charAt(0)));
        for (String name : names == null ? new String[0] : names) {
            lookAt(Long.parseLong(name), found);
        }
        lookFrom(last + 1, found);
        return found;
    }

    /**
     * Goes on until it has caught up with the newest: a daemon's parent may start it and end while this is on its way.
     */
    private static void lookFrom(long pid, Map<ProcessMark, List<ProcessHandle>> found) {
        long last = lastPid();
        for (long next = pid; next <= last && next - pid <= 2 * MAX_TRIED; next++) {
            if (new File("/proc/" + next).exists()) {
                lookAt(next, found);
            }
            last = next == last ? lastPid() : last;
        }
    }

    private static void lookAt(long pid, Map<ProcessMark, List<ProcessHandle>> found) {
        ProcessMark mark = ProcessMark.of(pid);
        if (mark == null || zombie(pid)) {
            return;
        }
        // The handle knows when its process was started, so a later signal hits no other that has got its id.
        ProcessHandle handle = ProcessHandle.of(pid).orElse(null);
        if (handle != null && mark.equals(ProcessMark.of(pid))) {
            found.computeIfAbsent(mark, ignored -> new ArrayList<>()).add(handle);
        }
    }

    /** The newest process id that the system has given out. */
    private static long lastPid() {
        String load = read("/proc/loadavg");
        return load == null ? 0 : Long.parseLong(load.substring(load.lastIndexOf(' ') + 1).strip());
    }

    private static boolean zombie(long pid) {
        String stat = read("/proc/" + pid + "/stat");
        int name = stat == null ? -1 : stat.lastIndexOf(')');
        return stat == null || stat.startsWith("Z", name + 2) || stat.startsWith("X", name + 2);
    }

    private static @Nullable String read(String file) {
        try (FileInputStream in = new FileInputStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return null;
        }
    }
}
