package io.headrace.api.metrics;

import io.headrace.api.http.Access;
import io.headrace.api.http.Cached;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Reply;
import io.headrace.api.http.Route;
import io.headrace.broker.Overview;
import io.headrace.format.ScrapeFormat;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;

/** {@code GET /metrics}: what Prometheus reads. */
public final class MetricsCall {
    private static final Duration GAUGES_TTL = Duration.ofSeconds(2);

    private final ApiMeters meters;
    private final Access access;
    private final Endpoints endpoints;
    private final Cached<Boolean> gauges;

    /** @param open whether no key is asked for */
    public MetricsCall(ApiMeters meters, Cached<Overview> overview, boolean open, Endpoints endpoints) {
        this.meters = meters;
        this.access = open ? Access.OPEN : Access.VIEW_ALL;
        this.endpoints = endpoints;
        this.gauges = new Cached<>(GAUGES_TTL, () -> meters.ofBroker().refresh(overview::get));
    }

    public List<Route> routes() {
        return List.of(Route.get("/metrics", access, List.of(), endpoints.blocking(this::metrics))
                .answering(ScrapeFormat.TEXT.mediaType()));
    }

    private Reply metrics(HttpCall call) {
        if (!(meters.registry() instanceof PrometheusMeterRegistry prometheus)) {
            throw ProblemType.NO_SUCH_ROUTE.problem("this server keeps no metrics for Prometheus");
        }
        gauges.get();
        String type = ScrapeFormat.accepted(call.header("Accept").orElse(null)).contentType();
        return Reply.text(type, prometheus.scrape(type));
    }
}
