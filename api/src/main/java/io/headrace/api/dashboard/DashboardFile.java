package io.headrace.api.dashboard;

import io.headrace.access.Digest;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.Reply;
import io.headrace.format.Gzip;
import java.util.Arrays;
import java.util.Map;

/**
 * One file of the dashboard, in both forms in which it travels. Each form has an ETag of its own, as a strong one names
 * bytes. Nobody changes the arrays.
 */
record DashboardFile(String mediaType, byte[] plain, byte[] gzip, String digest) {
    /** How many characters of a digest's hexadecimal digits tell one file from another. */
    static final int DIGEST_CHARS = 16;

    private static final Map<String, String> MEDIA_TYPES = Map.of("html", "text/html; charset=utf-8", "js",
            "text/javascript; charset=utf-8", "css", "text/css; charset=utf-8", "svg", "image/svg+xml", "png",
            "image/png");

    /** @param name its ending tells what it is */
    static DashboardFile of(String name, byte[] bytes) {
        String mediaType = MEDIA_TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (mediaType == null) {
            throw new IllegalStateException("the dashboard has no media type for " + name);
        }
        return new DashboardFile(mediaType, bytes, Gzip.smallest(bytes),
                Digest.of(bytes).hex().substring(0, DIGEST_CHARS));
    }

    /** The file as this request wants it, or that it has not changed since it was fetched. */
    Reply reply(HttpCall call, Map<String, String> headers) {
        boolean packed = gzip.length < plain.length && call.takesGzip();
        String etag = "\"" + digest + (packed ? "-gzip\"" : "\"");
        boolean known = call.header("If-None-Match").filter(given -> names(given, etag)).isPresent();
        Reply reply = known ? Reply.notModified() : new Reply(200, mediaType, packed ? gzip : plain, Map.of());
        for (Map.Entry<String, String> header : headers.entrySet()) {
            reply = reply.with(header.getKey(), header.getValue());
        }
        reply = reply.with("ETag", etag).with("Vary", "Accept-Encoding");
        return packed && !known ? reply.with("Content-Encoding", Gzip.NAME) : reply;
    }

    private static boolean names(String given, String etag) {
        return Arrays.stream(given.split(",", -1)).map(String::strip)
                .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag));
    }
}
