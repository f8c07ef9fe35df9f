package io.headrace.api.operate;

import io.headrace.Failure;
import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.QueueName;
import io.headrace.api.http.JsonIn;
import io.headrace.broker.DeadJob;
import io.headrace.broker.RetryPace;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of a call about dead jobs: which of them it chooses, and what is to happen to them. Written while it is
 * read, by one thread.
 */
final class DeadFilter {
    /** What both verbs take. */
    static final Set<String> DELETE = JsonIn.allowed("type", "error", "fingerprint", "ids", "limit", "dryRun");
    /** What a retry takes. */
    static final Set<String> RETRY = JsonIn.allowed("type", "error", "fingerprint", "ids", "limit", "dryRun",
            "pace", "startAt");
    private static final int MAX_IDS = 10_000;
    private static final int MAX_LIMIT = 1_000_000;

    private final Fingerprints fingerprints = new Fingerprints();
    private @Nullable JobType type;
    private @Nullable String error;
    private @Nullable String fingerprint;
    private @Nullable List<JobId> ids;
    private @Nullable Double perSecond;
    private @Nullable Instant startAt;
    private int limit = MAX_LIMIT;
    private boolean dryRun;

    private DeadFilter() {}

    static DeadFilter read(QueueName queue, byte[] body, Set<String> members) {
        DeadFilter filter = new DeadFilter();
        if (body.length > 0) {
            JsonIn.read(body, members, filter::member);
        }
        if (filter.ids != null && (filter.type != null || filter.error != null || filter.fingerprint != null)) {
            throw new InvalidInput("ids", "cannot be combined with type, error or fingerprint");
        }
        if (filter.ids != null && !filter.ids.stream().allMatch(id -> id.queue().equals(queue))) {
            throw new InvalidInput("ids", "must all be of the queue '" + queue + "'");
        }
        if (filter.startAt != null && filter.perSecond == null) {
            throw new InvalidInput("startAt", "needs a pace");
        }
        return filter;
    }

    private void member(String name, JsonIn in) throws IOException {
        switch (name) {
            case "type" -> type = new JobType(in.text());
            case "error" -> error = error(in.text());
            case "fingerprint" -> fingerprint = Fingerprint.check(in.text());
            case "ids" -> ids = in.texts(MAX_IDS).stream().map(DeadFilter::id).toList();
            case "limit" -> limit = (int) in.whole(1, MAX_LIMIT);
            case "pace" -> perSecond = in.number(0.01, 10_000);
            case "startAt" -> startAt = in.time();
            default -> dryRun = in.flag();
        }
    }

    /**
     * @throws InvalidInput when it is empty: every error contains that, and whoever lost a text on the way wants no job
     *         moved
     */
    private static String error(String text) {
        if (text.isEmpty()) {
            throw new InvalidInput("error", "must not be empty; leave it out to mean any error");
        }
        return text;
    }

    private static JobId id(String text) {
        try {
            return JobId.parse(text);
        } catch (InvalidInput e) {
            throw new InvalidInput("ids", "must be job ids: " + e.getMessage());
        }
    }

    /** The jobs that were named, each once; null when the filter chooses. */
    @Nullable
    List<JobId> ids() {
        return ids == null ? null : ids.stream().distinct().limit(limit).toList();
    }

    int limit() {
        return limit;
    }

    boolean dryRun() {
        return dryRun;
    }

    /** How fast they are to fall due; null: all at once. */
    @Nullable
    RetryPace pace() {
        return perSecond == null ? null : new RetryPace(perSecond, startAt);
    }

    /** Whether they are a group, of which the filter tells the fingerprint only. */
    boolean ofGroup() {
        return fingerprint != null;
    }

    boolean matches(DeadJob job) {
        Failure failure = job.cause().error();
        return (type == null || type.equals(job.cause().type()))
                && (error == null || (failure != null
                        && failure.type().toLowerCase(Locale.ROOT).contains(error.toLowerCase(Locale.ROOT))))
                && (fingerprint == null || fingerprint.equals(fingerprints.of(job.cause()).value()));
    }
}
