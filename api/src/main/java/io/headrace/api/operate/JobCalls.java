package io.headrace.api.operate;

import io.headrace.Durations;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobLog;
import io.headrace.JobState;
import io.headrace.JobStore;
import io.headrace.Json;
import io.headrace.Lookup;
import io.headrace.access.AuditAction;
import io.headrace.api.access.Audit;
import io.headrace.api.access.AuditDraft;
import io.headrace.api.http.Access;
import io.headrace.api.http.ClientMemory;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.JsonIn;
import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Reply;
import io.headrace.api.http.Route;
import io.headrace.api.http.Waiters;
import io.headrace.api.live.JobWaits;
import io.headrace.api.submit.PreferHeader;
import io.headrace.api.view.JobJson;
import io.headrace.broker.Jobs;
import io.headrace.broker.MoveResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The calls about one job. */
public record JobCalls(JobStore store, Jobs jobs, JobJson jobJson, JobWaits waits, Audit audit,
        Endpoints endpoints) {
    /** What the audit log tells of a new payload. */
    private static final Json EDITED = Json.parse("{\"payload\":\"edited\"}");

    public List<Route> routes() {
        Consumer<HttpCall> look = endpoints.blocking(this::look);
        return List.of(
                Route.get("/v1/jobs/{id}", Access.FOLLOW, List.of("wait"), call -> show(call, look)),
                Route.delete("/v1/jobs/{id}", Access.OPERATE, audit.blocking(AuditAction.JOB_CANCEL, this::cancel)),
                Route.get("/v1/jobs/{id}/log", Access.FOLLOW, List.of("from", "limit"),
                        endpoints.blocking(ClientMemory.Weight.PAGE, this::log)),
                Route.post("/v1/jobs/{id}/retry", Access.OPERATE,
                        audit.withPayload(AuditAction.JOB_RETRY, this::retry)),
                Route.post("/v1/jobs/{id}/run-now", Access.OPERATE,
                        audit.blocking(AuditAction.JOB_RUN_NOW, this::runNow)));
    }

    private void show(HttpCall call, Consumer<HttpCall> look) {
        Optional<Duration> wait = call.query().text("wait").map(JobCalls::bounded);
        if (wait.isEmpty() || wait.get().isZero()) {
            look.accept(call);
            return;
        }
        JobId id = call.job();
        boolean waiting = waits.start(call, id, wait.get(), last -> call.guarded(() -> {
            if (last.isEmpty()) {
                look.accept(call); // no look succeeded: one more tells why
            } else {
                endpoints.reply(call, Reply.json(200, jobJson.of(Endpoints.found(id, last.get()))));
            }
        }));
        if (!waiting) {
            throw Waiters.full();
        }
    }

    private static Duration bounded(String text) {
        Duration wait = Durations.parse("wait", text);
        if (wait.compareTo(PreferHeader.MAX_WAIT) > 0) {
            throw new InvalidInput("wait",
                    "must be 0s to " + Durations.format(PreferHeader.MAX_WAIT) + ", was " + text);
        }
        return wait;
    }

    private Reply look(HttpCall call) {
        JobId id = call.job();
        return Reply.json(200, jobJson.of(Endpoints.found(id, store.find(id))));
    }

    private Reply cancel(HttpCall call, AuditDraft draft) {
        JobId id = call.job();
        MoveResult answer = jobs.cancel(id);
        if (answer == MoveResult.DONE || answer == MoveResult.REQUESTED) {
            draft.done();
        }
        Job job = Endpoints.found(id, store.find(id));
        boolean already = answer == MoveResult.WRONG_STATE && job.state() == JobState.CANCELLED;
        if (answer != MoveResult.DONE && answer != MoveResult.REQUESTED && !already) {
            throw refused(job, "has ended and cannot be cancelled");
        }
        if (already) {
            draft.nothing();
        }
        return Reply.json(answer == MoveResult.REQUESTED ? 202 : 200, jobJson.of(job));
    }

    private Reply retry(HttpCall call, byte[] body, AuditDraft draft) {
        JobId id = call.job();
        Json[] payload = {null};
        if (body.length > 0) {
            JsonIn.read(body, Set.of("payload"), (name, in) -> payload[0] = in.slice(endpoints.maxPayload()));
        }
        if (payload[0] != null) {
            draft.detail(EDITED);
        }
        MoveResult answer = payload[0] == null ? jobs.retry(List.of(id)).get(0)
                : jobs.retry(id, restored(id, payload[0]), endpoints.maxPayload());
        return moved(id, answer, draft, payload[0] == null ? "can only be retried when it is dead or waits for its time"
                : "can only get another payload when it is dead");
    }

    /** What a job was shown without must not get lost when it is edited. */
    private Json restored(JobId id, Json payload) {
        if (!jobJson.hides()) {
            return payload;
        }
        Json whole = jobJson.restored(payload, Endpoints.found(id, store.find(id)));
        int max = endpoints.maxPayload();
        if (whole.size() > max) {
            throw JsonIn.tooLarge(whole.size(), max);
        }
        return whole;
    }

    private Reply runNow(HttpCall call, AuditDraft draft) {
        JobId id = call.job();
        return moved(id, jobs.runNow(id), draft, "does not wait for its time");
    }

    private Reply moved(JobId id, MoveResult answer, AuditDraft draft, String why) {
        if (answer == MoveResult.DONE) {
            draft.done();
        }
        Lookup lookup = store.find(id);
        Job job = Endpoints.found(id, lookup);
        if (answer == MoveResult.DUPLICATE) {
            throw ProblemType.DUPLICATE.problem("another unfinished job has the same uniqueKey as " + id, "uniqueKey");
        }
        if (answer != MoveResult.DONE) {
            throw refused(job, why);
        }
        return Reply.json(200, jobJson.of(job));
    }

    private static Problem refused(Job job, String why) {
        return ProblemType.WRONG_STATE.problem("the job " + job.id() + " is " + job.state().label() + ": it " + why);
    }

    private Reply log(HttpCall call) {
        JobId id = call.job();
        int from = call.query().number("from", 0, 0, Integer.MAX_VALUE);
        int limit = call.query().number("limit", JobLog.MAX_LINES, 1, JobLog.MAX_LINES);
        Job job = Endpoints.found(id, store.find(id));
        JobLog log = jobs.log(id, from, limit);
        return Reply.json(200, out -> jobJson.lines(out, job, log, from));
    }
}
