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
    public void serve(HttpCall call) {
        QueueName queue = call.queue();
        call.body().requireJson();
        String key = IdempotencyKey.of(call.request());
        JobDefaults defaults = JobDefaults.of(call, queue, limits);
        BodyReader.readJob(call, limits.maxPayload(), limits.bodyTimeout(), body -> {
            NewJob job = JobRequest.read(defaults, body, idempotency(key, queue, body),
                    PreferHeader.wait(call.request()).isPresent());
            known.admit(call.loop(), queue).onSuccess(ok -> submit(call, job)).onFailure(call::fail);
        });
    }

    /** The same key must come with the same queue and body, byte by byte, to count as the same request. */
    private static @Nullable Idempotency idempotency(@Nullable String key, QueueName queue, byte[] body) {
        return key == null ? null
                : new Idempotency(key, Digest.of((queue.value() + '\0').getBytes(StandardCharsets.UTF_8), body).hex());
    }

    private void submit(HttpCall call, NewJob job) {
        call.lend();
        call.guarded(() -> broker.enqueue(job)
                .whenComplete((submission, failure) -> call.loop().post(() -> call.guarded(() -> {
                    call.held().takeBack();
                    if (failure != null) {
                        call.fail(failure);
                    } else {
                        answer(call, job, submission);
                    }
                }))));
    }

    private void answer(HttpCall call, NewJob job, Submission submission) {
        if (submission.kind() == Submission.Kind.ACCEPTED) {
            meters.enqueued(job.queue(), job.spec().type());
        }
        Optional<Duration> wait = PreferHeader.wait(call.request());
        if (wait.isPresent() && waits(call, job, submission, wait.get())) {
            return;
        }
        answerAtOnce(call, job, submission);
    }

    private void answerAtOnce(HttpCall call, NewJob job, Submission submission) {
        if (submission.kind() == Submission.Kind.DUPLICATE) {
            duplicate(call, submission);
        } else {
            call.reply(marked(call, Reply.json(202, jobJson.of(job, submission)), submission));
        }
    }

    private static Reply marked(HttpCall call, Reply reply, Submission submission) {
        String applied = PreferHeader.applied(call.request());
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

    private void duplicate(HttpCall call, Submission submission) {
        waits.look(call.loop(), submission.id())
                .onFailure(call::fail)
                .onSuccess(found -> call.guarded(() -> call.reply(marked(call,
                        Reply.json(200, jobJson.of(existing(found, submission))), submission))));
    }

    /** The job that holds the uniqueness key; it can have ended, and be off the record, since the broker answered. */
    private static Job existing(Lookup found, Submission submission) {
        return found.job().orElseThrow(() -> ProblemType.DUPLICATE.problem("the job " + submission.id()
                + " had the same uniqueKey and has just ended; send this one again", "uniqueKey"));
    }

    private boolean waits(HttpCall call, NewJob job, Submission submission, Duration atMost) {
        return waits.start(call, submission.id(), atMost, last -> call.guarded(() -> {
            Optional<Job> seen = last.flatMap(Lookup::job);
            if (seen.isEmpty()) {
                answerAtOnce(call, job, submission);
            } else {
                Reply reply = Reply.json(status(seen.get(), submission), jobJson.of(seen.get()));
                String durability = PreferHeader.applied(call.request());
                call.reply(marked(call, reply, submission).with("Preference-Applied",
                        "wait=" + atMost.toSeconds() + (durability.isEmpty() ? "" : ", " + durability)));
            }
        }));
    }

    private static int status(Job seen, Submission submission) {
        return seen.state().terminal() || submission.kind() == Submission.Kind.DUPLICATE ? 200 : 202;
    }

    /** @throws InvalidInput as the key would be of no use */
    static void refuseIdempotency(HttpCall call) {
        if (call.header("Idempotency-Key").isPresent()) {
            throw new InvalidInput("Idempotency-Key",
                    "is for single submissions; give the jobs of a batch a uniqueKey each instead");
        }
    }
}
