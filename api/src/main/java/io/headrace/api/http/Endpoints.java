package io.headrace.api.http;

import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.Lookup;
import io.headrace.QueueName;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.Queues;
import io.headrace.format.Gzip;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Turns calls that wait for the broker into endpoints that do not block their event loop.
 *
 * @param maxPayload of a job, in bytes
 * @param bodyTimeout how long a body may take to arrive
 */
public record Endpoints(BlockingCalls blocking, int maxPayload, Duration bodyTimeout) {
    /** The longest body of a call that is not a submission. */
    private static final int MAX_BODY = 1024 * 1024;
    /** A body that may only be an empty object. */
    private static final int MAX_EMPTY = 4 * 1024;

    /** An endpoint that reads no body; if it changes something and one is sent, it must be an empty object. */
    public Consumer<HttpCall> blocking(Function<HttpCall, Reply> answer) {
        return blocking(ClientMemory.Weight.JOB, answer);
    }

    /** The same, for calls that find more than a job, or nothing of a size that others choose. */
    public Consumer<HttpCall> blocking(ClientMemory.Weight weight, Function<HttpCall, Reply> answer) {
        return call -> {
            if (call.body().exists() && !call.reads()) {
                withBody(MAX_EMPTY, (e, body) -> {
                    if (body.length > 0) {
                        JsonIn.read(body, Set.of(), (name, in) -> {});
                    }
                    return answer.apply(e);
                }).accept(call);
            } else {
                run(call, weight, () -> answer.apply(call));
            }
        };
    }

    /** An endpoint that reads a small body; it is empty when none was sent. */
    public Consumer<HttpCall> withBody(BiFunction<HttpCall, byte[], Reply> answer) {
        return withBody(MAX_BODY, answer);
    }

    /** The same, for longer or shorter bodies. */
    public Consumer<HttpCall> withBody(int max, BiFunction<HttpCall, byte[], Reply> answer) {
        return call -> {
            call.body().requireJsonIfAny();
            BodyReader.read(call, max, bodyTimeout,
                    body -> run(call, ClientMemory.Weight.JOB, () -> answer.apply(call, body)));
        };
    }

    /** The same, for a body that may hold a payload. */
    public Consumer<HttpCall> withPayload(BiFunction<HttpCall, byte[], Reply> answer) {
        return call -> {
            call.body().requireJsonIfAny();
            BodyReader.readJob(call, maxPayload, bodyTimeout,
                    body -> run(call, ClientMemory.Weight.JOB, () -> answer.apply(call, body)));
        };
    }

    /** Answers with what was not found by a call of its own. */
    public void reply(HttpCall call, Reply reply) {
        boolean gzip = call.takesGzip();
        if (!gzip || reply.body().length < Gzip.WORTH_BYTES) {
            call.reply(reply.packed(false));
            return;
        }
        blocking.run(call.loop(), () -> reply.packed(true))
                .onComplete(packed -> call.reply(packed.succeeded() ? packed.result() : reply.packed(false)));
    }

    private void run(HttpCall call, ClientMemory.Weight weight, Callable<Reply> answer) {
        call.lend();
        boolean gzip = call.takesGzip();
        blocking.run(call.loop(), weight, () -> answer.call().packed(gzip)).onComplete(outcome -> {
            call.held().takeBack();
            if (outcome.succeeded()) {
                call.reply(outcome.result());
            } else {
                call.fail(outcome.cause());
            }
        });
    }

    /**
     * A queue that was used before.
     *
     * @throws Problem {@code unknown-queue} when it was not
     */
    public static QueueInfo known(Queues queues, QueueName queue) {
        return queues.info(queue)
                .orElseThrow(() -> ProblemType.UNKNOWN_QUEUE.problem("there is no queue '" + queue + "'"));
    }

    /**
     * The job of a look-up.
     *
     * @throws Problem {@code unknown-job} or {@code gone} when it is not on record
     */
    public static Job found(JobId id, Lookup lookup) {
        if (lookup.kind() == Lookup.Kind.GONE) {
            throw ProblemType.GONE.problem("the job " + id + " has ended and its record has expired");
        }
        return lookup.job().orElseThrow(() -> ProblemType.UNKNOWN_JOB.problem("there is no job " + id));
    }
}
