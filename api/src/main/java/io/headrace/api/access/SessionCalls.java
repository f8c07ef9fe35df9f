package io.headrace.api.access;

import io.headrace.Durations;
import io.headrace.InvalidInput;
import io.headrace.access.AccessStore.Kind;
import io.headrace.api.http.Access;
import io.headrace.api.http.Caller;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.JsonIn;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Reply;
import io.headrace.api.http.Route;
import io.headrace.api.view.AccessJson;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls by which a browser, or a program that opens one long connection, trades its key for something
 * shorter-lived.
 */
public final class SessionCalls {
    /** The longest body that is read of somebody who has shown no key yet. */
    private static final int MAX_LOGIN = 4 * 1024;
    private static final int MAX_FAILURES = 10;
    private static final int MAX_SESSIONS = 60;
    private static final int MAX_TICKETS = 600;

    private final Authenticator guard;
    private final Sessions sessions;
    private final Endpoints endpoints;
    /** Keeps keys from being guessed in a browser: by address, those that failed. */
    private final LoginLimit failures;
    /** These keep a key from filling the store, by its name: a session lasts for hours. */
    private final LoginLimit sessionLimit;
    private final LoginLimit ticketLimit;

    public SessionCalls(Authenticator guard, Sessions sessions, Endpoints endpoints, LongSupplier nanoClock) {
        this.guard = guard;
        this.sessions = sessions;
        this.endpoints = endpoints;
        this.failures = new LoginLimit(MAX_FAILURES, "too many logins from your address failed", nanoClock);
        this.sessionLimit = new LoginLimit(MAX_SESSIONS,
                "too many sessions were begun with your key; a session lasts 12 hours",
                nanoClock);
        this.ticketLimit = new LoginLimit(MAX_TICKETS, "too many tickets were given to your key", nanoClock);
    }

    public List<Route> routes() {
        return List.of(
                Route.get("/v1/session", Access.ANY, List.of(), e -> e.reply(shown(e.caller()))),
                Route.post("/v1/session", Access.OPEN, endpoints.withBody(MAX_LOGIN, this::begin)),
                Route.delete("/v1/session", Access.ANY, endpoints.blocking(this::end)),
                Route.post("/v1/live/tickets", Access.ANY, endpoints.blocking(this::ticket)));
    }

    private Reply shown(Caller caller) {
        return Reply.json(200, out -> {
            out.text("name", caller.name());
            out.text("role", caller.role().label());
            AccessJson.queues(out, caller.scope());
            out.flag("keys", guard.asks());
        }).unstored();
    }

    private Reply begin(HttpCall call, byte[] body) {
        String key = key(body);
        String address = call.address();
        Authenticator.checkOrigin(call.request());
        if (!guard.asks()) {
            return shown(Caller.local(address));
        }
        failures.check(address);
        Caller caller = guard.bySecret(key, address).orElseThrow(() -> {
            failures.count(address);
            return ProblemType.UNAUTHORIZED.problem("the key is not known", "key");
        });
        sessionLimit.take(caller.name());
        String secret = sessions.issue(Kind.SESSION, caller);
        return shown(caller).with("Set-Cookie", cookie(call, secret, Sessions.SESSION.toSeconds()));
    }

    private static String key(byte[] body) {
        @Nullable
        String[] key = {null};
        JsonIn.read(body, Set.of("key"), (name, in) -> key[0] = in.text());
        if (key[0] == null || key[0].isEmpty()) {
            throw new InvalidInput("key", "is required");
        }
        return key[0];
    }

    /** Behind a proxy that ends TLS, its header tells that the browser came by https. */
    private static String cookie(HttpCall call, String value, long seconds) {
        boolean secure = call.request().isSSL()
                || call.header("X-Forwarded-Proto").filter("https"::equalsIgnoreCase).isPresent();
        return Authenticator.COOKIE + "=" + value + "; Path=/; Max-Age=" + seconds + "; HttpOnly; SameSite=Strict"
                + (secure ? "; Secure" : "");
    }

    private Reply end(HttpCall call) {
        String secret = Authenticator.session(call.request());
        if (secret != null) {
            sessions.end(secret);
        }
        return Reply.json(200, out -> out.flag("ended", secret != null)).with("Set-Cookie", cookie(call, "", 0))
                .unstored();
    }

    private Reply ticket(HttpCall call) {
        ticketLimit.take(call.caller().name());
        String ticket = sessions.issue(Kind.TICKET, call.caller());
        return Reply.json(200, out -> {
            out.text("ticket", ticket);
            out.text("expiresIn", Durations.format(Sessions.TICKET));
        }).unstored();
    }
}
