package io.headrace.api.http;

import io.headrace.BacklogFull;
import io.headrace.BrokerUnavailable;
import io.headrace.CorruptDocument;
import io.headrace.DataDamaged;
import io.headrace.DurabilityUnavailable;
import io.headrace.IdempotencyConflict;
import io.headrace.InvalidInput;
import io.headrace.OutcomeUnknown;
import io.headrace.UnknownQueue;
import io.headrace.runtime.UncaughtError;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An answer that says what is wrong, in the form of RFC 9457. Carries no stack: it is an answer and no bug. */
public final class Problem extends RuntimeException {
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final Logger LOG = LoggerFactory.getLogger(Problem.class);
    private static final long serialVersionUID = 1L;
    private static final String RETRY_AFTER = "Retry-After";
    /** When it is worth trying again after the broker was away: its clients reconnect within about this time. */
    static final Map<String, String> SOON = Map.of(RETRY_AFTER, "2");

    private final ProblemType type;
    private final @Nullable String field;
    private final transient Map<String, String> headers;

    /** {@link ProblemType#problem} makes those that need no headers of their own. */
    public Problem(ProblemType type, String detail, @Nullable String field, Map<String, String> headers) {
        super(detail, null, false, false);
        this.type = type;
        this.field = field;
        this.headers = headers;
    }

    /** The answer to a failure of any kind; what nobody foresaw is logged here, with a number that the answer shows. */
    public static Problem of(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause()
                : failure;
        String detail = String.valueOf(cause.getMessage());
        if (cause instanceof Problem problem) {
            return problem;
        }
        if (cause instanceof InvalidInput invalid) {
            return ProblemType.INVALID_FIELD.problem(detail, invalid.field());
        }
        if (cause instanceof IdempotencyConflict) {
            return ProblemType.IDEMPOTENCY_CONFLICT.problem(detail, "Idempotency-Key");
        }
        if (cause instanceof BacklogFull full) {
            return new Problem(ProblemType.BACKLOG_FULL, detail, null,
                    Map.of(RETRY_AFTER, Long.toString(Math.max(1, full.retryAfter().toSeconds()))));
        }
        ProblemType same = cause instanceof UnknownQueue ? ProblemType.UNKNOWN_QUEUE
                : cause instanceof BrokerUnavailable ? ProblemType.BROKER_UNAVAILABLE
                        : cause instanceof DurabilityUnavailable ? ProblemType.DURABILITY_UNAVAILABLE
                                : cause instanceof DataDamaged ? ProblemType.DATA_DAMAGED : null;
        if (same != null) {
            return same.problem(detail);
        }
        if (cause instanceof OutcomeUnknown) {
            return ProblemType.OUTCOME_UNKNOWN.problem(detail
                    + "; send it again with the same Idempotency-Key if it had one, else look before sending it again");
        }
        if (cause instanceof OutOfMemoryError) {
            if (detail.startsWith("unable to create native thread")) {
                return ProblemType.OVERLOADED.problem("no thread can be started for the call");
            }
            UncaughtError.tell(cause); // which other threads have met it nobody knows
        }
        return internal(cause);
    }

    private static Problem internal(Throwable cause) {
        String incident = UUID.randomUUID().toString();
        LOG.error("a call failed incident={}", incident, cause);
        String what = cause instanceof CorruptDocument ? "a stored document cannot be read" : "an unforeseen failure";
        return ProblemType.INTERNAL.problem(what + "; incident " + incident);
    }

    public ProblemType type() {
        return type;
    }

    /** Headers that belong to the answer, such as Retry-After. */
    Map<String, String> headers() {
        return headers;
    }

    /** Whether it is about the queue or the broker, so that any other job sent now would meet it as well. */
    public boolean concernsEveryJob() {
        return type == ProblemType.BROKER_UNAVAILABLE || type == ProblemType.DURABILITY_UNAVAILABLE
                || type == ProblemType.DATA_DAMAGED
                || type == ProblemType.UNKNOWN_QUEUE;
    }

    public byte[] json() {
        return JsonOut.object(this::write);
    }

    /** Writes the members; the object around them is the caller's. */
    public void write(JsonOut out) {
        out.text("type", "/problems/" + type.slug());
        out.text("title", type.title());
        out.number("status", type.status());
        out.text("detail", String.valueOf(getMessage()));
        out.textIf("field", field);
    }
}
