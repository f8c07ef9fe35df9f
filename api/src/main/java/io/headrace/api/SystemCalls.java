package io.headrace.api;

import io.headrace.BrokerOperator;
import io.headrace.Durability;
import io.headrace.HeadraceException;
import io.headrace.ScrapeFormat;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls about the server itself. Shared by all loops. */
final class SystemCalls {
    private static final Duration GAUGES_TTL = Duration.ofSeconds(2);
    private static final Duration READINESS_TTL = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(SystemCalls.class);

    private final Services services;
    private final Calls calls;
    private Optional<String> lastObjection = Optional.empty();
    private final Reply openapi = Reply.text(Reply.JSON, resource("/io/headrace/api/openapi.json")).packed(false);
    private final Reply openapiPacked = openapi.packed(true);
    private final Dashboard dashboard = Dashboard.packaged();
    private final Cached<Optional<String>> readiness;
    private final Cached<Boolean> gauges;

    SystemCalls(Services services) {
        this.services = services;
        this.calls = new Calls(services);
        BrokerOperator operator = services.operator();
        this.readiness = new Cached<>(READINESS_TTL,
                () -> logged(readiness(operator, services.config().durability())));
        this.gauges = new Cached<>(GAUGES_TTL, () -> services.meters().ofBroker().refresh(services.overview()::get));
    }

    List<Route> routes() {
        return List.of(
                Route.get("/livez", Access.OPEN, List.of(), exchange -> exchange.reply(
                        Reply.json(200, out -> out.text("status", "live")))),
                Route.get("/readyz", Access.OPEN, List.of(), calls.blocking(Room.Weight.SMALL, this::ready)),
                Route.get("/metrics", services.config().openMetrics() ? Access.OPEN : Access.VIEW_ALL, List.of(),
                        calls.blocking(this::metrics)).answering(ScrapeFormat.TEXT.mediaType()),
                Route.get("/openapi.json", Access.OPEN, List.of(),
                        exchange -> exchange.reply(exchange.takesGzip() ? openapiPacked : openapi)),
                Route.get("/problems/{name}", Access.OPEN, List.of(), exchange -> exchange.reply(problem(exchange))),
                Route.get("/", Access.OPEN, List.of(), exchange -> exchange.reply(dashboard.page(exchange)))
                        .answering("text/html"));
    }

    /** Tells of it when it has changed, and no louder than it must: an outage has its own warning. Called under the lock of the cache. */
    private Optional<String> logged(Optional<String> objection) {
        if (!objection.equals(lastObjection)) {
            objection.ifPresentOrElse(why -> LOG.info("not ready reason={}", why), () -> LOG.info("ready again"));
            lastObjection = objection;
        }
        return objection;
    }

    /** A failure is an answer too, and kept like one: many who ask while the broker hangs wait for it once. */
    private static Optional<String> readiness(BrokerOperator operator, Durability durability) {
        try {
            Optional<String> objection = operator.readiness();
            if (objection.isEmpty()) {
                operator.require(durability);
            }
            return objection;
        } catch (HeadraceException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Whether jobs can be stored is for everybody to know, why not for those who show a key. */
    private Reply ready(Exchange exchange) {
        Optional<String> reason = services.leaving().begun() ? Optional.of("the server is stopping") : readiness.get();
        if (reason.isPresent()) {
            throw new Problem(ProblemType.NOT_READY, services.guard().knows(exchange) ? reason.get()
                    : "the log of this server says why, and so does this call with a key", null);
        }
        return Reply.json(200, out -> out.text("status", "ready"));
    }

    private Reply metrics(Exchange exchange) {
        if (!(services.meters().registry() instanceof PrometheusMeterRegistry prometheus)) {
            throw new Problem(ProblemType.NO_SUCH_ROUTE, "this server keeps no metrics for Prometheus", null);
        }
        gauges.get();
        String type = ScrapeFormat.accepted(exchange.header("Accept").orElse(null)).contentType();
        return Reply.text(type, prometheus.scrape(type));
    }

    private static Reply problem(Exchange exchange) {
        ProblemType type = ProblemType.ofSlug(exchange.pathParam("name")).orElseThrow(
                () -> new Problem(ProblemType.NO_SUCH_ROUTE, "there is no problem of this name", null));
        return Reply.json(200, out -> {
            out.text("type", "/problems/" + type.slug());
            out.text("title", type.title());
            out.number("status", type.status());
            out.text("help", type.help());
        });
    }

    private static String resource(String name) {
        try (InputStream in = SystemCalls.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program was packaged without " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }
}
