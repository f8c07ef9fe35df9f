package io.headrace.api.operate;

import io.headrace.Durability;
import io.headrace.HeadraceException;
import io.headrace.api.access.Authenticator;
import io.headrace.api.http.Access;
import io.headrace.api.http.Cached;
import io.headrace.api.http.ClientMemory;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.GracefulShutdown;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Reply;
import io.headrace.api.http.Route;
import io.headrace.broker.Broker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET /livez} and {@code GET /readyz}: whether the server lives, and whether it can store jobs. */
public final class HealthCalls {
    private static final Duration READINESS_TTL = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(HealthCalls.class);

    private final Authenticator guard;
    private final GracefulShutdown shutdown;
    private final Endpoints endpoints;
    private final Cached<Optional<String>> readiness;
    private Optional<String> lastObjection = Optional.empty();

    /** @param durability that the broker must be able to give */
    public HealthCalls(Broker broker, Durability durability, Authenticator guard, GracefulShutdown shutdown,
            Endpoints endpoints) {
        this.guard = guard;
        this.shutdown = shutdown;
        this.endpoints = endpoints;
        this.readiness = new Cached<>(READINESS_TTL, () -> logged(readiness(broker, durability)));
    }

    public List<Route> routes() {
        return List.of(
                Route.get("/livez", Access.OPEN, List.of(), call -> call.reply(
                        Reply.json(200, out -> out.text("status", "live")))),
                Route.get("/readyz", Access.OPEN, List.of(),
                        endpoints.blocking(ClientMemory.Weight.SMALL, this::ready)));
    }

    /**
     * Tells of it when it has changed, and no louder than it must: an outage has its own warning. Called under the lock
     * of the cache.
     */
    private Optional<String> logged(Optional<String> objection) {
        if (!objection.equals(lastObjection)) {
            objection.ifPresentOrElse(why -> LOG.info("not ready reason={}", why), () -> LOG.info("ready again"));
            lastObjection = objection;
        }
        return objection;
    }

    /** A failure is an answer too, and kept like one: many who ask while the broker hangs wait for it once. */
    private static Optional<String> readiness(Broker broker, Durability durability) {
        try {
            Optional<String> objection = broker.readiness();
            if (objection.isEmpty()) {
                broker.require(durability);
            }
            return objection;
        } catch (HeadraceException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Whether jobs can be stored is for everybody to know, why not for those who show a key. */
    private Reply ready(HttpCall call) {
        Optional<String> reason = shutdown.begun() ? Optional.of("the server is stopping") : readiness.get();
        if (reason.isPresent()) {
            throw ProblemType.NOT_READY.problem(guard.knows(call) ? reason.get()
                    : "the log of this server says why, and so does this call with a key");
        }
        return Reply.json(200, out -> out.text("status", "ready"));
    }
}
