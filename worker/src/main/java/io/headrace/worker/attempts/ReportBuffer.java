package io.headrace.worker.attempts;

import io.headrace.JobLog;
import io.headrace.Progress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a handler has said and the broker has not been told: its progress, and the newest of its log lines, as many as a
 * job's log keeps and as there is memory for. Any thread; guarded by itself.
 */
final class ReportBuffer {
    /** What a line takes beside its characters. */
    private static final int LINE_BYTES = 64;

    private final JobMemory.Share memory;
    private final Runnable reportWanted;
    private final Deque<String> lines = new ArrayDeque<>();
    /** The number of the first of these lines in this attempt, from 0. */
    private long firstLine;
    private @Nullable Progress progress;
    private boolean progressUnsent;
    private boolean reportAsked;
    private boolean closed;
    private @Nullable CompletableFuture<?> underWay;

    /** @param reportWanted called, without any lock held, when there is something to send and nobody was asked yet */
    ReportBuffer(JobMemory.Share memory, Runnable reportWanted) {
        this.memory = memory;
        this.reportWanted = reportWanted;
    }

    /**
     * What a handler has said and the broker has not been told.
     *
     * @param firstLine the number of the first line in this attempt, from 0
     */
    record Report(@Nullable Progress progress, long firstLine, List<String> lines) {}

    /** The handler has ended: what is said later is not heard. */
    synchronized void close() {
        closed = true;
    }

    void say(Progress said) {
        synchronized (this) {
            if (closed) {
                return;
            }
            progress = said;
            progressUnsent = true;
        }
        askForReport();
    }

    void say(String line) {
        String kept = line.length() <= JobLog.MAX_LINE ? line : line.substring(0, JobLog.MAX_LINE - 1) + "…";
        synchronized (this) {
            if (closed) {
                return;
            }
            keep(kept);
        }
        askForReport();
    }

    /** The oldest lines make room; without any the new one is lost. */
    private void keep(String line) {
        while (lines.size() >= JobLog.MAX_LINES) {
            dropOldest();
        }
        while (!memory.tryTake(cost(line))) {
            if (lines.isEmpty()) {
                firstLine++;
                return;
            }
            dropOldest();
        }
        lines.addLast(line);
    }

    private void dropOldest() {
        memory.giveBack(cost(lines.removeFirst()));
        firstLine++;
    }

    private static long cost(String line) {
        return 2L * line.length() + LINE_BYTES;
    }

    private void askForReport() {
        synchronized (this) {
            if (reportAsked) {
                return;
            }
            reportAsked = true;
        }
        reportWanted.run();
    }

    /** What the handler said last about its progress. */
    synchronized @Nullable Progress progress() {
        return progress;
    }

    /**
     * Hands what has not been told to a sender, after what is on its way. Null when there is neither; else completes,
     * always well, when all of it has arrived or come back.
     */
    synchronized @Nullable CompletionStage<?> flush(Function<Report, CompletableFuture<?>> sender) {
        reportAsked = false;
        CompletableFuture<?> before = underWay != null && underWay.isDone() ? null : underWay;
        if (lines.isEmpty() && !progressUnsent) {
            underWay = before;
        } else { // what goes after a report goes with what has come back of it by then
            underWay = before == null ? sendUnsent(sender) : before.thenCompose(ignored -> sendUnsent(sender));
        }
        return underWay;
    }

    private CompletableFuture<?> sendUnsent(Function<Report, CompletableFuture<?>> sender) {
        Report report;
        synchronized (this) {
            if (lines.isEmpty() && !progressUnsent) {
                return CompletableFuture.completedFuture(null);
            }
            report = new Report(progressUnsent ? progress : null, firstLine, new ArrayList<>(lines));
            firstLine += lines.size();
            lines.clear();
            progressUnsent = false;
        }
        return sender.apply(report);
    }

    /** A report has arrived. */
    void sent(Report report) {
        report.lines().forEach(line -> memory.giveBack(cost(line)));
    }

    /** Takes back a report that could not be sent, as far as the newest lines leave room. */
    synchronized void putBack(Report report) {
        for (int i = report.lines().size() - 1; i >= 0; i--) {
            String line = report.lines().get(i);
            if (lines.size() < JobLog.MAX_LINES) {
                lines.addFirst(line);
                firstLine--;
            } else {
                memory.giveBack(cost(line));
            }
        }
        progressUnsent |= report.progress() != null;
    }
}
