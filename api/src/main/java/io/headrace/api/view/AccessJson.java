package io.headrace.api.view;

import io.headrace.access.AccessKey;
import io.headrace.access.AccessStore.Audited;
import io.headrace.access.AuditAction;
import io.headrace.access.AuditEntry;
import io.headrace.access.Scope;
import io.headrace.api.http.JsonOut;

/** Keys and the audit log as the API shows them: the only place that spells their members. */
public final class AccessJson {
    private AccessJson() {}

    /** Null for every queue. */
    public static void queues(JsonOut out, Scope scope) {
        if (scope.queues().isPresent()) {
            out.texts("queues", scope.queues().get());
        } else {
            out.nothing("queues");
        }
    }

    public static void key(JsonOut out, AccessKey key) {
        out.text("name", key.name());
        out.text("role", key.role().label());
        queues(out, key.scope());
        out.text("from", key.createdAt() == null ? "environment" : "store");
        out.timeIf("createdAt", key.createdAt());
        out.timeIf("expiresAt", key.expiresAt());
    }

    public static void audited(JsonOut out, Audited audited) {
        AuditEntry entry = audited.entry();
        out.text("id", audited.id());
        out.time("at", audited.at());
        out.text("actor", entry.actor());
        out.text("role", entry.role().label());
        out.text("address", entry.address());
        out.text("action", entry.action().label());
        out.textIf("queue", entry.queue());
        out.textIf("job", entry.job());
        out.textIf("target", entry.target());
        if (entry.detail() != null) {
            out.raw(entry.action() == AuditAction.QUEUE_SETTINGS ? "settings" : "filter", entry.detail());
        }
        if (entry.count() != null) {
            out.number("count", entry.count());
        }
        if (entry.more()) {
            out.flag("unfinished", true);
        }
    }
}
