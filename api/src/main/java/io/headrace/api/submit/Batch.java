package io.headrace.api.submit;

import io.headrace.JobType;
import io.headrace.NewJob;
import io.headrace.Submission;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.HeldMemory;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.JsonIn;
import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.headrace.api.metrics.ApiMeters;
import io.headrace.broker.Broker;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way through: jobs are handed to the broker as they arrive, at most so many wait for it at once, and
 * the next chunk of the body is asked for only when the last is used up. So memory is bounded whatever the length of
 * the body.
 *
 * <p>When the rest of the body cannot be read, or the broker is gone, the last item of the answer says so and nothing
 * after its index was looked at. Lives on its loop's thread.
 */
final class Batch implements EventLoop.Deadline {
    /** A job is in memory as it arrived, as it was read, and as it is sent; and beside it the figures about it. */
    private static final int FORMS = 3;
    private static final int BESIDE_BYTES = 1024;
    /** The answer is counted in steps of so many bytes. */
    private static final long ANSWER_STEP = 64 * 1024;
    /** How often it is looked whether there is room again, when nothing of this batch will make some. */
    private static final long ROOM_MS = 100;

    private final HttpCall call;
    private final HeldMemory held;
    private final HttpServerRequest request;
    private final Broker broker;
    private final ApiMeters meters;
    private final Splitter splitter;
    private final JobDefaults defaults;
    private final SubmitLimits limits;
    private final BatchItems items = new BatchItems();
    /** How many jobs have been read. */
    private long read;
    private long bytes;
    /** What stopped the reading before the end of the body. */
    private @Nullable Problem stop;
    private boolean awaitingChunk;
    /** What is counted of the job whose end has not arrived. */
    private long partial;
    /** What is counted of the answer. */
    private long answerCounted;
    /** A job that has been read, and for which there is no room yet. */
    private Splitter.@Nullable Piece next;
    private boolean awaitingRoom;
    private int atBroker;
    private boolean ended;
    private boolean over;
    private long nanos;

    Batch(HttpCall call, Broker broker, ApiMeters meters, Splitter splitter, JobDefaults defaults,
            SubmitLimits limits) {
        this.call = call;
        this.held = call.held();
        this.request = call.request();
        this.broker = broker;
        this.meters = meters;
        this.splitter = splitter;
        this.defaults = defaults;
        this.limits = limits;
    }

    static Problem tooLong(long max) {
        return ProblemType.PAYLOAD_TOO_LARGE.problem("the batch is longer than " + max + " bytes");
    }

    /** The request is paused. */
    void start() {
        request.exceptionHandler(ignored -> gone());
        call.onGone(this::gone);
        if (over) {
            return;
        }
        held.lend();
        request.handler(this::chunk);
        request.endHandler(ignored -> end());
        fetch();
    }

    private void fetch() {
        awaitingChunk = true;
        nanos = EventLoop.nanosFromNow(limits.bodyTimeout());
        call.loop().watch(this);
        if (items.isEmpty()) {
            held.awaitClient();
        }
        request.fetch(1);
    }

    private void fetched() {
        awaitingChunk = false;
        held.awaitNobody();
        call.loop().forget(this);
    }

    private void chunk(Buffer chunk) {
        if (over || stop != null) {
            return;
        }
        fetched();
        bytes += chunk.length();
        if (bytes > limits.maxBatch()) {
            stop(tooLong(limits.maxBatch()));
        } else {
            take(chunk);
        }
    }

    private void take(Buffer chunk) {
        try {
            splitter.feed(chunk);
        } catch (Problem e) {
            stop(e);
            return;
        }
        pump();
    }

    private void end() {
        if (over || stop != null) {
            return;
        }
        fetched();
        ended = true;
        try {
            next = splitter.last().orElse(null);
        } catch (Problem e) {
            stop = e;
        }
        pump();
        settle();
    }

    /** Takes what the last chunk holds, as far as there is room, then asks for the next one. */
    private void pump() {
        try {
            while (stop == null && !over && !awaitingChunk && !awaitingRoom && items.size() < limits.batchInFlight()) {
                Splitter.Piece piece = next != null ? next : ended ? null : splitter.next().orElse(null);
                next = null;
                if (piece == null && ended) {
                    break;
                }
                if (piece == null) {
                    countPartial();
                    fetch();
                } else if (read == limits.maxBatchJobs() || items.answer().full()) {
                    stop(ProblemType.PAYLOAD_TOO_LARGE.problem("the batch holds more than " + read + " jobs"));
                } else if (mayHave(cost(piece))) {
                    countAnswer();
                    submit(piece);
                } else {
                    next = piece;
                    awaitRoom();
                    break;
                }
            }
        } catch (Problem e) {
            stop(e);
        }
    }

