package io.headrace.api;

import io.headrace.BrokerOperator;
import io.headrace.BrokerOperator.Minute;
import io.headrace.BrokerOperator.Overview;
import io.headrace.QueueName;
import java.util.List;

/** The calls that show much at once: all queues now, or one queue over time. */
final class OverviewCalls {
    private static final int MAX_MINUTES = 1440;
    private static final int MINUTES = 60;

    private final BrokerOperator operator;
    private final Cached<Overview> overview;
    private final Calls calls;

    OverviewCalls(Services services) {
        this.operator = services.operator();
        this.overview = services.overview();
        this.calls = new Calls(services);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/overview", Access.VIEW, List.of(), calls.blocking(this::overview)),
                Route.get("/v1/queues/{queue}/history", Access.VIEW, List.of("minutes"),
                        calls.blocking(this::history)));
    }

    private Reply overview(Exchange exchange) {
        Overview now = exchange.caller().visible(overview.get());
        return Reply.json(200, out -> OperatorJson.overview(out, now));
    }

    private Reply history(Exchange exchange) {
        QueueName queue = exchange.queue();
        int minutes = exchange.query("minutes", MINUTES, 1, MAX_MINUTES);
        calls.known(queue);
        List<Minute> history = operator.history(queue, minutes);
        return Reply.json(200, out -> {
            out.text("queue", queue.value());
            out.objects("minutes", history, OperatorJson::minute);
        });
    }
}
