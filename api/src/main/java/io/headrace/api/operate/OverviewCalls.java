package io.headrace.api.operate;

import io.headrace.InvalidInput;
import io.headrace.QueueName;
import io.headrace.api.http.Access;
import io.headrace.api.http.Cached;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.Reply;
import io.headrace.api.http.Route;
import io.headrace.api.view.OperatorJson;
import io.headrace.broker.MinuteCounts;
import io.headrace.broker.Overview;
import io.headrace.broker.Queues;
import java.util.List;

/** The calls that show much at once: all queues now, or one queue over time. */
public record OverviewCalls(Queues queues, Cached<Overview> overview, Endpoints endpoints) {
    private static final int MAX_MINUTES = 1440;
    private static final int MINUTES = 60;
    private static final int MAX_BUCKET = 60;

    public List<Route> routes() {
        return List.of(
                Route.get("/v1/overview", Access.VIEW, List.of(), endpoints.blocking(this::overview)),
                Route.get("/v1/queues/{queue}/history", Access.VIEW, List.of("minutes", "bucket"),
                        endpoints.blocking(this::history)));
    }

    private Reply overview(HttpCall call) {
        Overview now = call.caller().visible(overview.get());
        return Reply.json(200, out -> OperatorJson.overview(out, now));
    }

    private Reply history(HttpCall call) {
        QueueName queue = call.queue();
        int minutes = call.query().number("minutes", MINUTES, 1, MAX_MINUTES);
        int bucket = call.query().number("bucket", 1, 1, MAX_BUCKET);
        if (minutes % bucket != 0) {
            throw new InvalidInput("bucket", "must divide minutes, which are " + minutes + ", was " + bucket);
        }
        Endpoints.known(queues, queue);
        List<MinuteCounts> history = HistoryBuckets.of(queues.history(queue, minutes), bucket);
        return Reply.json(200, out -> {
            out.text("queue", queue.value());
            out.number("bucket", bucket);
            out.objects("minutes", history, OperatorJson::minute);
        });
    }
}
