package io.headrace.testkit;

import io.headrace.JobLog;
import io.headrace.broker.Token;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The newest lines of one job, numbered over its whole life. Guarded by the broker's lock. */
final class MemoryJobLog {
    /** @param number of the line, from 0; those that its worker had no room for have theirs */
    private record Line(long number, String text) {}

    private final Deque<Line> lines = new ArrayDeque<>();
    /** The number of the next line. */
    private long written;
    /** Under which lease the newest line was reported, and how many had been under it by then. */
    private @Nullable Token newest;
    private long through;

    void add(Token under, long first, List<String> more) {
        long stored = under.equals(newest) ? through : 0;
        if (!more.isEmpty()) {
            newest = under;
            through = Math.max(stored, first + more.size());
            written += Math.max(0, first - stored);
        }
        for (String line : more.subList((int) Math.max(0, Math.min(more.size(), stored - first)), more.size())) {
            lines.add(new Line(written,
                    line.length() <= JobLog.MAX_LINE ? line : line.substring(0, JobLog.MAX_LINE)));
            written++;
            if (lines.size() > JobLog.MAX_LINES) {
                lines.remove();
            }
        }
    }

    JobLog read(long from, int limit) {
        List<Line> read = lines.stream().filter(line -> line.number() >= from).limit(limit).toList();
        return new JobLog(read.stream().map(Line::text).toList(),
                read.isEmpty() ? Math.max(from, written) : read.get(read.size() - 1).number() + 1);
    }
}
