package io.headrace.api.submit;

import io.headrace.Backoff;
import io.headrace.Idempotency;
import io.headrace.InvalidInput;
import io.headrace.JobSpec;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.api.http.JsonIn;
import io.headrace.api.http.Problem;
import io.headrace.api.http.SentValues;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of a submission, read in one pass; the payload is cut out of the bytes as it is. Used once, by one thread.
 */
final class JobRequest {
    private static final Set<String> MEMBERS = JsonIn.allowed("type", "payload", "priority", "delay", "runAt",
            "expiresIn",
            "timeout", "maxRetries", "backoff", "uniqueKey", "retention");
    private static final Set<String> BACKOFF_MEMBERS = JsonIn.allowed("kind", "base", "cap");

    private final int maxPayload;
    private @Nullable JobType type;
    private Json payload = Json.NULL;
    private Priority priority = Priority.NORMAL;
    private @Nullable Duration delay;
    private @Nullable Instant runAt;
    private @Nullable Duration expiresIn;
    private @Nullable Duration timeout;
    private @Nullable Integer maxRetries;
    private @Nullable Backoff backoff;
    private @Nullable String uniqueKey;
    private @Nullable Duration retention;

    private JobRequest(int maxPayload) {
        this.maxPayload = maxPayload;
    }

    /**
     * Reads a submission.
     *
     * @throws Problem when it is not JSON, or the payload is larger than may be
     * @throws InvalidInput when a member is not allowed
     */
    static NewJob read(JobDefaults defaults, byte[] body, @Nullable Idempotency idempotency, boolean awaited) {
        JobRequest request = new JobRequest(defaults.maxPayload());
        SentValues sent = JsonIn.read(body, MEMBERS, request::member);
        if (request.type == null) {
            throw new InvalidInput("type", "is required: it says which handler runs the job");
        }
        return sent.made(() -> request.job(defaults, idempotency, awaited));
    }

    private NewJob job(JobDefaults defaults, @Nullable Idempotency idempotency, boolean awaited) {
        JobType known = Objects.requireNonNull(type);
        JobSpec spec = new JobSpec(known, payload, timeout, maxRetries, backoff, expiresIn, uniqueKey, retention,
                defaults.traceparent());
        return new NewJob(defaults.queue(), priority, spec, delay, runAt, idempotency, defaults.durability(), awaited);
    }

    private void member(String name, JsonIn in) throws IOException {
        switch (name) {
            case "type" -> type = new JobType(in.text());
            case "payload" -> payload = in.slice(maxPayload);
            case "priority" -> priority = Priority.ofLabel(in.text());
            case "delay" -> delay = in.duration();
            case "runAt" -> runAt = in.time();
            case "expiresIn" -> expiresIn = in.duration();
            case "timeout" -> timeout = in.duration();
            case "maxRetries" -> maxRetries = (int) in.whole(0, JobSpec.MAX_RETRIES);
            case "backoff" -> backoff = backoff(in);
            case "uniqueKey" -> uniqueKey = encodable(in.text());
            default -> retention = in.duration();
        }
    }

    private static String encodable(String key) {
        for (int i = 0; i < key.length(); i++) {
            boolean pair = i + 1 < key.length() && Character.isSurrogatePair(key.charAt(i), key.charAt(i + 1));
            if (Character.isISOControl(key.charAt(i)) || (Character.isSurrogate(key.charAt(i)) && !pair)) {
                throw new InvalidInput("uniqueKey",
                        "must be text without control characters and halves of surrogate pairs");
            }
            i += pair ? 1 : 0;
        }
        return key;
    }

    private static Backoff backoff(JsonIn in) throws IOException {
        BackoffRequest read = new BackoffRequest();
        in.object(BACKOFF_MEMBERS, read::member);
        Duration base = read.base == null ? Backoff.DEFAULT.base() : read.base;
        Duration cap = read.cap != null ? read.cap
                : base.compareTo(Backoff.DEFAULT.cap()) > 0 ? base : Backoff.DEFAULT.cap();
        return new Backoff(read.kind, base, cap);
    }

    private static final class BackoffRequest {
        private Backoff.Kind kind = Backoff.DEFAULT.kind();
        private @Nullable Duration base;
        private @Nullable Duration cap;

        void member(String name, JsonIn in) throws IOException {
            switch (name) {
                case "kind" -> kind = kind(in.text());
                case "base" -> base = in.duration();
                default -> cap = in.duration();
            }
        }

        private static Backoff.Kind kind(String label) {
            return Arrays.stream(Backoff.Kind.values()).filter(k -> k.label().equals(label)).findFirst()
                    .orElseThrow(() -> new InvalidInput("backoff.kind", "must be exponential or fixed, was '"
                            + (label.length() <= 40 ? label : label.substring(0, 40) + "…") + "'"));
        }
    }
}
