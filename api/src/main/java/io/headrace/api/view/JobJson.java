package io.headrace.api.view;

import io.headrace.Attempt;
import io.headrace.Failure;
import io.headrace.History;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobLog;
import io.headrace.JobSpec;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.Progress;
import io.headrace.Submission;
import io.headrace.api.http.JsonOut;
import io.headrace.redaction.Redactor;
import io.headrace.redaction.Secrets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job as the API shows it: the only place that spells its members, and that hides what is to be hidden. Immutable.
 */
public record JobJson(Redactor redactor) {
    public byte[] of(Job job) {
        return JsonOut.object(out -> write(out, job));
    }

    /** A job that was just accepted, from what was sent: nothing has happened to it yet. */
    public byte[] of(NewJob job, Submission submission) {
        JobId id = submission.id();
        JobState state = submission.state();
        Instant runAt = state == JobState.SCHEDULED ? due(job, id) : null;
        return JsonOut.object(out -> {
            head(out, id, state, job.spec(), History.NONE, 0, submission.createdAt());
            out.timeIf("runAt", runAt);
            expiry(out, submission.createdAt(), job.spec());
            attempts(out, History.NONE, Secrets.NONE);
        });
    }

    private static @Nullable Instant due(NewJob job, JobId id) {
        return job.delay() == null ? job.runAt() : id.createdAt().plus(job.delay());
    }

    void write(JsonOut out, Job job) {
        History history = job.document().history();
        Secrets secrets = secrets(job);
        head(out, job.id(), job.state(), job.document().spec(), history, job.attempt(), job.createdAt());
        whereabouts(out, job, secrets);
        if (history.result() != null) {
            out.raw("result", secrets.mask(redactor.redact(history.result())));
        }
        error(out, secrets.mask(history.error()), false);
        attempts(out, history, secrets);
    }

    /**
     * A job as one of many in a list: without its history, and of long values only how they begin. The member
     * {@code cut} names what the job itself has more of.
     */
    public void listed(JsonOut out, Job job) {
        Secrets secrets = secrets(job);
        List<String> cut = new ArrayList<>();
        JobSpec spec = job.document().spec();
        History history = job.document().history();
        identity(out, job.id(), job.state(), spec);
        value(out, "payload", redactor.redact(spec.payload()), cut);
        attempt(out, spec, history, job.attempt(), job.createdAt());
        whereabouts(out, job, secrets);
        if (history.result() != null) {
            value(out, "result", secrets.mask(redactor.redact(history.result())), cut);
        }
        error(out, cut(secrets.mask(history.error()), cut), false);
        if (!history.attempts().isEmpty()) {
            cut.add("attempts");
        }
        if (!cut.isEmpty()) {
            out.texts("cut", cut);
        }
    }

    private static void value(JsonOut out, String name, Json value, List<String> cut) {
        if (value.size() <= Preview.WHOLE_BYTES) {
            out.raw(name, value);
        } else {
            out.text(name + "Preview", Preview.of(value));
            out.number(name + "Bytes", value.size());
            cut.add(name);
        }
    }

    private static @Nullable Failure cut(@Nullable Failure error, List<String> cut) {
        if (error == null || error.message().length() <= Preview.MESSAGE_CHARS) {
            return error;
        }
        cut.add("error.message");
        return new Failure(error.type(), Preview.of(error.message(), Preview.MESSAGE_CHARS), null);
    }

    private void head(JsonOut out, JobId id, JobState state, JobSpec spec, History history, int attempt,
            Instant createdAt) {
        identity(out, id, state, spec);
        out.raw("payload", redactor.redact(spec.payload()));
        attempt(out, spec, history, attempt, createdAt);
    }

    private static void identity(JsonOut out, JobId id, JobState state, JobSpec spec) {
        out.text("id", id.toString());
        out.text("queue", id.queue().value());
        out.text("type", spec.type().value());
        out.text("state", state.label());
        out.text("priority", id.priority().label());
    }

    /**
     * How many retries there are is told once it is known: where the job does not say, the worker that runs it does.
     */
    private static void attempt(JsonOut out, JobSpec spec, History history, int attempt, Instant createdAt) {
        out.number("attempt", attempt);
        Integer maxRetries = spec.maxRetries() == null ? history.maxRetries() : spec.maxRetries();
        if (maxRetries != null) {
            out.number("maxRetries", maxRetries);
        }
        out.time("createdAt", createdAt);
    }

    private static void whereabouts(JsonOut out, Job job, Secrets secrets) {
        History history = job.document().history();
        if (history.forgiven() > 0) {
            out.number("forgiven", history.forgiven());
        }
        out.timeIf("runAt", job.runAt());
        expiry(out, job.createdAt(), job.document().spec());
        out.timeIf("startedAt", job.startedAt());
        out.timeIf("finishedAt", history.finishedAt());
        out.textIf("worker", job.worker());
        progress(out, secrets.mask(job.progress()));
        if (job.cancelling()) {
            out.flag("cancelling", true);
        }
    }

    /**
     * Lines that the job's handler wrote.
     *
     * @param from the number of the first that was asked for
     */
    public void lines(JsonOut out, Job job, JobLog log, long from) {
        Secrets secrets = secrets(job);
        out.texts("lines", secrets.isEmpty() ? log.lines() : log.lines().stream().map(secrets::mask).toList());
        out.number("next", log.next());
        long dropped = log.next() - from - log.lines().size();
        if (dropped > 0 && !log.lines().isEmpty()) {
            out.number("dropped", dropped);
        }
    }

    /** The failure of the job's newest attempt that failed, or null. */
    @Nullable
    public Failure error(Job job) {
        return secrets(job).mask(job.document().history().error());
    }

    private Secrets secrets(Job job) {
        return redactor.secrets(job.document().spec().payload(), job.document().history().result());
    }

    /** An edited payload with what the job's own has where it still shows that something was hidden. */
    public Json restored(Json edited, Job job) {
        return redactor.restore(edited, job.document().spec().payload());
    }

    /** Whether an edited payload could hold anything that was hidden. */
    public boolean hides() {
        return redactor.active();
    }

    private static void expiry(JsonOut out, Instant createdAt, JobSpec spec) {
        if (spec.expiresIn() != null) {
            out.time("expiresAt", createdAt.plus(spec.expiresIn()));
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

    private static void attempts(JsonOut out, History history, Secrets secrets) {
        out.objects("attempts", history.attempts(), (o, attempt) -> attempt(o, attempt, secrets));
    }

    private static void attempt(JsonOut out, Attempt attempt, Secrets secrets) {
        out.number("number", attempt.number());
        out.text("worker", attempt.worker());
        out.time("startedAt", attempt.startedAt());
        out.time("finishedAt", attempt.finishedAt());
        out.text("outcome", attempt.outcome().label());
        error(out, secrets.mask(attempt.error()), true);
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
