package io.headrace.api.socket;

import io.headrace.api.access.Authenticator;
import io.headrace.api.http.Access;
import io.headrace.api.http.Caller;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.headrace.api.live.LiveAdmission;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/live}: turns a request into a WebSocket. Which topics there are and who may hear them is
 * {@link SocketClient}'s.
 */
public final class SocketCall {
    public static final String TEMPLATE = "/v1/live";

    private final SocketTopics topics;
    private final LiveAdmission admission;
    private final Pings pings;
    private final UnidentifiedSockets unidentified = new UnidentifiedSockets();

    public SocketCall(SocketTopics topics, LiveAdmission admission, Pings pings) {
        this.topics = topics;
        this.admission = admission;
        this.pings = pings;
    }

    public void serve(HttpCall call) {
        HttpServerRequest request = call.request();
        requireUpgrade(request);
        Authenticator guard = admission.guard();
        boolean session = Authenticator.session(request) != null;
        if ((session || !guard.asks()) && !Authenticator.ownOrigin(request)) {
            // browsers let every page open WebSockets to everywhere, and read what comes: only the server can tell them
            // apart
            throw ProblemType.FORBIDDEN.problem("a web page of another origin must not listen here", "Origin");
        }
        Optional<String> ticket = call.query().text("ticket");
        boolean shown = session || request.getHeader("Authorization") != null;
        if (guard.asks() && (ticket.isPresent() || !shown)) {
            open(call, null, ticket);
        } else {
            guard.admit(call, Access.ANY, () -> open(call, call.caller(), Optional.empty()));
        }
    }

    private void open(HttpCall call, @Nullable Caller caller, Optional<String> ticket) {
        call.request().toWebSocket()
                .onSuccess(socket -> new SocketClient(call, socket, topics, admission, unidentified, pings)
                        .start(caller, ticket))
                .onFailure(call::fail);
    }

    private static void requireUpgrade(HttpServerRequest request) {
        boolean asked = has(request, "Upgrade", "websocket") && has(request, "Connection", "upgrade")
                && "13".equals(request.getHeader("Sec-WebSocket-Version"))
                && request.getHeader("Sec-WebSocket-Key") != null;
        if (!asked) {
            throw new Problem(ProblemType.UPGRADE_REQUIRED, "this address answers WebSockets of version 13 only",
                    "Upgrade", Map.of("Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Version", "13"));
        }
    }

    private static boolean has(HttpServerRequest request, String header, String word) {
        String value = request.getHeader(header);
        return value != null && value.toLowerCase(Locale.ROOT).matches("(.*[ ,])?" + word + "([ ,].*)?");
    }
}
