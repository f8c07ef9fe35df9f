package io.headrace.api.submit;

import io.headrace.Idempotency;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.access.Digest;
import io.headrace.api.http.BodyReader;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Reply;
import io.headrace.api.live.JobWaits;
import io.headrace.api.metrics.ApiMeters;
import io.headrace.api.view.JobJson;
import io.headrace.broker.Broker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/queues/{queue}/jobs}: reads the job in one pass on the event loop, hands it to the broker's shared
 * pipeline, and answers when it is stored. Nothing blocks and no thread waits.
 *
 * <p>The broker decides about an Idempotency-Key in one atomic step, so there is no time in which a request with the
 * same key could be told that the first is still under way: it is the first, or it is a replay.
 */
public record EnqueueCall(Broker broker, KnownQueues known, ApiMeters meters, JobJson jobJson, JobWaits waits,
        SubmitLimits limits) {
    public void serve(HttpCall exchange) {
        QueueName queue = exchange.queue();
        exchange.body().requireJson();
        String key = IdempotencyKey.of(exchange.request());
        JobDefaults defaults = JobDefaults.of(exchange, limits);
        BodyReader.readJob(exchange, limits.maxPayload(), limits.bodyTimeout(), body -> {
            NewJob job = JobRequest.read(defaults, body, idempotency(key, queue, body),
                    PreferHeader.wait(exchange.request()).isPresent());
            known.admit(exchange.loop(), queue).onSuccess(ok -> submit(exchange, job))
                    .onFailure(exchange::fail);
        });
    }

    /** The same key must come with the same queue and body, byte by byte, to count as the same request. */
    private static @Nullable Idempotency idempotency(@Nullable String key, QueueName queue, byte[] body) {
        return key == null ? null
                : new Idempotency(key, Digest.of((queue.value() + '\0').getBytes(StandardCharsets.UTF_8), body).hex());
    }

    private void submit(HttpCall exchange, NewJob job) {
        exchange.lend();
        exchange.guarded(() -> broker.enqueue(job)
                .whenComplete((submission, failure) -> exchange.loop().post(() -> exchange.guarded(() -> {
                    exchange.held().takeBack();
                    if (failure != null) {
                        exchange.fail(failure);
                    } else {
                        answer(exchange, job, submission);
                    }
                }))));
    }

    private void answer(HttpCall exchange, NewJob job, Submission submission) {
        if (submission.kind() == Submission.Kind.ACCEPTED) {
            meters.enqueued(job.queue(), job.spec().type());
        }
        Optional<Duration> wait = PreferHeader.wait(exchange.request());
        if (wait.isPresent() && waits(exchange, job, submission, wait.get())) {
            return;
        }
        answerAtOnce(exchange, job, submission);
    }

    private void answerAtOnce(HttpCall exchange, NewJob job, Submission submission) {
        if (submission.kind() == Submission.Kind.DUPLICATE) {
            duplicate(exchange, submission);
        } else {
            exchange.reply(marked(exchange, Reply.json(202, jobJson.of(job, submission)), submission));
        }
    }

    private static Reply marked(HttpCall exchange, Reply reply, Submission submission) {
        String applied = PreferHeader.applied(exchange.request());
        Reply located = reply.with("Location", "/v1/jobs/" + submission.id());
        if (!applied.isEmpty()) {
            located = located.with("Preference-Applied", applied);
        }
        return switch (submission.kind()) {
            case ACCEPTED -> located;
            case DUPLICATE -> located.with("Headrace-Duplicate", "true");
            case REPLAYED -> located.with("Idempotency-Replayed", "true");
        };
    }

    private void duplicate(HttpCall exchange, Submission submission) {
        waits.look(exchange.loop(), submission.id())
                .onFailure(exchange::fail)
                .onSuccess(found -> exchange.guarded(() -> exchange.reply(marked(exchange,
                        Reply.json(200, jobJson.of(existing(found, submission))), submission))));
    }

    /** The job that holds the uniqueness key; it can have ended, and be off the record, since the broker answered. */
    private static Job existing(Lookup found, Submission submission) {
        return found.job().orElseThrow(() -> ProblemType.DUPLICATE.problem("the job " + submission.id()
                + " had the same uniqueKey and has just ended; send this one again", "uniqueKey"));
    }

    private boolean waits(HttpCall exchange, NewJob job, Submission submission, Duration atMost) {
        return waits.start(exchange, submission.id(), atMost, last -> exchange.guarded(() -> {
            Optional<Job> seen = last.flatMap(Lookup::job);
            if (seen.isEmpty()) {
                answerAtOnce(exchange, job, submission);
            } else {
                Reply reply = Reply.json(status(seen.get(), submission), jobJson.of(seen.get()));
                String durability = PreferHeader.applied(exchange.request());
                exchange.reply(marked(exchange, reply, submission).with("Preference-Applied",
                        "wait=" + atMost.toSeconds() + (durability.isEmpty() ? "" : ", " + durability)));
            }
        }));
    }

    private static int status(Job seen, Submission submission) {
        return seen.state().terminal() || submission.kind() == Submission.Kind.DUPLICATE ? 200 : 202;
    }

    /** @throws InvalidInput as the key would be of no use */
    static void refuseIdempotency(HttpCall exchange) {
        if (exchange.header("Idempotency-Key").isPresent()) {
            throw new InvalidInput("Idempotency-Key",
                    "is for single submissions; give the jobs of a batch a uniqueKey each instead");
        }
    }
}
