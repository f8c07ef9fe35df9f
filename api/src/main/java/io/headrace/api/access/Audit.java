package io.headrace.api.access;

import io.headrace.HeadraceException;
import io.headrace.access.AccessStore;
import io.headrace.access.AuditAction;
import io.headrace.access.AuditEntry;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.Reply;
import java.util.StringJoiner;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down what operators did: in the broker, where every process can read it, and in the log of this process, which
 * survives the broker. What was refused was not done and is not written down.
 */
public record Audit(AccessStore store, Endpoints endpoints) {
    /** Under a name of its own, so that it can be sent elsewhere and kept longer. */
    private static final Logger LOG = LoggerFactory.getLogger("io.headrace.audit");

    /** A call that changes something, and says what when it is not all in its address. */
    public interface Act {
        Reply run(HttpCall call, byte[] body, AuditDraft draft);
    }

    /** An endpoint without a body, written down when it is done. */
    public Consumer<HttpCall> blocking(AuditAction action, BiFunction<HttpCall, AuditDraft, Reply> act) {
        BiFunction<HttpCall, byte[], Reply> audited = audited(action, (call, body, draft) -> act.apply(call, draft));
        return endpoints.blocking(call -> audited.apply(call, new byte[0]));
    }

    /** An endpoint with a body, written down when it is done. */
    public Consumer<HttpCall> withBody(AuditAction action, Act act) {
        return endpoints.withBody(audited(action, act));
    }

    /** The same, for a body that may hold a payload. */
    public Consumer<HttpCall> withPayload(AuditAction action, Act act) {
        return endpoints.withPayload(audited(action, act));
    }

    private BiFunction<HttpCall, byte[], Reply> audited(AuditAction action, Act act) {
        return (call, body) -> run(call, body, new AuditDraft(action, call), act);
    }

    private Reply run(HttpCall call, byte[] body, AuditDraft draft, Act act) {
        Reply reply;
        try {
            reply = act.run(call, body, draft);
        } catch (RuntimeException e) {
            if (draft.failed(e)) {
                record(draft.by(call.caller()));
            }
            throw e;
        }
        if (draft.worthTelling()) {
            record(draft.by(call.caller()));
        }
        return reply;
    }

    /** What was done stays done, so a failure to store the entry is no failure of the call. */
    private void record(AuditEntry entry) {
        LOG.info(line(entry));
        try {
            store.record(entry);
        } catch (HeadraceException e) {
            LOG.warn("the entry before is in this log only, as it could not be stored action={} error={}",
                    entry.action().label(), e.getMessage());
        }
    }

    /** What there is to tell, as {@code name=value} pairs. */
    private static String line(AuditEntry entry) {
        StringJoiner line = new StringJoiner(" ");
        tell(line, "action", entry.action().label());
        tell(line, "actor", entry.actor());
        tell(line, "role", entry.role().label());
        tell(line, "address", entry.address());
        tell(line, "queue", entry.queue());
        tell(line, "job", entry.job());
        tell(line, "target", entry.target());
        tell(line, "asked", entry.detail());
        tell(line, "count", entry.count());
        tell(line, "unfinished", entry.more() ? true : null);
        return line.toString();
    }

    private static void tell(StringJoiner line, String name, @Nullable Object value) {
        if (value != null) {
            line.add(name + "=" + value);
        }
    }
}
