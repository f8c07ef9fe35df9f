package io.headrace.api;

import io.headrace.QueueName;
import io.headrace.access.AccessStore;
import io.headrace.api.access.AccessCalls;
import io.headrace.api.access.Audit;
import io.headrace.api.access.Authenticator;
import io.headrace.api.access.SessionCalls;
import io.headrace.api.dashboard.Dashboard;
import io.headrace.api.dashboard.DocumentCalls;
import io.headrace.api.http.Access;
import io.headrace.api.http.CachedByQueue;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.GracefulShutdown;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Reply;
import io.headrace.api.http.Route;
import io.headrace.api.live.EventStream;
import io.headrace.api.live.JobEvents;
import io.headrace.api.live.JobFeeds;
import io.headrace.api.live.JobWaits;
import io.headrace.api.live.LiveAdmission;
import io.headrace.api.live.OverviewEvents;
import io.headrace.api.metrics.MetricsCall;
import io.headrace.api.operate.DeadCalls;
import io.headrace.api.operate.HealthCalls;
import io.headrace.api.operate.JobCalls;
import io.headrace.api.operate.OverviewCalls;
import io.headrace.api.operate.QueueCalls;
import io.headrace.api.operate.ScalingCall;
import io.headrace.api.operate.ServiceTime;
import io.headrace.api.operate.WhyCall;
import io.headrace.api.operate.WorkerCalls;
import io.headrace.api.socket.SocketCall;
import io.headrace.api.socket.SocketTopics;
import io.headrace.api.submit.BatchCall;
import io.headrace.api.submit.EnqueueCall;
import io.headrace.api.submit.KnownQueues;
import io.headrace.api.submit.SubmitLimits;
import io.headrace.api.view.JobJson;
import io.headrace.broker.Broker;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Every call of the API, and the way from an address to it. */
final class Routes {
    private static final Duration SERVICE_TIME_TTL = Duration.ofSeconds(5);

    private final Authenticator guard;
    private final GracefulShutdown shutdown;
    private final List<Route> all;
    private final Dashboard dashboard = Dashboard.packaged();

    Routes(ApiParts parts) {
        this.guard = parts.guard;
        this.shutdown = parts.shutdown;
        ApiConfig config = parts.config;
        Endpoints endpoints = new Endpoints(parts.blocking, config.maxPayload(), config.bodyTimeout());
        Audit audit = new Audit(parts.broker.access(), endpoints);
        JobJson jobJson = new JobJson(config.redactor());
        KnownQueues known = new KnownQueues(config.closedQueues(), parts.broker.queues(), parts.blocking,
                System::nanoTime);
        // the busiest are tried first
        this.all = together(List.of(ofJobs(parts, endpoints, audit, jobJson, known),
                ofOperators(parts, endpoints, audit, jobJson, known), ofAccess(parts, endpoints, audit),
                ofServer(parts, endpoints)));
    }

    private static List<Route> together(List<List<Route>> parts) {
        return parts.stream().flatMap(List::stream).toList();
    }

    private static List<Route> ofJobs(ApiParts parts, Endpoints endpoints, Audit audit, JobJson jobJson,
            KnownQueues known) {
        ApiConfig config = parts.config;
        SubmitLimits limits = new SubmitLimits(config.maxPayload(), config.maxBatch(), config.maxBatchJobs(),
                config.batchInFlight(), config.bodyTimeout(), config.durability());
        JobWaits waits = new JobWaits(parts.broker, parts.changes, parts.blocking, parts.waiters);
        EnqueueCall enqueue = new EnqueueCall(parts.broker, known, parts.meters, jobJson, waits, limits);
        BatchCall batch = new BatchCall(parts.broker, known, parts.meters, limits);
        return together(List.of(List.of(Route.post("/v1/queues/{queue}/jobs", Access.SUBMIT, enqueue::serve),
                Route.post("/v1/queues/{queue}/jobs:batch", Access.SUBMIT, batch::serve)),
                new JobCalls(parts.broker, parts.broker.jobs(), jobJson, waits, audit, endpoints).routes(),
                live(parts, jobJson)));
    }

    private static List<Route> live(ApiParts parts, JobJson jobJson) {
        LiveAdmission admission = new LiveAdmission(parts.waiters, parts.guard, parts.meters);
        JobFeeds feeds = new JobFeeds(parts.broker, parts.broker.jobs(), jobJson, parts.changes, parts.blocking);
        SocketCall socket = new SocketCall(new SocketTopics(parts.live, feeds), admission, parts.pings);
        return List.of(
                Route.get("/v1/jobs/{id}/events", Access.FOLLOW, List.of(), new JobEvents(feeds, admission)::serve)
                        .answering(EventStream.MEDIA_TYPE),
                Route.get("/v1/events", Access.VIEW, List.of("queue", "changes"),
                        new OverviewEvents(parts.live, admission)::serve).answering(EventStream.MEDIA_TYPE),
                Route.get(SocketCall.TEMPLATE, Access.OPEN, List.of("ticket"), socket::serve));
    }

