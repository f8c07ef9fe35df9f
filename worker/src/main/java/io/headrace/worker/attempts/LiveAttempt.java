package io.headrace.worker.attempts;

import io.headrace.JobContext;
import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.Progress;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Lease;
import io.headrace.redaction.Redactor;
import io.headrace.redaction.Secrets;
import io.headrace.worker.handlers.ResultMemory;
import io.headrace.worker.threads.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attempt in the hands of this worker, from its claim to its recorded verdict, and the face of it that the handler
 * sees.
 *
 * <p>Phase, thread and stop reason are guarded by {@code this}, so that an interrupt can only ever hit the thread while
 * it runs this attempt; stop and the times are volatile and also read without the lock.
 */
public final class LiveAttempt implements JobContext, ResultMemory {
    private enum Phase {
        WAITING, RUNNING, ENDED
    }

    private final ClaimedJob job;
    private final Clocks clocks;
    private final @Nullable Duration timeout;
    private final Redactor redactor;
    /** What its reports must not repeat; found when it makes the first. */
    private volatile @Nullable Secrets secrets;
    /** When the claim was answered: what {@link ClaimedJob#claimedAt} is by the worker's own clock. */
    private final long claimedAt;

    private Phase phase = Phase.WAITING;
    private @Nullable Thread thread;
    private volatile @Nullable Stop stop;
    private volatile long startedAt;
    private volatile long deadline = Clocks.NEVER;
    /** When it is given up if it does not stop. */
    private volatile long patienceUntil = Clocks.NEVER;
    /** When the call was made that granted or renewed the lease. */
    private volatile long leasedAt;
    private volatile boolean dropped;
    private volatile boolean ended;

    private final JobMemory.Share memory;
    private final ReportBuffer said;

    LiveAttempt(ClaimedJob job, long leasedAt, @Nullable Duration timeout, WorkerParts parts, JobMemory.Share memory,
            Consumer<LiveAttempt> reportWanted) {
        this.memory = memory;
        this.redactor = parts.config().attempts().redactor();
        this.job = job;
        this.clocks = parts.clocks();
        this.timeout = timeout;
        this.claimedAt = clocks.now();
        this.leasedAt = leasedAt;
        this.startedAt = claimedAt;
        this.said = new ReportBuffer(memory, () -> reportWanted.accept(this));
    }

    public ClaimedJob job() {
        return job;
    }

    public Lease lease() {
        return job.lease();
    }

    @Nullable
    Duration timeout() {
        return timeout;
    }

    /** A time of the worker's clock by the broker's clock. */
    public Instant brokerTime(long nanos) {
        return job.claimedAt().plusNanos(nanos - claimedAt);
    }

    /** This instant by the worker's clock. */
    long now() {
        return clocks.now();
    }

    public long startedAt() {
        return startedAt;
    }

    long deadline() {
        return deadline;
    }

    long patienceUntil() {
        return patienceUntil;
    }

    public long leasedAt() {
        return leasedAt;
    }

    public void renewed(long at) {
        leasedAt = at;
    }

    /** Its lease is not renewed any more. Returns false when that was known. */
    public synchronized boolean drop() {
        boolean first = !dropped;
        dropped = true;
        return first;
    }

    public boolean dropped() {
        return dropped;
    }

    /** Whether its handler has ended or was given up; its verdict may still be on the way. */
    public boolean ended() {
        return ended;
    }

    @Nullable
    public Stop stop() {
        return stop;
    }

    /** The calling thread runs it from now on. Returns false when it was stopped before; then it must not run. */
    public synchronized boolean begin() {
        if (stop != null || phase != Phase.WAITING) {
            return false;
        }
        phase = Phase.RUNNING;
        thread = Thread.currentThread();
        startedAt = clocks.now();
        deadline = timeout == null ? Clocks.NEVER : startedAt + timeout.toNanos();
        return true;
    }

    /**
     * Asks it to stop; the first reason stays. Its thread is interrupted each time.
     *
     * @return whether it had not ended and had not been asked before
     */
    public synchronized boolean stop(Stop why, long patience) {
        if (phase == Phase.ENDED) {
            return false;
        }
        boolean first = stop == null;
        if (first) {
            stop = why;
            patienceUntil = clocks.now() + patience;
        }
        if (thread != null) {
            thread.interrupt();
        }
        return first;
    }

    /** The handler has ended, and a late interrupt is swept away. Returns false when it was given up before. */
    synchronized boolean end() {
        if (phase == Phase.ENDED) {
            return false;
        }
        close();
        Thread.interrupted();
        return true;
    }

    /** Takes it back from whoever would run it. Returns false when its handler has begun, or it has ended. */
    synchronized boolean withdraw() {
        if (phase != Phase.WAITING) {
            return false;
        }
        close();
        return true;
    }

    /** Whether it was claimed before a time of the worker's clock and no thread has begun it. */
    public synchronized boolean waitsSince(long time) {
        return phase == Phase.WAITING && claimedAt < time;
    }

    /** Gives up waiting for its handler. Empty when it has ended; else says where the handler stands. */
    synchronized Optional<Throwable> abandon() {
        Thread runner = thread;
        if (phase != Phase.RUNNING || runner == null) {
            return Optional.empty();
        }
        IllegalStateException where = new IllegalStateException("the handler stood here when it was given up");
        where.setStackTrace(runner.getStackTrace());
        close();
        return Optional.of(where);
    }

    private void close() {
        phase = Phase.ENDED;
        thread = null;
        ended = true;
        said.close();
        deadline = Clocks.NEVER;
        patienceUntil = Clocks.NEVER;
    }

    @Override
    public JobId id() {
        return job.lease().job();
    }

    @Override
    public JobType type() {
        return job.document().spec().type();
    }

    @Override
    public int attempt() {
        return job.lease().attempt();
    }

    @Override
    public long fencingToken() {
        return lease().token().fence();
    }

    @Override
    public Json payload() {
        return job.document().spec().payload();
    }

    @Override
    public Optional<String> traceparent() {
        return Optional.ofNullable(job.document().spec().traceparent());
    }

    @Override
    public Optional<Duration> remaining() {
        long end = deadline;
        return end == Clocks.NEVER ? Optional.empty()
                : Optional.of(Duration.ofNanos(Math.max(0, end - clocks.now())));
    }

    @Override
    public boolean stopping() {
        return stop != null || ended;
    }

    @Override
    public void progress(double fraction, String message) {
        said.say(Objects.requireNonNull(secrets().mask(new Progress(fraction, message))));
    }

    @Override
    public void log(String line) {
        // before it is taken apart: a secret may have several lines
        String shown = secrets().mask(String.valueOf(line));
        if (shown.indexOf('\n') >= 0 || shown.indexOf('\r') >= 0) {
            shown.lines().forEach(said::say);
        } else {
            said.say(shown);
        }
    }

    @Override
    public boolean awaitResult(int bytes) throws InterruptedException {
        return memory.awaitResult(bytes);
    }

    private Secrets secrets() {
        Secrets known = secrets;
        if (known == null) {
            known = redactor.secrets(job.document().spec().payload());
            secrets = known;
        }
        return known;
    }

    /** What it has said. */
    ReportBuffer said() {
        return said;
    }

    /** What it holds. */
    JobMemory.Share memory() {
        return memory;
    }
}
