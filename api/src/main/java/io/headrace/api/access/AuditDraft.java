package io.headrace.api.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.headrace.DeathCause;
import io.headrace.Failure;
import io.headrace.JobId;
import io.headrace.Json;
import io.headrace.OutcomeUnknown;
import io.headrace.QueueName;
import io.headrace.access.AuditAction;
import io.headrace.access.AuditEntry;
import io.headrace.api.http.Caller;
import io.headrace.api.http.HttpCall;
import io.headrace.format.JsonFormat;
import org.jspecify.annotations.Nullable;

/** The entry of the audit log about a call, while that runs. Filled by the thread that runs the call. */
public final class AuditDraft {
    /** A longer request is told by its length only. */
    private static final int MAX_DETAIL = 2_000;

    private final AuditAction action;
    private @Nullable QueueName queue;
    private @Nullable JobId job;
    private @Nullable String target;
    private @Nullable Json detail;
    private @Nullable Long count;
    private boolean more;
    private boolean nothing;
    private boolean begun;
    private boolean done;

    /** What the address of the call says it is about. */
    AuditDraft(AuditAction action, HttpCall call) {
        this.action = action;
        switch (action) {
            case JOB_CANCEL, JOB_RETRY, JOB_RUN_NOW -> {
                job = call.job();
                queue = job.queue();
            }
            case WORKER_QUIET, WORKER_RESUME -> target = call.pathParam("id");
            case KEY_REVOKE -> target = call.pathParam("name");
            case KEY_CREATE -> { // its name is in the body
            }
            default -> queue = call.queue();
        }
    }

    /** Whom or what it concerns, when that is neither a queue nor a job. */
    void target(String name) {
        this.target = name;
    }

    /** What was asked for: the body, which has been read and found to be in order. */
    public void asked(byte[] body) {
        if (body.length > 0) {
            detail = body.length <= MAX_DETAIL ? Json.of(Json.trusted(body).as(JsonNode.class))
                    : Json.parse("{\"bytes\":" + body.length + "}");
        }
    }

    /** What the jobs of a group died of, told by one of them: when they are gone, a fingerprint tells nobody. */
    public void group(DeathCause sample) {
        ObjectNode told = detail == null ? JsonFormat.mapper().createObjectNode() : detail.as(ObjectNode.class);
        told.put("groupType", sample.type().value());
        Failure error = sample.error();
        detail = Json.of(told.put("groupError", error == null ? "unknown" : error.type()));
    }

    /** What was asked for, in the words of the log. */
    public void detail(Json asked) {
        this.detail = asked;
    }

    /** How many jobs were changed so far. */
    public void count(long jobs) {
        this.count = jobs;
    }

    /** A part of it is done, or may be; the entry will tell of it, whatever becomes of the rest. */
    public void begun() {
        this.begun = true;
    }

    /** All of it is done; the entry will tell of it, whatever becomes of the answer. */
    public void done() {
        this.done = true;
    }

    /** Something is left to do. */
    public void unfinished() {
        this.more = true;
    }

    /** Nothing was changed, so there is nothing to tell. */
    public void nothing() {
        this.nothing = true;
    }

    boolean worthTelling() {
        return !nothing;
    }

    /** Whether it is worth telling although it failed: something was changed before, or may have been. */
    boolean failed(RuntimeException why) {
        if (done || nothing) {
            return done;
        }
        more = true;
        return begun || (count != null && count > 0) || why instanceof OutcomeUnknown;
    }

    AuditEntry by(Caller caller) {
        return new AuditEntry(caller.name(), caller.role(), caller.address(), action, queue, job, target, detail, count,
                more);
    }
}
