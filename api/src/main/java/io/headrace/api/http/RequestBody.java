package io.headrace.api.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;

/** What the head of a request says of its body. */
public record RequestBody(HttpServerRequest request) {
    /** Whether there is one at all. */
    boolean exists() {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return (length != null && !length.equals("0")) || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
    }

    /** How many bytes it has, 0 when its sender does not say. */
    public long declaredLength() {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }

    /** @throws Problem {@code unsupported-media-type} when it is not JSON in plain bytes */
    public void requireJson() {
        requireUnpacked();
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null || !(type.equals(Reply.JSON) || type().equals(Reply.JSON))) {
            throw ProblemType.UNSUPPORTED_MEDIA_TYPE.problem("the Content-Type must be application/json, was "
                    + (type == null ? "missing" : shown(type)), "Content-Type");
        }
    }

    /** The same for one that may be missing. */
    void requireJsonIfAny() {
        if (exists()) {
            requireJson();
        }
    }

    /** @throws Problem {@code unsupported-media-type} when it is compressed, or encoded otherwise */
    public void requireUnpacked() {
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw ProblemType.UNSUPPORTED_MEDIA_TYPE.problem("a body in Content-Encoding " + shown(encoding)
                    + " is not read", "Content-Encoding");
        }
    }

    /** Its media type without parameters such as the charset: JSON is UTF-8 whatever they say. */
    public String type() {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private static String shown(String text) {
        return "'" + (text.length() <= 80 ? text : text.substring(0, 80) + "…") + "'";
    }

    /** A sender that waits for permission gets it. */
    public void permit() {
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
    }
}