    private static long cost(Splitter.Piece piece) {
        return BESIDE_BYTES + FORMS * (piece.text() == null ? 0 : piece.length());
    }

    /** A batch that has jobs at the broker leaves room to others; what it waits for comes soon. */
    private boolean mayHave(long cost) {
        return (items.isEmpty() || held.bytes() + cost <= call.memory().share()) && held.more(cost);
    }

    private void countPartial() {
        long now = (long) FORMS * splitter.held();
        if (now > partial && !held.more(now - partial)) {
            throw call.memory().refused("too much has been sent at once");
        }
        held.less(Math.max(0, partial - now));
        partial = now;
    }

    private void countAnswer() {
        long grown = items.answer().size() - answerCounted;
        if (grown >= ANSWER_STEP) {
            if (!held.more(FORMS * grown)) {
                throw call.memory().refused("the answer has become too long");
            }
            answerCounted += grown;
        }
    }

    /**
     * The next answer of the broker makes room; when it owes none, somebody else's must, within the time that a body
     * may stall.
     */
    private void awaitRoom() {
        if (!items.isEmpty()) {
            return;
        }
        if (!awaitingRoom) {
            awaitingRoom = true;
            nanos = EventLoop.nanosFromNow(limits.bodyTimeout());
        }
        call.loop().vertx().setTimer(ROOM_MS, ignored -> lookForRoom());
    }

    private void lookForRoom() {
        Splitter.Piece piece = next;
        if (over || stop != null || piece == null) {
            return;
        }
        if (System.nanoTime() - nanos > 0) {
            stop(call.memory().refused("too much waits for the broker"));
        } else if (call.memory().fits(cost(piece))) {
            awaitingRoom = false;
            pump();
            settle();
        } else {
            call.loop().vertx().setTimer(ROOM_MS, ignored -> lookForRoom());
        }
    }

    private void submit(Splitter.Piece piece) {
        BatchItems.Item item = items.add();
        read++;
        long cost = cost(piece);
        atBroker++;
        try {
            byte[] text = piece.text();
            if (text == null) {
                throw JsonIn.tooLarge(piece.length(), limits.maxPayload());
            }
            NewJob job = JobRequest.read(defaults, text, null, false);
            JobType type = job.spec().type();
            broker.enqueue(job).whenComplete((submission, failure) -> call.loop()
                    .post(() -> answered(item, type, cost, submission, failure)));
        } catch (RuntimeException | Error e) {
            answeredFor(cost);
            item.problem = Problem.of(e);
            if (items.isNext(item)) {
                settle();
            }
        }
    }

    private void answeredFor(long cost) {
        held.less(cost);
        atBroker--;
        if (over && atBroker == 0) {
            held.takeBack();
        }
    }

    private void answered(BatchItems.Item item, JobType type, long cost, @Nullable Submission submission,
            @Nullable Throwable failure) {
        answeredFor(cost);
        item.submission = submission;
        if (submission != null && submission.kind() == Submission.Kind.ACCEPTED) {
            meters.enqueued(defaults.queue(), type);
        }
        if (failure != null) {
            item.problem = Problem.of(failure);
        }
        settle();
        pump();
        settle();
    }

    private void settle() {
        if (!over) {
            Problem met = items.settle();
            stop = stop == null ? met : stop;
        }
        if ((stop != null || (ended && next == null)) && items.isEmpty()) {
            finish();
        }
    }

    private void stop(Problem why) {
        if (stop == null) {
            stop = why;
        }
        fetched();
        settle();
    }

    private void finish() {
        if (over) {
            return;
        }
        over = true;
        fetched();
        held.takeBack();
        Problem full = stop == null ? items.full() : null;
        Problem why = full != null ? full : stop;
        boolean wholeBatch = full != null
                || (why != null && items.noneStored() && (read == 0 || why.concernsEveryJob()));
        call.guarded(() -> {
            boolean stalled = why != null && why.type() == ProblemType.TIMEOUT;
            if (why != null && wholeBatch) {
                call.fail(why);
                if (stalled) {
                    request.connection().close();
                }
                return;
            }
            if (why != null && !ended) {
                items.answer().rejected(read,
                        why.type().problem(why.getMessage() + "; nothing from this job on was read"));
            } else if (why != null) {
                items.answer().rejected(read, why);
            }
            Future<Void> sent = items.answer().send(call);
            if (stalled) {
                // who sent too little may send nothing for ever
                sent.onComplete(ignored -> request.connection().close());
            } else {
                call.swallowBody(limits.maxBatch());
            }
        });
        items.answer().release();
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public void passed() {
        stop(ProblemType.TIMEOUT.problem("the body stalled for " + limits.bodyTimeout().toSeconds() + " s"));
    }

    private void gone() {
        over = true;
        fetched();
        items.answer().release();
        if (atBroker == 0) {
            held.takeBack();
        }
    }
}
