package io.headrace.api.operate;

import io.headrace.Durations;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobLog;
import io.headrace.JobState;
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
import io.headrace.broker.Broker;
import io.headrace.broker.BrokerOperator;
import io.headrace.broker.BrokerOperator.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The calls about one job. */
public record JobCalls(Broker broker, BrokerOperator operator, JobJson jobJson, JobWaits waits, Audit audit,
        Endpoints calls) {
    /** What the audit log tells of a new payload. */
    private static final Json EDITED = Json.parse("{\"payload\":\"edited\"}");

    public List<Route> routes() {
        Consumer<HttpCall> look = calls.blocking(this::look);
        return List.of(
                Route.get("/v1/jobs/{id}", Access.FOLLOW, List.of("wait"), exchange -> show(exchange, look)),
                Route.delete("/v1/jobs/{id}", Access.OPERATE,
                        calls.blocking(audit.of(AuditAction.JOB_CANCEL, this::cancel))),
                Route.get("/v1/jobs/{id}/log", Access.FOLLOW, List.of("from", "limit"),
                        calls.blocking(ClientMemory.Weight.PAGE, this::log)),
                Route.post("/v1/jobs/{id}/retry", Access.OPERATE,
                        calls.withPayload(audit.ofBody(AuditAction.JOB_RETRY, this::retry))),
                Route.post("/v1/jobs/{id}/run-now", Access.OPERATE,
                        calls.blocking(audit.of(AuditAction.JOB_RUN_NOW, this::runNow))));
    }

    private void show(HttpCall exchange, Consumer<HttpCall> look) {
        Optional<Duration> wait = exchange.query().text("wait").map(JobCalls::bounded);
        if (wait.isEmpty() || wait.get().isZero()) {
            look.accept(exchange);
            return;
        }
        JobId id = exchange.job();
        boolean waiting = waits.start(exchange, id, wait.get(), last -> exchange.guarded(() -> {
            if (last.isEmpty()) {
                look.accept(exchange); // no look succeeded: one more tells why
            } else {
                calls.reply(exchange, Reply.json(200, jobJson.of(Endpoints.found(id, last.get()))));
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

    private Reply look(HttpCall exchange) {
        JobId id = exchange.job();
        return Reply.json(200, jobJson.of(Endpoints.found(id, broker.find(id))));
    }

    private Reply cancel(HttpCall exchange, AuditDraft deed) {
        JobId id = exchange.job();
        Answer answer = operator.cancel(id);
        if (answer == Answer.DONE || answer == Answer.REQUESTED) {
            deed.done();
        }
        Job job = Endpoints.found(id, broker.find(id));
        boolean already = answer == Answer.WRONG_STATE && job.state() == JobState.CANCELLED;
        if (answer != Answer.DONE && answer != Answer.REQUESTED && !already) {
            throw refused(job, "has ended and cannot be cancelled");
        }
        if (already) {
            deed.nothing();
        }
        return Reply.json(answer == Answer.REQUESTED ? 202 : 200, jobJson.of(job));
    }

    private Reply retry(HttpCall exchange, byte[] body, AuditDraft deed) {
        JobId id = exchange.job();
        Json[] payload = {null};
        if (body.length > 0) {
            JsonIn.read(body, Set.of("payload"), (name, in) -> payload[0] = in.slice(calls.maxPayload()));
        }
        if (payload[0] != null) {
            deed.detail(EDITED);
        }
        Answer answer = payload[0] == null ? operator.retry(List.of(id)).get(0)
                : operator.retry(id, restored(id, payload[0]), calls.maxPayload());
        return moved(id, answer, deed, payload[0] == null ? "can only be retried when it is dead or waits for its time"
                : "can only get another payload when it is dead");
    }

    /** What a job was shown without must not get lost when it is edited. */
    private Json restored(JobId id, Json payload) {
        if (!jobJson.hides()) {
            return payload;
        }
        Json whole = jobJson.restored(payload, Endpoints.found(id, broker.find(id)));
        int max = calls.maxPayload();
        if (whole.size() > max) {
            throw JsonIn.tooLarge(whole.size(), max);
        }
        return whole;
    }

    private Reply runNow(HttpCall exchange, AuditDraft deed) {
        JobId id = exchange.job();
        return moved(id, operator.runNow(id), deed, "does not wait for its time");
    }

    private Reply moved(JobId id, Answer answer, AuditDraft deed, String why) {
        if (answer == Answer.DONE) {
            deed.done();
        }
        Lookup lookup = broker.find(id);
        Job job = Endpoints.found(id, lookup);
        if (answer == Answer.DUPLICATE) {
            throw ProblemType.DUPLICATE.problem("another unfinished job has the same uniqueKey as " + id, "uniqueKey");
        }
        if (answer != Answer.DONE) {
            throw refused(job, why);
        }
        return Reply.json(200, jobJson.of(job));
    }

    private static Problem refused(Job job, String why) {
        return ProblemType.WRONG_STATE.problem("the job " + job.id() + " is " + job.state().label() + ": it " + why);
    }

    private Reply log(HttpCall exchange) {
        JobId id = exchange.job();
        int from = exchange.query().number("from", 0, 0, Integer.MAX_VALUE);
        int limit = exchange.query().number("limit", JobLog.MAX_LINES, 1, JobLog.MAX_LINES);
        Job job = Endpoints.found(id, broker.find(id));
        JobLog log = operator.log(id, from, limit);
        return Reply.json(200, out -> jobJson.lines(out, job, log, from));
    }
}
