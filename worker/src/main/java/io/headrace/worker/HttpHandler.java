package io.headrace.worker;

import io.headrace.JobContext;
import io.headrace.JobHandler;
import io.headrace.JobType;
import io.headrace.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Runs a job by POSTing its payload to a URL. 2xx: the body is the result. 408, 425, 429 and 5xx, and a server that cannot be
 * reached: retried, not before the time that {@code Retry-After} gives. Everything else: failed for good, redirects included,
 * since the job would be sent elsewhere than configured. The attempt's timeout and cancellation interrupt the call.
 *
 * <p>Called by slot threads; the client is shared and thread-safe.
 */
final class HttpHandler implements JobHandler<Json> {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RETRY_AFTER_MAX = Duration.ofDays(7);
    private static final Set<Integer> PASSING = Set.of(408, 425, 429);
    private static final int EXCERPT_CHARS = 300;

    private final JobType type;
    private final URI url;
    private final Clock wall;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    /** @param wall tells how far off the date in a {@code Retry-After} is */
    HttpHandler(JobType type, URI url, Clock wall) {
        this.type = type;
        this.url = url;
        this.wall = wall;
    }

    @Override
    public JobType type() {
        return type;
    }

    @Override
    public Class<Json> payloadType() {
        return Json.class;
    }

    @Override
    public @Nullable Object run(Json payload, JobContext context) throws Exception {
        HttpResponse<InputStream> response;
        try {
            response = client.send(request(payload, context), HttpResponse.BodyHandlers.ofInputStream());
        } catch (ConnectException | HttpConnectTimeoutException | UnresolvedAddressException e) {
            throw Exhaustion.isCauseOf(e)
                    ? HandlerFailure.unable("http_connect", "cannot connect to " + url + ": " + why(e), e)
                    : HandlerFailure.passing("http_connect", "cannot connect to " + url + ": " + why(e), e);
        } catch (IOException e) {
            throw Exhaustion.isCauseOf(e)
                    ? HandlerFailure.unable("http_connect", "cannot connect to " + url + ": " + why(e), e)
                    : HandlerFailure.passing("http_io", "the call to " + url + " broke off: " + why(e), e);
        }
        try (InputStream body = response.body()) {
            return answer(response, body.readNBytes(AttemptRunner.MAX_RESULT_BYTES + 1));
        } catch (IOException e) {
            throw HandlerFailure.passing("http_io", "the answer of " + url + " broke off: " + why(e), e);
        }
    }

    private HttpRequest request(Json payload, JobContext context) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .header("Headrace-Job-Id", context.id().toString())
                .header("Headrace-Attempt", Integer.toString(context.attempt()))
                .header("Headrace-Fencing-Token", Long.toString(context.fencingToken()))
                .header("Headrace-Queue", context.id().queue().value())
                .header("Headrace-Type", context.type().value())
                .header("Idempotency-Key", context.id().toString())
                .POST(HttpRequest.BodyPublishers.ofByteArray(payload.bytes()));
        context.traceparent().ifPresent(value -> request.header("traceparent", value));
        return request.build();
    }

    private @Nullable Json answer(HttpResponse<InputStream> response, byte[] body) throws HandlerFailure {
        int status = response.statusCode();
        if (status / 100 != 2) {
            throw failure(response, body);
        }
        if (body.length > AttemptRunner.MAX_RESULT_BYTES) {
            throw HandlerFailure.permanent("result_too_large", url + " answered with more than "
                    + AttemptRunner.MAX_RESULT_BYTES + " bytes", null);
        }
        String media = response.headers().firstValue("Content-Type").orElse("json").toLowerCase(Locale.ROOT);
        String text = new String(body, StandardCharsets.UTF_8);
        return media.contains("json") ? TextResult.of(text) : TextResult.verbatim(text);
    }

    private HandlerFailure failure(HttpResponse<InputStream> response, byte[] body) {
        int status = response.statusCode();
        String kind = "http_" + status;
        String message = url + " answered " + status + excerpt(body);
        if (status >= 500 || PASSING.contains(status)) {
            Duration floor = response.headers().firstValue("Retry-After").map(this::retryAfter).orElse(Duration.ZERO);
            return HandlerFailure.passing(kind, message, floor);
        }
        return HandlerFailure.permanent(kind, message, null);
    }

    /** Seconds or a date; what is neither asks for nothing. At most a week, so that a wrong answer cannot lose the job. */
    private Duration retryAfter(String value) {
        Duration asked;
        try {
            asked = value.strip().matches("[0-9]{1,9}") ? Duration.ofSeconds(Long.parseLong(value.strip()))
                    : Duration.between(wall.instant(),
                            ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
        } catch (DateTimeException e) {
            return Duration.ZERO;
        }
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : asked;
    }

    private static String excerpt(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        if (text.isEmpty()) {
            return "";
        }
        return ": " + (text.length() <= EXCERPT_CHARS ? text : text.substring(0, EXCERPT_CHARS) + "…");
    }

    private static String why(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
