package io.headrace.worker.handlers.http;

import io.headrace.JobContext;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.config.Address;
import io.headrace.redaction.Secrets;
import io.headrace.worker.handlers.ContentType;
import io.headrace.worker.handlers.Exhaustion;
import io.headrace.worker.handlers.HandlerFailure;
import io.headrace.worker.handlers.OutsideHandler;
import io.headrace.worker.handlers.ResultBytes;
import io.headrace.worker.handlers.ResultMemory;
import io.headrace.worker.handlers.TextBytes;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a job by POSTing its payload to a target. 2xx: the body is the result. 408, 425, 429 and 5xx, and a server that
 * cannot be reached: retried, not before the time that {@code Retry-After} gives; 429 and 503 that give one use no
 * retry. Everything else: failed for good, redirects included, since the job would be sent elsewhere than configured.
 * The attempt's timeout and cancellation interrupt the call. What is said of the target is its scheme, host and port:
 * the rest may be secret.
 *
 * <p>Called by slot threads.
 */
public final class HttpHandler implements OutsideHandler {
    private static final Duration RETRY_AFTER_MAX = Duration.ofDays(7);
    private static final Set<Integer> PASSING = Set.of(408, 425, 429);
    /** With a time in {@code Retry-After} these say: not now. */
    private static final Set<Integer> BUSY = Set.of(429, 503);
    private static final int EXCERPT_CHARS = 300;

    private final JobType type;
    private final HttpTarget target;
    private final Clock wall;
    private final TargetCall call;

    /** @param wall tells how far off the date in a {@code Retry-After} is, and when a request was signed */
    public HttpHandler(JobType type, HttpTarget target, Clock wall) {
        this(type, target, wall, CallClient.SHARED);
    }

    public HttpHandler(JobType type, HttpTarget target, Clock wall, CallClient client) {
        this.call = new TargetCall(client);
        this.type = type;
        this.target = target;
        this.wall = wall;
    }

    @Override
    public JobType type() {
        return type;
    }

    @Override
    public boolean startsProcesses() {
        return false;
    }

    @Override
    public void killChildren() {}

    @Override
    public @Nullable Object run(Json payload, JobContext context) throws Exception {
        Credentials credentials = credentials();
        Secrets secrets = credentials.secrets();
        try {
            HttpResponse<byte[]> response = call.send(request(payload, context, credentials),
                    ResultBytes.MAX, ResultMemory.of(context));
            Json result = answer(response, secrets);
            return result == null ? null : secrets.mask(result);
        } catch (ConnectException | HttpConnectTimeoutException | UnresolvedAddressException | UnknownHostException e) {
            String message = "cannot connect to " + target + ": " + why(e);
            throw Exhaustion.isCauseOf(e) ? HandlerFailure.unable("http_connect", message, e)
                    : HandlerFailure.passing("http_connect", message, e);
        } catch (IOException e) {
            if (Exhaustion.isCauseOf(e)) {
                throw HandlerFailure.unable("http_connect", "cannot connect to " + target + ": " + secrets.mask(why(e)),
                        null);
            }
            throw HandlerFailure.passing("http_io", "the call to " + target + " broke off: " + secrets.mask(why(e)),
                    (Throwable) null);
        } catch (OutOfMemoryError e) {
            throw Exhaustion.unable(e, "http_connect", "there is no thread to call " + target + " with");
        }
    }

    private Credentials credentials() throws HandlerFailure {
        try {
            return Credentials.of(target);
        } catch (IOException e) {
            throw HandlerFailure.passing("http_secret", "the request cannot be made: it " + e.getMessage(),
                    (Throwable) null);
        }
    }

    private HttpRequest request(Json payload, JobContext context, Credentials credentials) throws IOException {
        Address address = target.address();
        HttpRequest.Builder request = HttpRequest.newBuilder(address.reachable(address.rest()))
                .header("Content-Type", "application/json")
                .header("Headrace-Job-Id", context.id().toString())
                .header("Headrace-Attempt", Integer.toString(context.attempt()))
                .header("Headrace-Fencing-Token", Long.toString(context.fencingToken()))
                .header("Headrace-Queue", context.id().queue().value())
                .header("Headrace-Type", context.type().value())
                .header("Idempotency-Key", context.id().toString())
                .POST(HttpRequest.BodyPublishers.ofByteArray(payload.bytes()));
        if (!address.ordinary()) {
            request.header("Host", address.host());
        }
        context.traceparent().ifPresent(value -> request.header("traceparent", value));
        credentials.headers(context.id().toString(), wall.instant().getEpochSecond(), payload.bytes())
                .forEach(request::header);
        return request.build();
    }

    private @Nullable Json answer(HttpResponse<byte[]> response, Secrets secrets) throws HandlerFailure {
        if (response.statusCode() / 100 != 2) {
            throw failure(response, secrets);
        }
        byte[] body = unpacked(response);
        if (body.length > ResultBytes.MAX) {
            throw HandlerFailure.permanent("result_too_large", target + " answered with more than "
                    + ResultBytes.MAX + " bytes", null);
        }
        return ResultBytes.of(body, contentType(response), "the answer of " + target);
    }

    private byte[] unpacked(HttpResponse<byte[]> response) throws HandlerFailure {
        return response.body().length > ResultBytes.MAX ? response.body()
                : ContentEncoding.undo(response.body(), response.headers().allValues("Content-Encoding"),
                        ResultBytes.MAX, "the answer of " + target);
    }

    private static ContentType contentType(HttpResponse<byte[]> response) {
        return response.headers().firstValue("Content-Type").map(ContentType::parse).orElse(ContentType.UNKNOWN);
    }

    private HandlerFailure failure(HttpResponse<byte[]> response, Secrets secrets) {
        int status = response.statusCode();
        String kind = "http_" + status;
        String message = target + " answered " + status + excerpt(response, secrets);
        if (status >= 500 || PASSING.contains(status)) {
            Duration floor = response.headers().firstValue("Retry-After").map(this::retryAfter).orElse(Duration.ZERO);
            return BUSY.contains(status) && !floor.isZero() ? HandlerFailure.postponed(kind, message, floor)
                    : HandlerFailure.passing(kind, message, floor);
        }
        return HandlerFailure.permanent(kind, message, null);
    }

    /**
     * Seconds or a date; what is neither asks for nothing. At most a week, so that a wrong answer cannot lose the job.
     */
    private Duration retryAfter(String value) {
        String text = value.strip();
        if (text.matches("[0-9]{10,}")) {
            return RETRY_AFTER_MAX;
        }
        Duration asked;
        try {
            asked = text.matches("[0-9]{1,9}") ? Duration.ofSeconds(Long.parseLong(text))
                    : Duration.between(wall.instant(),
                            ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
        } catch (DateTimeException e) {
            return Duration.ZERO;
        }
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : asked;
    }

    /** The beginning of what a target says about its failure, when it can be read. */
    private String excerpt(HttpResponse<byte[]> response, Secrets secrets) {
        String text;
        try {
            byte[] body = unpacked(response);
            ContentType said = contentType(response);
            text = said.maybeText() ? TextBytes.of(body, said).leniently() : "";
        } catch (HandlerFailure e) {
            return "";
        }
        String shown = secrets.mask(text.strip());
        return shown.isEmpty() ? ""
                : ": " + (shown.length() <= EXCERPT_CHARS ? shown : shown.substring(0, EXCERPT_CHARS) + "…");
    }

    private static String why(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
