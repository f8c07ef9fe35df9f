package io.headrace.api.access;

import io.headrace.Durations;
import io.headrace.InvalidInput;
import io.headrace.OutcomeUnknown;
import io.headrace.QueueName;
import io.headrace.access.AccessKey;
import io.headrace.access.AccessStore;
import io.headrace.access.AccessStore.AuditPage;
import io.headrace.access.AccessStore.AuditQuery;
import io.headrace.access.AuditAction;
import io.headrace.access.Digest;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import io.headrace.api.http.Access;
import io.headrace.api.http.ClientMemory;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.JsonIn;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Reply;
import io.headrace.api.http.Route;
import io.headrace.api.http.SentValues;
import io.headrace.api.view.AccessJson;
import io.headrace.format.NearestName;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The calls about keys, and about who did what. */
public record AccessCalls(AccessStore store, KeyRing keys, Sessions sessions, Authenticator guard, Audit audit,
        Endpoints endpoints) {
    private static final Set<String> MEMBERS = JsonIn.allowed("name", "role", "queues", "expiresIn");
    private static final Duration MAX_LIFETIME = Duration.ofDays(3650);
    /** What secrets begin with, so that people and scanners know them when they see one. */
    private static final String MARK = "hr_";
    private static final int MAX_PAGE = 200;

    public List<Route> routes() {
        return List.of(
                Route.get("/v1/keys", Access.ADMINISTER, List.of(), endpoints.blocking(e -> list())),
                Route.post("/v1/keys", Access.ADMINISTER, audit.withBody(AuditAction.KEY_CREATE, this::create)),
                Route.delete("/v1/keys/{name}", Access.ADMINISTER,
                        audit.blocking(AuditAction.KEY_REVOKE, this::revoke)),
                Route.get("/v1/audit", Access.OPERATE, List.of("queue", "action", "actor", "cursor", "limit"),
                        endpoints.blocking(ClientMemory.Weight.PAGE, this::audit)));
    }

    private Reply list() {
        List<AccessKey> all = new ArrayList<>(keys.environment());
        all.addAll(store.keys());
        return Reply.json(200, out -> out.objects("keys", all, AccessJson::key));
    }

    /** What a POST asks for. */
    private static final class Wanted {
        @Nullable
        String name;
        @Nullable
        Role role;
        Scope scope = Scope.ALL;
        @Nullable
        Duration lifetime;

        void member(String member, JsonIn in) throws IOException {
            switch (member) {
                case "name" -> name = in.text();
                case "role" -> role = role(in.text());
                case "queues" -> scope = Scope
                        .of(in.texts(Scope.MAX_QUEUES).stream().map(QueueName::new).toList());
                default -> lifetime = in.duration();
            }
        }

        private static Role role(String label) {
            return Role.ofLabel(label).orElseThrow(() -> new InvalidInput("role", "must be one of "
                    + String.join(", ", Role.labels()) + ", was '" + label + "'; "
                    + NearestName.hint(label, Role.labels())));
        }
    }

    private Reply create(HttpCall call, byte[] body, AuditDraft draft) {
        Wanted wanted = new Wanted();
        SentValues sent = JsonIn.read(body, MEMBERS, wanted::member);
        if (wanted.name == null || wanted.role == null) {
            throw new InvalidInput(wanted.name == null ? "name" : "role", "is required");
        }
        if (wanted.lifetime != null
                && (wanted.lifetime.toMillis() < 1_000 || wanted.lifetime.compareTo(MAX_LIFETIME) > 0)) {
            throw sent.inItsWords(new InvalidInput("expiresIn",
                    "must be 1s to 3650d, was " + Durations.format(wanted.lifetime)));
        }
        if (!guard.asks()) {
            throw ProblemType.NO_KEYS_ASKED.problem("nobody is asked for a key here, so another one would say"
                    + " nothing: set HEADRACE_API_KEYS to a first one");
        }
        String name = wanted.name;
        draft.target(name);
        draft.asked(body);
        String secret = MARK + sessions.secret();
        AccessKey key = keys.environment().stream().anyMatch(other -> other.name().equals(name)) ? null
                : store(name, Digest.of(secret), wanted, draft);
        if (key == null) {
            throw ProblemType.KEY_EXISTS.problem("there is a key named '" + name + "' already", "name");
        }
        keys.renew();
        return Reply.json(201, out -> {
            AccessJson.key(out, key);
            out.text("secret", secret);
        }).unstored();
    }

    /** Null when there is one of the name. */
    private @Nullable AccessKey store(String name, Digest secret, Wanted wanted, AuditDraft draft) {
        try {
            return store.create(name, secret, Objects.requireNonNull(wanted.role), wanted.scope, wanted.lifetime)
                    .orElse(null);
        } catch (OutcomeUnknown e) {
            draft.begun();
            throw ProblemType.OUTCOME_UNKNOWN.problem("whether the key '" + name + "' was stored is not known, and its"
                    + " secret was shown to nobody: revoke it and try again", "name");
        }
    }

    private Reply revoke(HttpCall call, AuditDraft draft) {
        String name = call.pathParam("name");
        boolean revoked = store.revoke(name);
        keys.renew();
        if (!revoked) {
            boolean ours = keys.environment().stream().anyMatch(key -> key.name().equals(name));
            throw ProblemType.UNKNOWN_KEY.problem(ours
                    ? "the key '" + name + "' is one of HEADRACE_API_KEYS: take it out there, and start again"
                    : "there is no key named '" + name + "'");
        }
        return Reply.json(200, out -> {
            out.text("name", name);
            out.flag("revoked", true);
        });
    }

    private Reply audit(HttpCall call) {
        AuditAction action = call.query().text("action").map(label -> AuditAction.ofLabel(label).orElseThrow(
                () -> new InvalidInput("action", "must be one of " + String.join(", ", AuditAction.labels()))))
                .orElse(null);
        QueueName queue = call.query().text("queue").map(QueueName::new).orElse(null);
        AuditPage page = store.audit(new AuditQuery(queue, action, call.query().text("actor").orElse(null),
                call.caller().scope(), call.query().text("cursor").orElse(null),
                call.query().number("limit", 50, 1, MAX_PAGE)));
        return Reply.json(200, out -> {
            out.objects("entries", page.entries(), AccessJson::audited);
            page.next().ifPresent(next -> out.text("next", next));
        });
    }
}
