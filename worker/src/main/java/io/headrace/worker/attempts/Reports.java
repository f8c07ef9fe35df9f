package io.headrace.worker.attempts;

import io.headrace.broker.Broker;
import io.headrace.broker.WriteResult;
import io.headrace.worker.threads.Breakdown;
import io.headrace.worker.threads.Clocks;
import io.headrace.worker.threads.RoleThread;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends what handlers say about their progress, and their log lines, at most twice a second each and never after the
 * verdict. Handlers' threads put their attempt in line, the thread {@code headrace-report} sends, and whoever settles
 * flushes the rest. A report that cannot be sent goes back to its attempt's buffer, which keeps the newest lines.
 */
public final class Reports {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Broker broker;
    private final Clocks clocks;
    private final Queue<LiveAttempt> asked = new ConcurrentLinkedQueue<>();
    private final RoleThread sender;
    /** Used by the sender only. */
    private long nextAt;

    public Reports(Broker broker, Clocks clocks, Breakdown breakdown) {
        this.sender = new RoleThread("headrace-report", true, breakdown, this::turn);
        this.broker = broker;
        this.clocks = clocks;
    }

    public void start() {
        sender.start();
    }

    public void stop() {
        sender.stop();
    }

    /** An attempt has something to say; it asks once until it is heard. */
    void ask(LiveAttempt attempt) {
        asked.add(attempt);
        sender.wake();
    }

    /** Sends what was asked for, when half a second has passed since the last time. */
    long turn() {
        long wait = nextAt - clocks.now();
        if (wait > 0) {
            return wait;
        }
        int due = asked.size();
        if (due > 0) {
            nextAt = clocks.now() + INTERVAL_NANOS;
        }
        for (int i = 0; i < due; i++) {
            LiveAttempt attempt = asked.poll();
            if (attempt != null && !attempt.ended()) {
                flush(attempt);
            }
        }
        return asked.isEmpty() ? Clocks.NEVER : INTERVAL_NANOS;
    }

    /**
     * Sends what the attempt has said. Null when nothing is unsent or on its way; else completes, always well, when all
     * arrived.
     */
    @Nullable
    CompletionStage<?> flush(LiveAttempt attempt) {
        return attempt.said().flush(report -> send(attempt, report));
    }

    private CompletableFuture<?> send(LiveAttempt attempt, ReportBuffer.Report report) {
        CompletionStage<WriteResult> sent;
        try {
            sent = broker.report(attempt.lease(), report.progress(), report.firstLine(),
                    report.lines());
        } catch (RuntimeException | Error e) {
            sent = CompletableFuture.failedFuture(e);
        }
        return sent.handle((settlement, error) -> {
            if (error != null) {
                attempt.said().putBack(report);
            } else {
                attempt.said().sent(report);
            }
            return settlement;
        }).toCompletableFuture();
    }
}
