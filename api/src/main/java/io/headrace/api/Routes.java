package io.headrace.api;

import io.headrace.QueueName;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Every call of the API, and the way from an address to it. */
final class Routes {
    private final Guard guard;
    private final Services services;
    private final List<Route> all;
    private final Dashboard dashboard = Dashboard.packaged();

    /** @param system shared by all loops, as it caches */
    Routes(Services services, SystemCalls system) {
        this.guard = services.guard();
        this.services = services;
        List<Route> routes = new ArrayList<>();
        routes.add(Route.post("/v1/queues/{queue}/jobs", Access.SUBMIT, new EnqueueCall(services)::serve)); // the busiest is tried first
        routes.add(Route.post("/v1/queues/{queue}/jobs:batch", Access.SUBMIT, new BatchCall(services)::serve));
        routes.addAll(new JobCalls(services).routes());
        routes.addAll(new QueueCalls(services).routes());
        routes.addAll(new DeadCalls(services).routes());
        routes.addAll(new OverviewCalls(services).routes());
        routes.addAll(new SessionCalls(services, System::nanoTime).routes());
        routes.addAll(new AccessCalls(services).routes());
        routes.add(Route.get("/v1/events", Access.VIEW, List.of("queue", "changes"), new TicksCall(services)::serve)
                .answering(EventStream.MEDIA_TYPE));
        routes.add(Route.get(LiveCall.TEMPLATE, Access.OPEN, List.of("ticket"), new LiveCall(services)::serve));
        routes.addAll(new WhyCall(services).routes());
        routes.addAll(new ScalingCall(services).routes());
        routes.addAll(new WorkerCalls(services).routes());
        routes.addAll(system.routes());
        this.all = List.copyOf(routes);
    }

    List<Route> all() {
        return all;
    }

    /** A router for one loop. */
    Router router(Vertx vertx, Loop loop) {
        Router router = Router.router(vertx);
        router.errorHandler(400, context -> new Exchange(context, loop, services).fail(malformed()));
        router.errorHandler(500, context -> new Exchange(context, loop, services).fail(failure(context)));
        Map<String, TreeSet<String>> methods = new LinkedHashMap<>();
        for (Route route : all) {
            router.routeWithRegex(route.method(), route.regex()).handler(context -> serve(route, context, loop));
            if (headable(route)) {
                router.routeWithRegex(HttpMethod.HEAD, route.regex()).handler(context -> serve(route, context, loop));
            }
            methods.computeIfAbsent(route.template(), ignored -> new TreeSet<>()).addAll(
                    headable(route) ? List.of("GET", "HEAD", "OPTIONS") : List.of(route.method().name(), "OPTIONS"));
        }
        router.route(Dashboard.ASSETS + "*").handler(context -> serveAsset(context, loop));
        for (Route route : all) {
            String allow = String.join(", ", methods.getOrDefault(route.template(), new TreeSet<>()));
            Access access = route.access().open() ? Access.OPEN : Access.ANY;
            router.routeWithRegex(route.regex()).handler(context -> refuseMethod(context, loop, access, allow));
        }
        router.route().handler(context -> refuseAddress(context, loop));
        return router;
    }

    /** A stream of events has no length or end that its head could tell, nor has a WebSocket. */
    private static boolean headable(Route route) {
        return route.method().equals(HttpMethod.GET) && !route.mediaType().equals(EventStream.MEDIA_TYPE)
                && !route.template().equals(LiveCall.TEMPLATE);
    }

    private void serve(Route route, RoutingContext context, Loop loop) {
        Exchange exchange = new Exchange(context, loop, services);
        exchange.guarded(() -> guard.admit(exchange, route.access(), () -> {
            exchange.allowQuery(route.query());
            checkQueue(route, exchange);
            if (!route.allowedBy(exchange.request().getHeader("Accept"))) {
                throw new Problem(ProblemType.NOT_ACCEPTABLE, "the answer is " + route.mediaType(), "Accept");
            }
            route.endpoint().accept(exchange);
        }));
    }

    /** Files of the dashboard are no calls, and not in the document that lists these. */
    private void serveAsset(RoutingContext context, Loop loop) {
        Exchange exchange = new Exchange(context, loop, services);
        if (exchange.reads()) {
            exchange.guarded(() -> guard.admit(exchange, Access.OPEN,
                    () -> exchange.reply(dashboard.asset(exchange))));
        } else {
            refuseMethod(context, loop, Access.OPEN, "GET, HEAD, OPTIONS");
        }
    }

    /** Whoever may not touch a queue learns nothing about it or its jobs, not even whether they exist. */
    private static void checkQueue(Route route, Exchange exchange) {
        if (route.access().open() || exchange.caller().scope().unlimited()) {
            return;
        }
        if (route.template().contains("{queue}")) {
            exchange.caller().require(exchange.queue());
        } else if (route.template().startsWith("/v1/jobs/{id}")) {
            exchange.caller().require(exchange.job());
        }
        exchange.query("queue").map(QueueName::new).ifPresent(exchange.caller()::require);
    }

    /** What an address answers is no secret, so {@code OPTIONS} needs no key; it lets no page of another origin in. */
    private void refuseMethod(RoutingContext context, Loop loop, Access access, String allow) {
        Exchange exchange = new Exchange(context, loop, services);
        if (exchange.request().method().equals(HttpMethod.OPTIONS)) {
            exchange.guarded(() -> guard.admit(exchange, Access.OPEN,
                    () -> exchange.reply(Reply.noContent().with("Allow", allow))));
            return;
        }
        exchange.guarded(() -> guard.admit(exchange, access, () -> {
            throw new Problem(ProblemType.METHOD_NOT_ALLOWED, exchange.request().method() + " is not answered here",
                    null,
                    Map.of("Allow", allow));
        }));
    }

    private void refuseAddress(RoutingContext context, Loop loop) {
        Exchange exchange = new Exchange(context, loop, services);
        exchange.guarded(() -> guard.admit(exchange, Access.ANY, () -> {
            throw new Problem(ProblemType.NO_SUCH_ROUTE,
                    "nothing is at this address; /openapi.json lists what there is",
                    null);
        }));
    }

    /** What the router itself finds wrong before it has reached a call. */
    private static Problem malformed() {
        return new Problem(ProblemType.MALFORMED_REQUEST, "the address or the Host header is malformed", null);
    }

    private static Throwable failure(RoutingContext context) {
        return context.failure() == null ? new IllegalStateException("the router failed") : context.failure();
    }
}
