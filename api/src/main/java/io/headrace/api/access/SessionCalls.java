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
    private final Sessions passes;
    private final Endpoints calls;
    /** Keeps keys from being guessed in a browser: by address, those that failed. */
    private final LoginLimit failures;
    /** These keep a key from filling the store, by its name: a session lasts for hours. */
    private final LoginLimit sessions;
    private final LoginLimit tickets;

    public SessionCalls(Authenticator guard, Sessions passes, Endpoints calls, LongSupplier nanoClock) {
        this.guard = guard;
        this.passes = passes;
        this.calls = calls;
        this.failures = new LoginLimit(MAX_FAILURES, "too many logins from your address failed", nanoClock);
        this.sessions = new LoginLimit(MAX_SESSIONS,
                "too many sessions were begun with your key; a session lasts 12 hours",
                nanoClock);
        this.tickets = new LoginLimit(MAX_TICKETS, "too many tickets were given to your key", nanoClock);
    }

    public List<Route> routes() {
        return List.of(
                Route.get("/v1/session", Access.ANY, List.of(), e -> e.reply(shown(e.caller()))),
                Route.post("/v1/session", Access.OPEN, calls.withBody(MAX_LOGIN, this::begin)),
                Route.delete("/v1/session", Access.ANY, calls.blocking(this::end)),
                Route.post("/v1/live/tickets", Access.ANY, calls.blocking(this::ticket)));
    }

    private Reply shown(Caller caller) {
        return Reply.json(200, out -> {
            out.text("name", caller.name());
            out.text("role", caller.role().label());
            AccessJson.queues(out, caller.scope());
            out.flag("keys", guard.asks());
        }).unstored();
    }

    private Reply begin(HttpCall exchange, byte[] body) {
        String key = key(body);
        String address = exchange.address();
        Authenticator.checkOrigin(exchange.request());
        if (!guard.asks()) {
            return shown(Caller.local(address));
        }
        failures.check(address);
        Caller caller = guard.bySecret(key, address).orElseThrow(() -> {
            failures.count(address);
            return ProblemType.UNAUTHORIZED.problem("the key is not known", "key");
        });
        sessions.take(caller.name());
        String secret = passes.issue(Kind.SESSION, caller);
        return shown(caller).with("Set-Cookie", cookie(exchange, secret, Sessions.SESSION.toSeconds()));
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
    private static String cookie(HttpCall exchange, String value, long seconds) {
        boolean secure = exchange.request().isSSL()
                || exchange.header("X-Forwarded-Proto").filter("https"::equalsIgnoreCase).isPresent();
        return Authenticator.COOKIE + "=" + value + "; Path=/; Max-Age=" + seconds + "; HttpOnly; SameSite=Strict"
                + (secure ? "; Secure" : "");
    }

    private Reply end(HttpCall exchange) {
        String secret = Authenticator.session(exchange.request());
        if (secret != null) {
            passes.end(secret);
        }
        return Reply.json(200, out -> out.flag("ended", secret != null)).with("Set-Cookie", cookie(exchange, "", 0))
                .unstored();
    }

    private Reply ticket(HttpCall exchange) {
        tickets.take(exchange.caller().name());
        String ticket = passes.issue(Kind.TICKET, exchange.caller());
        return Reply.json(200, out -> {
            out.text("ticket", ticket);
            out.text("expiresIn", Durations.format(Sessions.TICKET));
        }).unstored();
    }
}