    private static List<Route> ofOperators(ApiParts parts, Endpoints endpoints, Audit audit, JobJson jobJson,
            KnownQueues known) {
        Broker broker = parts.broker;
        CachedByQueue<Optional<ServiceTime>> serviceTimes = new CachedByQueue<>(SERVICE_TIME_TTL,
                queue -> ServiceTime.of(broker.jobs(), queue));
        return together(
                List.of(new QueueCalls(broker.queues(), broker.jobs(), jobJson, audit, known, endpoints).routes(),
                        new DeadCalls(broker, broker.queues(), broker.jobs(), jobJson, audit, endpoints).routes(),
                        new OverviewCalls(broker.queues(), parts.overview, endpoints).routes(),
                        new WhyCall(broker, broker.queues(), broker.jobs(), broker.workers(), serviceTimes, endpoints)
                                .routes(),
                        new ScalingCall(broker.queues(), broker.workers(), serviceTimes, endpoints).routes(),
                        new WorkerCalls(broker.workers(), audit, endpoints).routes()));
    }

    private static List<Route> ofAccess(ApiParts parts, Endpoints endpoints, Audit audit) {
        AccessStore store = parts.broker.access();
        return together(List.of(new SessionCalls(parts.guard, parts.sessions, endpoints, System::nanoTime).routes(),
                new AccessCalls(store, parts.keys, parts.sessions, parts.guard, audit, endpoints).routes()));
    }

    private static List<Route> ofServer(ApiParts parts, Endpoints endpoints) {
        ApiConfig config = parts.config;
        return together(List.of(
                new HealthCalls(parts.broker, config.durability(), parts.guard, parts.shutdown, endpoints).routes(),
                new MetricsCall(parts.meters, parts.overview, config.openMetrics(), endpoints).routes(),
                new DocumentCalls().routes()));
    }

    List<Route> all() {
        return all;
    }

    /** A router for one loop. */
    Router router(Vertx vertx, EventLoop loop) {
        Router router = Router.router(vertx);
        router.errorHandler(400, context -> new HttpCall(context, loop, shutdown).fail(malformed()));
        router.errorHandler(500, context -> new HttpCall(context, loop, shutdown).fail(failure(context)));
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
                && !route.template().equals(SocketCall.TEMPLATE);
    }

    private void serve(Route route, RoutingContext context, EventLoop loop) {
        HttpCall call = new HttpCall(context, loop, shutdown);
        guard.admit(call, route.access(), () -> {
            call.allowQuery(route.query());
            checkQueue(route, call);
            if (!route.allowedBy(call.request().getHeader("Accept"))) {
                throw ProblemType.NOT_ACCEPTABLE.problem("the answer is " + route.mediaType(), "Accept");
            }
            route.endpoint().accept(call);
        });
    }

    /** Files of the dashboard are no calls, and not in the document that lists these. */
    private void serveAsset(RoutingContext context, EventLoop loop) {
        HttpCall call = new HttpCall(context, loop, shutdown);
        if (call.reads()) {
            guard.admit(call, Access.OPEN, () -> call.reply(dashboard.asset(call)));
        } else {
            refuseMethod(context, loop, Access.OPEN, "GET, HEAD, OPTIONS");
        }
    }

    /** Whoever may not touch a queue learns nothing about it or its jobs, not even whether they exist. */
    private static void checkQueue(Route route, HttpCall call) {
        if (route.access().open() || call.caller().scope().unlimited()) {
            return;
        }
        if (route.template().contains("{queue}")) {
            call.caller().require(call.queue());
        } else if (route.template().startsWith("/v1/jobs/{id}")) {
            call.caller().require(call.job().queue());
        }
        call.query().text("queue").map(QueueName::new).ifPresent(call.caller()::require);
    }

    /** What an address answers is no secret, so {@code OPTIONS} needs no key; it lets no page of another origin in. */
    private void refuseMethod(RoutingContext context, EventLoop loop, Access access, String allow) {
        HttpCall call = new HttpCall(context, loop, shutdown);
        if (call.request().method().equals(HttpMethod.OPTIONS)) {
            guard.admit(call, Access.OPEN, () -> call.reply(Reply.noContent().with("Allow", allow)));
            return;
        }
        guard.admit(call, access, () -> {
            throw new Problem(ProblemType.METHOD_NOT_ALLOWED, call.request().method() + " is not answered here",
                    null, Map.of("Allow", allow));
        });
    }

    private void refuseAddress(RoutingContext context, EventLoop loop) {
        HttpCall call = new HttpCall(context, loop, shutdown);
        guard.admit(call, Access.ANY, () -> {
            throw ProblemType.NO_SUCH_ROUTE.problem("nothing is at this address; /openapi.json lists what there is");
        });
    }

    /** What the router itself finds wrong before it has reached a call. */
    private static Problem malformed() {
        return ProblemType.MALFORMED_REQUEST.problem("the address or the Host header is malformed");
    }

    private static Throwable failure(RoutingContext context) {
        return context.failure() == null ? new IllegalStateException("the router failed") : context.failure();
    }
}
