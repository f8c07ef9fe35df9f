package io.headrace.api.dashboard;

import io.headrace.api.http.Access;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Reply;
import io.headrace.api.http.Route;
import java.util.List;

/** What people and programs read about the API: its description, its problems, and the dashboard's page. */
public final class DocumentCalls {
    private final Reply openapi = Reply.json(200, Dashboard.read("/io/headrace/api/openapi.json")).packed(false);
    private final Reply openapiPacked = openapi.packed(true);
    private final Dashboard dashboard = Dashboard.packaged();

    public List<Route> routes() {
        return List.of(
                Route.get("/openapi.json", Access.OPEN, List.of(),
                        call -> call.reply(call.takesGzip() ? openapiPacked : openapi)),
                Route.get("/problems/{name}", Access.OPEN, List.of(), call -> call.reply(problem(call))),
                Route.get("/", Access.OPEN, List.of(), call -> call.reply(dashboard.page(call)))
                        .answering("text/html"));
    }

    private static Reply problem(HttpCall call) {
        ProblemType type = ProblemType.ofSlug(call.pathParam("name")).orElseThrow(
                () -> ProblemType.NO_SUCH_ROUTE.problem("there is no problem of this name"));
        return Reply.json(200, out -> {
            out.text("type", "/problems/" + type.slug());
            out.text("title", type.title());
            out.number("status", type.status());
            out.text("help", type.help());
        });
    }
}
