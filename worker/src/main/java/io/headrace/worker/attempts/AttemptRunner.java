package io.headrace.worker.attempts;

import io.headrace.InvalidInput;
import io.headrace.JobSpec;
import io.headrace.Json;
import io.headrace.broker.ClaimedJob;
import io.headrace.worker.handlers.Exhaustion;
import io.headrace.worker.handlers.HandlerFailure;
import io.headrace.worker.handlers.Handlers;
import io.headrace.worker.handlers.ResultBytes;
import io.headrace.worker.threads.JobThreads;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes claimed jobs and runs them, one attempt a slot. {@link #accept} is called by the claim loop's thread,
 * {@link #run} by a slot's thread, {@link #abandon} by the thread that gives an attempt up; who ends a
 * {@link LiveAttempt} is decided by its own lock, and only the one who did frees the slot and settles.
 */
public final class AttemptRunner {
    private static final Logger log = LoggerFactory.getLogger(AttemptRunner.class);

    private final WorkerParts parts;
    private final WorkerConfig config;
    private final WorkerMetrics metrics;
    private final Workload workload;
    private final InFlight inFlight;
    private final Handlers handlers;
    private final Outcome outcome;
    private final Interrupter interrupter;
    private final Reports reports;
    private final VerdictSender settler;
    /** From then on what is claimed is handed back. */
    private volatile boolean refusing;
    /** Told by a slot's thread that its job has ended; set once before the worker starts. */
    private volatile Runnable onEnded = () -> {};

    public AttemptRunner(WorkerParts parts, Workload workload, Handlers handlers, Interrupter interrupter,
            Reports reports,
            VerdictSender settler) {
        this.parts = parts;
        this.config = parts.config();
        this.metrics = parts.metrics();
        this.workload = workload;
        this.inFlight = workload.inFlight();
        this.handlers = handlers;
        this.outcome = new Outcome(config.attempts().retryPolicy(), parts.clocks().random(),
                config.attempts().redactor());
        this.interrupter = interrupter;
        this.reports = reports;
        this.settler = settler;
    }

    /**
     * @param told on the slot's own thread, when a handler has ended, its slot is free and its verdict lies in the
     *            broker: it sees to it that this is sent
     */
    public void onEnded(Runnable told) {
        onEnded = told;
    }

    /** Hands back whatever is still claimed. */
    public void refuse() {
        refusing = true;
    }

    /**
     * Takes a job that has just been claimed.
     *
     * @param leasedAt when the claim was asked for, by the worker's clock
     * @param room whether there is a slot for it; without, or when no memory is left for it, it is handed back at once
     * @return whether it occupies a slot
     */
    public boolean accept(ClaimedJob job, long leasedAt, boolean room) {
        JobSpec spec = job.document().spec();
        Duration timeout = timeout(spec);
        LiveAttempt attempt = new LiveAttempt(job, leasedAt, timeout, parts, workload.memory().share(), reports::ask);
        try {
            return begin(attempt, room);
        } catch (RuntimeException e) { // the others of its claim run
            giveUp(attempt, e);
            return false;
        }
    }

    private boolean begin(LiveAttempt attempt, boolean room) {
        ClaimedJob job = attempt.job();
        Optional<Decision> verdict = refusing ? Optional.of(outcome.release(job))
                : outcome.beforeRun(job, handlers.knows(attempt.type()), job.claimedAt());
        int bytes = job.document().bytes().length;
        if (verdict.isEmpty() && !(room && attempt.memory().tryRun(bytes))) {
            verdict = Optional.of(outcome.release(job));
        }
        inFlight.add(attempt);
        if (verdict.isEmpty()) {
            workload.threads().execute(new Taken(attempt));
            return true;
        }
        attempt.end();
        settler.settle(attempt, verdict.get());
        return false;
    }

    /** What a slot's thread does with an attempt. */
    private final class Taken implements JobThreads.Task {
        private final LiveAttempt attempt;

        Taken(LiveAttempt attempt) {
            this.attempt = attempt;
        }

        @Override
        public boolean run() {
            return AttemptRunner.this.run(attempt);
        }

        @Override
        public void refused() {
            handBack(attempt);
        }
    }

    /** Hands back a job that occupies a slot and that no thread has begun; nothing happens when one has. */
    public void handBack(LiveAttempt attempt) {
        if (attempt.withdraw()) {
            workload.slots().release();
            settler.settle(attempt, outcome.release(attempt.job()));
        }
    }

    /** What the job says, else what the worker's settings say. */
    private @Nullable Duration timeout(JobSpec spec) {
        if (spec.timeout() != null) {
            return spec.timeout();
        }
        WorkerConfig.Attempts usual = config.attempts();
        return usual.timeout() == null && handlers.callsTarget(spec.type()) ? usual.httpTimeout() : usual.timeout();
    }

    /** Runs an attempt to its end; returns whether the thread may go on to the next. */
    boolean run(LiveAttempt attempt) {
        boolean began = attempt.begin();
        Ending ending = began ? call(attempt) : Ending.NOT_STARTED;
        if (!attempt.end()) {
            return !began; // given up while it ran, or handed back before
        }
        workload.slots().ran(attempt.now() - attempt.startedAt());
        heed(ending.thrown());
        try {
            finish(attempt, ending, settler::settleSoon);
        } finally {
            workload.slots().giveBack(1);
            onEnded.run();
        }
        return true;
    }

    private Ending call(LiveAttempt attempt) {
        try {
            interrupter.began(attempt);
            metrics.started(attempt);
            return Ending.returned(result(handlers.run(attempt)));
        } catch (Throwable thrown) { // a handler may throw anything, and its slot must survive
            return Ending.threw(thrown);
        }
    }

    /** What a handler's failure says about the machine, which others share. */
    private void heed(@Nullable Throwable thrown) {
        if (thrown == null) {
            return;
        }
        boolean unable = thrown instanceof HandlerFailure known && known.unable();
        if (unable || Exhaustion.noThread(thrown)) {
            workload.capacity().refused(thrown);
            workload.threads().shrink(workload.capacity().limit());
        } else if (thrown.getClass() == OutOfMemoryError.class && parts.breakdown().watched()) {
            parts.breakdown().at("headrace-job", thrown); // which other threads have met it nobody knows
        }
    }

    private @Nullable Json result(@Nullable Object returned) throws HandlerFailure {
        if (returned == null) {
            return null;
        }
        try {
            Json json = handlers.written(returned);
            if (json.size() > ResultBytes.MAX) {
                throw HandlerFailure.permanent("result_too_large", "the result has " + json.size()
                        + " bytes, at most " + ResultBytes.MAX + " are kept; store it elsewhere and return where",
                        null);
            }
            return json;
        } catch (InvalidInput e) {
            throw HandlerFailure.permanent("bad_result", "the result " + e.problem(), e);
        }
    }

    /** Ends an attempt whose handler did not stop; nothing happens when it has ended by itself. */
    public void abandon(LiveAttempt attempt) {
        Optional<Throwable> where = attempt.abandon();
        if (where.isPresent()) {
            workload.threads().givenUp();
            metrics.abandoned(attempt);
            workload.slots().release();
            finish(attempt, Ending.abandoned(where.get()), settler::settle);
        }
    }

    /** Whatever the handler left behind, its job gets a verdict. */
    private void finish(LiveAttempt attempt, Ending ending, BiConsumer<LiveAttempt, Decision> settle) {
        Outcome.Ran ran = ran(attempt, ending);
        try {
            Optional<Decision> decision = decide(attempt, ran);
            if (decision.isEmpty()) {
                inFlight.remove(attempt);
                return;
            }
            count(attempt, ran, decision.get());
            attempt.memory().take(decision.get().verdict().document().bytes().length);
            settle.accept(attempt, decision.get().after(ending.thrown()));
        } catch (RuntimeException e) {
            giveUp(attempt, e);
        } catch (Error e) {
            giveUp(attempt, e);
            throw e;
        }
    }

    private void giveUp(LiveAttempt attempt, Throwable why) {
        inFlight.remove(attempt); // its lease is left to expire, rather than renewed for ever
        log.error("no verdict could be reached; the job runs again when its lease expires job={} attempt={}",
                attempt.id(), attempt.attempt(), why);
    }

    private static Outcome.Ran ran(LiveAttempt attempt, Ending ending) {
        Instant startedAt = attempt.brokerTime(attempt.startedAt());
        return new Outcome.Ran(ending, attempt.stop(), startedAt, attempt.brokerTime(attempt.now()),
                attempt.said().progress(), attempt.timeout());
    }

    /** The last resort is a failure that tells only of what class it is. */
    private Optional<Decision> decide(LiveAttempt attempt, Outcome.Ran ran) {
        try {
            return outcome.afterRun(attempt.job(), ran);
        } catch (RuntimeException | StackOverflowError e) {
            log.error("an ended attempt cannot be told in full job={} attempt={}", attempt.id(), attempt.attempt(), e);
            Throwable thrown = ran.ending().thrown();
            String type = (thrown == null ? e : thrown).getClass().getName();
            return outcome.afterRun(attempt.job(), ran.with(Ending
                    .threw(HandlerFailure.passing(type, "what came of the attempt cannot be told", (Throwable) null))));
        }
    }

    private void count(LiveAttempt attempt, Outcome.Ran ran, Decision decision) {
        if (ran.ending().kind() != Ending.Kind.NOT_STARTED) {
            long took = Duration.between(ran.startedAt(), ran.finishedAt()).toNanos();
            metrics.ended(attempt, decision, took);
        }
    }
}
