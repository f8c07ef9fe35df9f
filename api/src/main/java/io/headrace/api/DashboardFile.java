package io.headrace.api;

import io.headrace.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * One file of the dashboard, in both forms in which it travels. Each form has an ETag of its own, as a strong one names bytes.
 * Nobody changes the arrays.
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
        return new DashboardFile(mediaType, bytes, gzip(bytes), Digest.of(bytes).hex().substring(0, DIGEST_CHARS));
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    /** The file as this request wants it, or that it has not changed since it was fetched. */
    Reply reply(Exchange exchange, Map<String, String> headers) {
        boolean packed = gzip.length < plain.length
                && exchange.header("Accept-Encoding").filter(DashboardFile::allowsGzip).isPresent();
        String etag = "\"" + digest + (packed ? "-gzip\"" : "\"");
        boolean known = exchange.header("If-None-Match").filter(given -> names(given, etag)).isPresent();
        Reply reply = known ? Reply.notModified() : new Reply(200, mediaType, packed ? gzip : plain, Map.of());
        for (Map.Entry<String, String> header : headers.entrySet()) {
            reply = reply.with(header.getKey(), header.getValue());
        }
        reply = reply.with("ETag", etag).with("Vary", "Accept-Encoding");
        return packed && !known ? reply.with("Content-Encoding", "gzip") : reply;
    }

    private static boolean allowsGzip(String accepted) {
        String any = null;
        for (String part : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] coding = part.strip().split("\\s*;\\s*", 2);
            String weight = coding.length == 1 ? "q=1" : coding[1];
            if (coding[0].equals("gzip")) {
                return positive(weight);
            }
            if (coding[0].equals("*")) {
                any = weight;
            }
        }
        return positive(any);
    }

    private static boolean positive(@Nullable String weight) {
        return weight != null && !weight.matches("q\\s*=\\s*0(\\.0*)?");
    }

    private static boolean names(String given, String etag) {
        for (String one : given.split(",", -1)) {
            String tag = one.strip();
            if (tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag)) {
                return true;
            }
        }
        return false;
    }
}
