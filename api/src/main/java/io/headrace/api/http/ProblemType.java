package io.headrace.api.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be wrong with a call, each with its status and a stable URI reference {@code /problems/<name>}.
 */
public enum ProblemType {
    MALFORMED_REQUEST(400, "The request is not valid HTTP, or its address is malformed",
            "Look at the address, its percent-escapes, and the Host header."),
    MALFORMED_JSON(400, "The body is not JSON",
            "The detail says at which line and column reading stopped."),
    UNAUTHORIZED(401, "A valid key is needed",
            "Send the secret of a key as 'Authorization: Bearer <secret>', or log in with it: POST /v1/session."),
    FORBIDDEN(403, "The request comes from where it must not",
            "Without keys only programs of the same user on this machine, and root's, are served: other users, host"
                    + " names other than localhost and web pages of other origins are refused; HEADRACE_API_KEYS opens"
                    + " the API to others. With a session, a change must come from a page of this host."),
    NOT_ALLOWED(403, "The key does not allow this",
            "The detail names the role that is needed, or the queues that the key is limited to. Nothing was changed."),
    NO_SUCH_ROUTE(404, "Nothing is at this address",
            "/openapi.json lists every call."),
    UNKNOWN_JOB(404, "There is no such job",
            "No job of this id was accepted, as far as anybody can tell."),
    UNKNOWN_KEY(404, "There is no such key",
            "GET /v1/keys lists those there are. Those of HEADRACE_API_KEYS can only be changed there."),
    UNKNOWN_QUEUE(404, "There is no such queue",
            "A queue exists from its first job or its first PATCH on. With HEADRACE_API_CLOSED_QUEUES=true only a PATCH"
                    + " creates one."),
    UNKNOWN_WORKER(404, "There is no such worker",
            "GET /v1/workers lists those that live. A worker that has been silent"
                    + " for three heartbeats is not one of them."),
    METHOD_NOT_ALLOWED(405, "This address does not answer that method",
            "The Allow header lists those it answers."),
    NOT_ACCEPTABLE(406, "The answer has no form that the Accept header allows",
            "Accept application/json, or text/event-stream for events."),
    TIMEOUT(408, "The body took too long to arrive",
            "HEADRACE_API_BODY_TIMEOUT sets how long it may take."),
    WRONG_STATE(409, "The job's state does not allow this",
            "The detail names the state. Nothing was changed."),
    QUEUE_NOT_EMPTY(409, "The queue holds jobs",
            "The detail counts them. Let them end, cancel, purge or delete them; with ?purge=true all that do not run"
                    + " go with the queue. Nothing was changed."),
    KEY_EXISTS(409, "There is a key of this name",
            "Take another name, or revoke that key first. Nothing was stored."),
    NO_KEYS_ASKED(409, "Nobody is asked for a key here",
            "Keys can be made once HEADRACE_API_KEYS holds a first one. Nothing was stored."),
    DUPLICATE(409, "Another job has the same uniqueKey",
            "Wait until it has ended, or cancel it. Nothing was changed."),
    GONE(410, "The job has ended and its record has expired",
            "The queue's retention and maxKept, or the job's own retention, say how long it is kept."),
    PAYLOAD_TOO_LARGE(413, "The payload or the body is too large",
            "Put large data elsewhere and send its address."),
    URI_TOO_LONG(414, "The request line is too long",
            "Send less in the query."),
    UNSUPPORTED_MEDIA_TYPE(415, "The Content-Type is missing or not one that is read here",
            "Send application/json; a batch can also be application/x-ndjson. Bodies are not decompressed."),
    INVALID_FIELD(422, "A name or a value is not allowed",
            "The member 'field' names it and the detail says what is allowed. Nothing was stored."),
    IDEMPOTENCY_CONFLICT(422, "The Idempotency-Key was used before with another request",
            "Take a new key for a new job. Nothing was stored."),
    BACKLOG_FULL(429, "The queue holds as many jobs as it may",
            "Nothing was stored. Send it again after the time in Retry-After."),
    TOO_MANY_ATTEMPTS(429, "Too many logins or tickets",
            "Wait for the time in Retry-After."),
    UPGRADE_REQUIRED(426, "Only WebSockets are answered here",
            "Connect with a WebSocket client; GET /v1/events tells the same over plain HTTP."),
    HEADERS_TOO_LARGE(431, "The headers are too long",
            "Send fewer or shorter ones."),
    INTERNAL(500, "Something went wrong inside the server",
            "Its log tells more, under the incident that the detail names."),
    BROKER_UNAVAILABLE(503, "The broker cannot be reached or cannot store",
            "Nothing was stored. Send it again after the time in Retry-After."),
    OUTCOME_UNKNOWN(503, "Whether the job was stored is not known",
            "The connection to the broker died before its answer, or the job was not as durable as asked in time. Sent"
                    + " again with the same Idempotency-Key the job is stored once;"
                    + " sent again without one it may run twice."),
    DURABILITY_UNAVAILABLE(503, "The broker cannot give the durability that was asked for",
            "Nothing was stored. The detail says what is missing;"
                    + " ask for less with 'Prefer: durability=', or mend it."),
    DATA_DAMAGED(503, "Stored data is damaged",
            "Something else is at a key of the broker than what belongs there; the detail names it. Other queues work."
                    + " 'headrace doctor' tells what to do."),
    OVERLOADED(503, "There is no room for this now",
            "Send it again after the time in Retry-After."),
    NOT_READY(503, "Jobs cannot be stored now", "The detail says why.");

    private final int status;
    private final String title;
    private final String help;

    ProblemType(int status, String title, String help) {
        this.status = status;
        this.title = title;
        this.help = help;
    }

    public int status() {
        return status;
    }

    /** What is wrong, the same words every time. */
    public String title() {
        return title;
    }

    /** What to do about it. */
    public String help() {
        return help;
    }

    /** The last segment of the URI reference. */
    public String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The answer to one call, with the detail that tells it from others. */
    public Problem problem(String detail) {
        return problem(detail, null);
    }

    /** @param field the name of the offending field, header or parameter, when there is one */
    public Problem problem(String detail, @Nullable String field) {
        return new Problem(this, detail, field, status == 503 ? Problem.SOON : Map.of());
    }

    public static Optional<ProblemType> ofSlug(String slug) {
        return Arrays.stream(values()).filter(type -> type.slug().equals(slug)).findFirst();
    }
}
