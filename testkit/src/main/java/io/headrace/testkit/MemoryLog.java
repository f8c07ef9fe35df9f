package io.headrace.testkit;

import io.headrace.JobLog;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The newest lines of one job, numbered over its whole life. Guarded by the broker's lock. */
final class MemoryLog {
    private final Deque<String> lines = new ArrayDeque<>();
    private long written;

    void add(List<String> more) {
        for (String line : more) {
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
