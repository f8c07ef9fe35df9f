package io.headrace.worker.handlers.exec;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A number that every process of one attempt carries: its limit of file locks, which Linux hands on to every child,
 * shows to everybody, lets nobody raise without a privilege, and has not enforced since 2.4. It stays with a process in
 * a session of its own, after a double fork, with an emptied environment, and when it writes over its command line.
 *
 * @param value ten digits that are this JVM's, then nine that are the attempt's
 */
record ProcessMark(long value) {
    private static final long ATTEMPTS = 1_000_000_000L;
    private static final long FEWEST = 1_000_000_000L;
    private static final long MOST = 9_000_000_000L;
    /** The limits of a process take 1.3 KiB. */
    private static final int MAX_LIMITS_BYTES = 4_096;
    private static final String ROW = "\nMax file locks ";

    private static final AtomicInteger LAST = new AtomicInteger();
    /** What this JVM's marks begin with; 0 where there are none. */
    private static final long OURS = ours();

    /** A mark that no process carries yet; empty where processes cannot carry any: not on Linux, no {@code /proc}. */
    static Optional<ProcessMark> next() {
        return OURS == 0 ? Optional.empty()
                : Optional.of(new ProcessMark(OURS * ATTEMPTS + Math.floorMod(LAST.incrementAndGet(), ATTEMPTS)));
    }

    /** The mark that a process carries, if it is one of this JVM's; null when it has none or has ended. */
    static @Nullable ProcessMark of(long pid) {
        OptionalLong limit = limit(Long.toString(pid));
        return limit.isPresent() && OURS != 0 && limit.getAsLong() / ATTEMPTS == OURS
                ? new ProcessMark(limit.getAsLong())
                : null;
    }

    /** What all marks of this JVM begin with. */
    static String beginning() {
        return Long.toString(OURS);
    }

    /** The command, in a shell that takes this mark first; on the same line, so that its errors name its own lines. */
    String carriedBy(String command) {
        return "ulimit -w " + value + " 2>/dev/null || ulimit -x " + value + " 2>/dev/null; " + command;
    }

    /** A limit can only be lowered: a worker that itself runs as some worker's command takes numbers below its own. */
    private static long ours() {
        OptionalLong own = limit("self");
        if (own.isEmpty()) {
            return 0;
        }
        long most = Math.min(MOST, own.getAsLong() / ATTEMPTS);
        return most <= FEWEST ? 0 : new SecureRandom().nextLong(FEWEST, most);
    }

    /** A process's limit of file locks; empty when it cannot be read. */
    private static OptionalLong limit(String pid) {
        try (FileInputStream in = new FileInputStream("/proc/" + pid + "/limits")) {
            String limits = new String(in.readNBytes(MAX_LIMITS_BYTES), StandardCharsets.ISO_8859_1);
            int row = limits.indexOf(ROW);
            return row < 0 ? OptionalLong.empty() : number(limits.substring(row + ROW.length()).stripLeading());
        } catch (IOException e) {
            return OptionalLong.empty(); // it has ended, or there is no such file on this system
        }
    }

    private static OptionalLong number(String text) {
        if (text.startsWith("unlimited")) {
            return OptionalLong.of(Long.MAX_VALUE);
        }
        int end = text.indexOf(' ');
        try {
            return end < 0 ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text.substring(0, end)));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
