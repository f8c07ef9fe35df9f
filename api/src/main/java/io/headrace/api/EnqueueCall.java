package io.headrace.api;

import io.headrace.Digest;
import io.headrace.Durability;
import io.headrace.Idempotency;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.Submission;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/queues/{queue}/jobs}: reads the job in one pass on the event loop, hands it to the broker's shared
 * pipeline, and answers when it is stored. Nothing blocks and no thread waits.
 *
 * <p>The broker decides about an Idempotency-Key in one atomic step, so there is no time in which a request with the same
 * key could be told that the first is still under way: it is the first, or it is a replay.
 */
final class EnqueueCall {
    private static final Pattern TRACEPARENT = Pattern
            .compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    private final Services services;

    EnqueueCall(Services services) {
        this.services = services;
    }

    void serve(Exchange exchange) {
        QueueName queue = exchange.queue();
        exchange.requireJson();
        ApiConfig config = services.config();
        String key = IdempotencyKey.of(exchange.request());
        Durability durability = Prefer.durability(exchange.request()).orElse(config.durability());
        exchange.jobBody(config.maxPayload(), config.bodyTimeout().toNanos(), body -> {
            NewJob job = JobRequest.read(queue, body, config.maxPayload(),
                    idempotency(key, queue, body), traceparent(exchange),
                    durability, Prefer.wait(exchange.request()).isPresent());
            services.known().admit(exchange.loop(), queue).onSuccess(ok -> submit(exchange, job))
                    .onFailure(exchange::fail);
        });
    }

    /** The same key must come with the same queue and body, byte by byte, to count as the same request. */
    private static @Nullable Idempotency idempotency(@Nullable String key, QueueName queue, byte[] body) {
        return key == null ? null
                : new Idempotency(key, Digest.of((queue.value() + '\0').getBytes(StandardCharsets.UTF_8), body).hex());
    }

    /** A trace context that is not valid is left out, as its specification asks. */
    static @Nullable String traceparent(Exchange exchange) {
        String header = exchange.request().getHeader("traceparent");
        return header != null && TRACEPARENT.matcher(header).matches() ? header : null;
    }

    private void submit(Exchange exchange, NewJob job) {
        exchange.lend();
        exchange.guarded(() -> services.broker().enqueue(job)
                .whenComplete((submission, failure) -> exchange.loop().post(() -> exchange.guarded(() -> {
                    exchange.held().takeBack();
                    if (failure != null) {
                        exchange.fail(failure);
                    } else {
                        answer(exchange, job, submission);
                    }
                }))));
    }

    private void answer(Exchange exchange, NewJob job, Submission submission) {
        if (submission.kind() == Submission.Kind.ACCEPTED) {
            services.meters().enqueued(job.queue(), job.spec().type());
        }
        Optional<Duration> wait = Prefer.wait(exchange.request());
        if (wait.isPresent() && waits(exchange, job, submission, wait.get())) {
            return;
        }
        answerAtOnce(exchange, job, submission);
    }

    private void answerAtOnce(Exchange exchange, NewJob job, Submission submission) {
        if (submission.kind() == Submission.Kind.DUPLICATE) {
            duplicate(exchange, submission);
        } else {
            exchange.reply(accepted(exchange, job, submission));
        }
    }

    private Reply accepted(Exchange exchange, NewJob job, Submission submission) {
        return marked(exchange, Reply.json(202, services.jobJson().of(job, submission)),
                submission);
    }

    private static Reply marked(Exchange exchange, Reply reply, Submission submission) {
        String applied = Prefer.applied(exchange.request());
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

    private void duplicate(Exchange exchange, Submission submission) {
        services.blocking().run(exchange.loop(), Room.Weight.JOB, () -> services.broker().find(submission.id()))
                .onFailure(exchange::fail)
                .onSuccess(found -> exchange.guarded(() -> exchange.reply(marked(exchange,
                        Reply.json(200, services.jobJson().of(existing(found, submission))), submission))));
    }

    /** The job that holds the uniqueness key; it can have ended, and be off the record, since the broker answered. */
    private static Job existing(Lookup found, Submission submission) {
        return found.job().orElseThrow(() -> new Problem(ProblemType.DUPLICATE, "the job " + submission.id()
                + " had the same uniqueKey and has just ended; send this one again", "uniqueKey"));
    }

    private boolean waits(Exchange exchange, NewJob job, Submission submission, Duration atMost) {
        return Wait.start(exchange, services, submission.id(), atMost, last -> exchange.guarded(() -> {
            Optional<Job> seen = last.flatMap(Lookup::job);
            if (seen.isEmpty()) {
                answerAtOnce(exchange, job, submission);
            } else {
                Reply reply = Reply.json(status(seen.get(), submission), services.jobJson().of(seen.get()));
                String durability = Prefer.applied(exchange.request());
                exchange.reply(marked(exchange, reply, submission).with("Preference-Applied",
                        "wait=" + atMost.toSeconds() + (durability.isEmpty() ? "" : ", " + durability)));
            }
        }));
    }

    private static int status(Job seen, Submission submission) {
        return seen.state().terminal() || submission.kind() == Submission.Kind.DUPLICATE ? 200 : 202;
    }

    /** @throws InvalidInput as the key would be of no use */
    static void refuseIdempotency(Exchange exchange) {
        if (exchange.header("Idempotency-Key").isPresent()) {
            throw new InvalidInput("Idempotency-Key",
                    "is for single submissions; give the jobs of a batch a uniqueKey each instead");
        }
    }
}
