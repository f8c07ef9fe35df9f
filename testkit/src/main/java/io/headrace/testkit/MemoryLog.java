package io.headrace.testkit;

import io.headrace.JobLog;
import io.headrace.Token;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The newest lines of one job, numbered over its whole life. Guarded by the broker's lock. */
final class MemoryLog {
    private final Deque<String> lines = new ArrayDeque<>();
    private long written;
    /** Under which lease the newest line was reported, and how many had been under it by then. */
    private @Nullable Token newest;
    private long through;

    void add(Token under, long first, List<String> more) {
        long stored = under.equals(newest) ? through : 0;
        if (!more.isEmpty()) {
            newest = under;
            through = Math.max(stored, first + more.size());
        }
        for (String line : more.subList((int) Math.max(0, Math.min(more.size(), stored - first)), more.size())) {
            lines.add(line.length() <= JobLog.MAX_LINE ? line : line.substring(0, JobLog.MAX_LINE));
            written++;
            if (lines.size() > JobLog.MAX_LINES) {
                lines.remove();
            }
        }
    }

    JobLog read(long from, int limit) {
        long oldest = written - lines.size();
        long first = Math.max(from, oldest);
        List<String> read = lines.stream().skip(first - oldest).limit(limit).toList();
        return new JobLog(read, read.isEmpty() ? Math.max(from, written) : first + read.size());
    }
}
