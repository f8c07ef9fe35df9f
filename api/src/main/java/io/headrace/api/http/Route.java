package io.headrace.api.http;

import io.headrace.format.ScrapeFormat;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One call of the API.
 *
 * @param template the address as OpenAPI writes it, such as {@code /v1/jobs/{id}}
 * @param access what it asks of its caller; the queue in its address, or of the job there, must be open to the caller
 *         too
 * @param mediaType what its answer is when all goes well
 * @param query the names that its query may hold
 * @param endpoint runs on the event loop and must not block it
 */
public record Route(HttpMethod method, String template, Access access, String mediaType, List<String> query,
        Consumer<HttpCall> endpoint) {
    private static final Pattern VARIABLE = Pattern.compile("\\{([a-z]+)}");

    public static Route get(String template, Access access, List<String> query, Consumer<HttpCall> endpoint) {
        return new Route(HttpMethod.GET, template, access, Reply.JSON, query, endpoint);
    }

    public static Route post(String template, Access access, Consumer<HttpCall> endpoint) {
        return new Route(HttpMethod.POST, template, access, Reply.JSON, List.of(), endpoint);
    }

    public static Route delete(String template, Access access, Consumer<HttpCall> endpoint) {
        return new Route(HttpMethod.DELETE, template, access, Reply.JSON, List.of(), endpoint);
    }

    /** This call with another kind of answer. */
    public Route answering(String otherMediaType) {
        return new Route(method, template, access, otherMediaType, query, endpoint);
    }

    /** Whether an Accept header lets its answer through; figures come in either form that Prometheus reads. */
    public boolean allowedBy(@Nullable String accept) {
        return AcceptHeader.allows(accept, mediaType) || (mediaType.equals(ScrapeFormat.TEXT.mediaType())
                && AcceptHeader.allows(accept, ScrapeFormat.OPEN_METRICS.mediaType()));
    }

    /** What the path must match, each variable a named group of one segment; {@code :} ends a segment before a verb. */
    public String regex() {
        String literal = template.replace(".", "\\.");
        return VARIABLE.matcher(literal).replaceAll("(?<$1>[^/]+)");
    }
}
