package io.headrace.api;

import io.headrace.Attempt;
import io.headrace.Failure;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobSpec;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Progress;
import io.headrace.RetryPolicy;
import io.headrace.Run;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A job as the API shows it: the only place that spells its members. */
final class JobJson {
    private JobJson() {}

    static byte[] of(Job job) {
        return JsonOut.object(out -> write(out, job));
    }

    /** A job that was just accepted, from what was sent: nothing has happened to it yet. */
    static byte[] of(NewJob job, JobId id, JobState state) {
        Instant runAt = state == JobState.SCHEDULED ? due(job, id) : null;
        return JsonOut.object(out -> {
            head(out, id, state, job.spec(), 0);
            out.timeIf("runAt", runAt);
            expiry(out, id, job.spec());
            attempts(out, Run.NONE);
        });
    }

    private static @Nullable Instant due(NewJob job, JobId id) {
        return job.delay() == null ? job.runAt() : id.createdAt().plus(job.delay());
    }

    static void write(JsonOut out, Job job) {
        JobSpec spec = job.document().spec();
        Run run = job.document().run();
        head(out, job.id(), job.state(), spec, job.attempt());
        out.timeIf("runAt", job.runAt());
        expiry(out, job.id(), spec);
        out.timeIf("startedAt", job.startedAt());
        out.timeIf("finishedAt", run.finishedAt());
        out.textIf("worker", job.worker());
        progress(out, job.progress());
        if (job.cancelling()) {
            out.flag("cancelling", true);
        }
        if (run.result() != null) {
            out.raw("result", run.result());
        }
        error(out, run.error(), false);
        attempts(out, run);
    }

    private static void head(JsonOut out, JobId id, JobState state, JobSpec spec, int attempt) {
        out.text("id", id.toString());
        out.text("queue", id.queue().value());
        out.text("type", spec.type().value());
        out.text("state", state.label());
        out.text("priority", id.level().label());
        out.raw("payload", spec.payload());
        out.number("attempt", attempt);
        out.number("maxRetries", RetryPolicy.DEFAULT.overriddenBy(spec).maxRetries());
        out.time("createdAt", id.createdAt());
    }

    private static void expiry(JsonOut out, JobId id, JobSpec spec) {
        if (spec.expiresIn() != null) {
            out.time("expiresAt", id.createdAt().plus(spec.expiresIn()));
        }
    }

    private static void progress(JsonOut out, @Nullable Progress progress) {
        if (progress != null) {
            out.object("progress", o -> {
                o.number("fraction", progress.fraction());
                o.textIf("message", progress.message());
            });
        }
    }

    private static void attempts(JsonOut out, Run run) {
        out.objects("attempts", run.attempts(), JobJson::attempt);
    }

    private static void attempt(JsonOut out, Attempt attempt) {
        out.number("number", attempt.number());
        out.text("worker", attempt.worker());
        out.time("startedAt", attempt.startedAt());
        out.time("finishedAt", attempt.finishedAt());
        out.text("outcome", attempt.outcome().label());
        error(out, attempt.error(), true);
    }

    private static void error(JsonOut out, @Nullable Failure failure, boolean stack) {
        if (failure != null) {
            out.object("error", o -> {
                o.text("type", failure.type());
                o.text("message", failure.message());
                if (stack) {
                    o.textIf("stack", failure.stack());
                }
            });
        }
    }
}
