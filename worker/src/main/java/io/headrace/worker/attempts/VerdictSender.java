package io.headrace.worker.attempts;

import io.headrace.BrokerUnavailable;
import io.headrace.DataDamaged;
import io.headrace.OutcomeUnknown;
import io.headrace.broker.Broker;
import io.headrace.broker.Verdict;
import io.headrace.broker.WriteResult;
import io.headrace.worker.threads.Breakdown;
import io.headrace.worker.threads.Clocks;
import io.headrace.worker.threads.Pacing;
import io.headrace.worker.threads.RoleThread;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends verdicts and keeps them until the broker has answered: those that could not be sent, or whose answer was lost,
 * are sent again, since a verdict may be repeated. A job is settled while its slot already runs the next one; how many
 * may be unsettled is bounded, and beyond that claiming waits.
 *
 * <p>Verdicts are sent by the threads that reach them, answers arrive on the broker's threads, and the thread
 * {@code headrace-resend} sends again. Shared fields are concurrent or volatile; there is no lock.
 */
public final class VerdictSender {
    private static final Logger log = LoggerFactory.getLogger(VerdictSender.class);

    private final Broker broker;
    private final InFlight inFlight;
    private final Reports reports;
    private final BrokerOutage outage;
    private final WorkerMetrics metrics;
    private final BiConsumer<LiveAttempt, Decision> recorded;
    private final Clocks clocks;
    private final Pacing pacing;
    private final Breakdown breakdown;
    private final int limit;
    private final AtomicInteger unsettled = new AtomicInteger();
    private final Queue<Pending> unsent = new ConcurrentLinkedQueue<>();
    private final RoleThread resender;
    private volatile long resendAt;
    private volatile Runnable roomListener = () -> {};

    private record Pending(LiveAttempt attempt, Decision decision) {}

    /** @param recorded hears of each verdict that stands */
    public VerdictSender(WorkerParts parts, InFlight inFlight, Reports reports,
            BiConsumer<LiveAttempt, Decision> recorded) {
        this.breakdown = parts.breakdown();
        this.resender = new RoleThread("headrace-resend", true, breakdown, this::turn);
        this.broker = parts.broker();
        this.inFlight = inFlight;
        this.reports = reports;
        this.outage = parts.outage();
        this.metrics = parts.metrics();
        this.recorded = recorded;
        this.clocks = parts.clocks();
        this.pacing = new Pacing(clocks.random());
        this.limit = Math.max(1_000, 4 * parts.config().slots());
    }

    /** @param listener told when claiming may go on */
    public void onRoom(Runnable listener) {
        roomListener = listener;
    }

    public void start() {
        resender.start();
    }

    public void stop() {
        resender.stop();
    }

    /** Whether so many verdicts wait for their answers that claiming must wait. */
    public boolean full() {
        return unsettled.get() >= limit;
    }

    /** Takes responsibility for a verdict: returns at once. */
    void settle(LiveAttempt attempt, Decision decision) {
        unsettled.incrementAndGet();
        send(new Pending(attempt, decision), broker::settle);
    }

    /** The same, but the verdict may lie in the broker until {@link #flush} or the next claim. */
    void settleSoon(LiveAttempt attempt, Decision decision) {
        unsettled.incrementAndGet();
        send(new Pending(attempt, decision), broker::settleSoon);
    }

    /** Sends what lies in the broker. */
    public void flush() {
        broker.flush();
    }

    private void send(Pending pending, Function<Verdict, CompletionStage<WriteResult>> way) {
        CompletionStage<?> told = reports.flush(pending.attempt());
        if (told == null) {
            write(pending, way);
        } else {
            told.whenComplete((ignored, error) -> write(pending, broker::settle));
        }
    }

    private void write(Pending pending, Function<Verdict, CompletionStage<WriteResult>> way) {
        CompletionStage<WriteResult> answer;
        try {
            answer = way.apply(pending.decision().verdict());
        } catch (RuntimeException | Error e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenComplete((settlement, error) -> {
            if (error != null) {
                failed(pending, error instanceof CompletionException && error.getCause() != null ? error.getCause()
                        : error);
            } else {
                answered(pending, settlement);
            }
        });
    }

    private void answered(Pending pending, WriteResult settlement) {
        pacing.succeeded();
        Verdict verdict = pending.decision().verdict();
        if (settlement == WriteResult.LEASE_LOST) {
            metrics.refused(verdict.lease().job().queue());
            log.warn("verdict refused, the lease had moved on job={} attempt={} verdict={}", verdict.lease().job(),
                    verdict.lease().attempt(), verdict.move());
        } else {
            metrics.recorded(verdict);
            recorded.accept(pending.attempt(), pending.decision());
        }
        settled(pending);
    }

    private void failed(Pending pending, Throwable error) {
        boolean damaged = error instanceof DataDamaged; // once mended, the verdict is taken
        if (!damaged && !(error instanceof BrokerUnavailable) && !(error instanceof OutcomeUnknown)) {
            log.error("verdict cannot be recorded; the job runs again when its lease expires job={} attempt={}",
                    pending.attempt().id(), pending.attempt().attempt(), error);
            settled(pending);
            if (error instanceof Error && breakdown.watched()) {
                breakdown.at(Thread.currentThread().getName(), error);
            }
            return;
        }
        if (!damaged) {
            outage.failed(error);
        }
        long now = clocks.now();
        if (now >= resendAt) {
            resendAt = now + pacing.failed();
        }
        unsent.add(pending);
        resender.wake();
    }

    private void settled(Pending pending) {
        inFlight.remove(pending.attempt());
        int left = unsettled.decrementAndGet();
        if (left == limit - 1) {
            roomListener.run();
        }
    }

    /** Sends again what could not be sent, when its time has come. */
    long turn() {
        if (unsent.isEmpty()) {
            return Clocks.NEVER;
        }
        long wait = resendAt - clocks.now();
        return wait > 0 ? wait : resend();
    }

    /** Sends again all that could not be sent so far; returns how long to wait before the next time. */
    long resend() {
        int due = unsent.size();
        long wait = pacing.failed();
        resendAt = clocks.now() + wait;
        for (int i = 0; i < due; i++) {
            Pending pending = unsent.poll();
            if (pending != null) {
                send(pending, broker::settle);
            }
        }
        return wait;
    }
}
