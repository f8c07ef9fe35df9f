package io.headrace.api.operate;

import io.headrace.InvalidInput;
import io.headrace.access.AuditAction;
import io.headrace.api.access.Audit;
import io.headrace.api.access.AuditDraft;
import io.headrace.api.http.Access;
import io.headrace.api.http.Caller;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Reply;
import io.headrace.api.http.Route;
import io.headrace.api.view.OperatorJson;
import io.headrace.broker.Steer;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.broker.Workers;
import java.util.List;

/** The calls about workers. */
public record WorkerCalls(Workers workers, Audit audit, Endpoints endpoints) {
    public List<Route> routes() {
        return List.of(
                Route.get("/v1/workers", Access.VIEW, List.of(), endpoints.blocking(e -> list(e.caller()))),
                Route.post("/v1/workers/{id}/quiet", Access.OPERATE_ALL,
                        audit.blocking(AuditAction.WORKER_QUIET, (e, draft) -> steer(e, draft, Steer.QUIET))),
                Route.post("/v1/workers/{id}/resume", Access.OPERATE_ALL,
                        audit.blocking(AuditAction.WORKER_RESUME, (e, draft) -> steer(e, draft, Steer.RESUME))));
    }

    private Reply list(Caller caller) {
        List<WorkerInfo> live = caller.workers(workers.live());
        return Reply.json(200, out -> out.objects("workers", live, OperatorJson::worker));
    }

    /** The worker as it last told of itself: it does so a moment later. */
    private Reply steer(HttpCall call, AuditDraft draft, Steer steer) {
        WorkerId id = worker(call.pathParam("id"));
        WorkerInfo worker = workers.live().stream().filter(live -> live.id().equals(id)).findFirst()
                .orElseThrow(() -> unknown("there is no live worker " + id));
        draft.begun(); // it is stored, then told of: the second step may fail alone
        if (!workers.steer(id, steer)) {
            draft.nothing();
            throw unknown("there is no live worker " + id);
        }
        return Reply.json(202, out -> OperatorJson.worker(out, worker));
    }

    private static WorkerId worker(String text) {
        try {
            return new WorkerId(text);
        } catch (InvalidInput e) {
            throw unknown(String.valueOf(e.getMessage()));
        }
    }

    private static Problem unknown(String detail) {
        return ProblemType.UNKNOWN_WORKER.problem(detail);
    }
}
