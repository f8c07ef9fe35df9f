package io.headrace.contract.fuzz;

import io.headrace.contract.fuzz.HostileRequest.End;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Requests that no well-meaning client sends, drawn from a seed: request {@code i} of a seed is always the same,
 * whatever was drawn before.
 */
final class HostileRequests {
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS",
            "TRACE",
            "CONNECT", "BREW", "get", "G\u0000T", "", "PRI", "X".repeat(300));
    private static final List<String> PATHS = List.of("/", "/livez", "/readyz", "/metrics", "/openapi.json",
            "/v1/queues",
            "/v1/queues/fuzz", "/v1/queues/fuzz/jobs", "/v1/queues/fuzz/jobs:batch", "/v1/queues/fuzz/pause",
            "/v1/queues/fuzz/resume", "/v1/queues/fuzz/purge", "/v1/queues/fuzz/dead:retry",
            "/v1/queues/fuzz/dead:delete",
            "/v1/jobs/fuzz_n1-0", "/v1/jobs/fuzz_n1-0/events", "/v1/jobs/fuzz_n1-0/log", "/v1/jobs/fuzz_n1-0/retry",
            "/v1/jobs/fuzz_n1-0/run-now", "/v1/workers", "/problems/gone", "/problems/x");
    private static final List<String> PATH_TRICKS = List.of("..", "../..", "%2e%2e", "%2f", "%252f", "%00", "%", "%zz",
            "%u0041",
            "%c0%af", "%ff%fe", "//", "\\", ";a=b", "?", "#", "*", " ", "\t", "{queue}", "$", "'", "\"", "<x>",
            "%0d%0aX:%201",
            "a".repeat(64), "a".repeat(9_000), "%61".repeat(60), "mail_n99999999999999999999-0", "mail_n-1--1", "_",
            "🜁");
    private static final List<String> HEADERS = List.of("Content-Length: 5", "Content-Length: 0", "Content-Length: -1",
            "Content-Length: 1e3", "Content-Length: 99999999999999999999", "Content-Length: +5", "Content-Length: 5, 5",
            "Content-Length: 5, 6", "Content-Length:", "Transfer-Encoding: chunked", "Transfer-Encoding: CHUNKED",
            "Transfer-Encoding: identity", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: xchunked",
            "Transfer-Encoding : chunked", "Transfer-Encoding:\tchunked", "Transfer-Encoding: gzip, chunked",
            " folded: x",
            "\tfolded", "X: a\r\n b", "NoColon", ": empty", "X\u0000: y", "X: \u0000", "Bad Name: y",
            "X: " + "y".repeat(20_000),
            "Host: evil.example", "Host: ", "Host: a, b", "Host: localhost:99999", "Host: [::1", "Host: \u00e4",
            "Host: x y",
            "Origin: http://evil.example", "Origin: null", "Origin: %", "Expect: 100-continue", "Expect: nonsense",
            "Prefer: wait", "Prefer: wait=", "Prefer: wait=-1", "Prefer: wait=99999999999999999999", "Prefer: wait=1e9",
            "Prefer: wait=0;wait=1", "Prefer: ,,,;;;===", "Prefer: durability=nonsense",
            "Prefer: durability=replicated:99999999999",
            "Prefer: durability=", "Prefer: \"", "Idempotency-Key: ", "Idempotency-Key: a b\tc",
            "Idempotency-Key: " + "k".repeat(5_000),
            "Idempotency-Key: \u00ff\u00fe", "Idempotency-Key: same", "traceparent: 00-0-0-0",
            "traceparent: " + "f".repeat(55),
            "traceparent: ff-" + "0".repeat(32) + "-" + "0".repeat(16) + "-00", "Last-Event-ID: -1",
            "Last-Event-ID: 99999999999999999999",
            "Last-Event-ID: x", "Accept: nonsense", "Accept: text/html;q=", "Accept: */*;q=nan", "Accept: ,;,",
            "Accept: a/b/c", "Accept-Encoding: gzip", "Accept-Encoding: gzip, gzip;q=0",
            "Accept-Encoding: ;q=,,*;q=1e9, gzip;q=nan", "Accept-Encoding: " + "gzip,".repeat(1_000),
            "Accept: */*;q=1e9", "Content-Type: application/json; charset=utf-7", "Content-Type: ;;;",
            "Content-Type: text/plain",
            "Content-Type: APPLICATION/JSON", "Content-Type: application/x-ndjson", "Content-Encoding: gzip",
            "Content-Encoding: ",
            "Authorization: Bearer", "Authorization: Basic !", "Upgrade: websocket", "Upgrade: h2c",
            "Connection: upgrade, http2-settings",
            "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA", "Connection: close", "Connection: keep-alive, close",
            "TE: trailers",
            "Trailer: X", "Range: bytes=0-0", "If-None-Match: *", "Cookie: a=b; a=c", "X-Forwarded-For: 1.2.3.4",
            "Max-Forwards: 0");
    private static final List<String> QUERIES = List.of("limit=-1", "limit=0", "limit=99999999999999999999",
            "limit=1e3", "limit=",
            "limit=x", "limit=1&limit=2", "cursor=", "cursor=x", "cursor=queued~queued:n~-", "cursor=%00", "cursor=~~",
            "cursor=dead~dead~-",
            "cursor=dead~dead~999999999999999:a", "cursor=succeeded~finished~9:9:zzz", "cursor=cancelled~cancelled~1:x",
            "cursor=succeeded~finished~999999999999999:9999999999999999999:fuzz_n1-0", "state=queued", "state=dead",
            "state=succeeded", "state=cancelled", "state=QUEUED", "state=nonsense", "type=%20", "error=%00", "wait=1s",
            "wait=-1s",
            "wait=1e99s", "wait=99999999999999999999d", "wait=P", "from=-1", "from=9999999999999999999", "minutes=0",
            "minutes=x",
            "minutes=99999", "bucket=0", "bucket=7", "minutes=1440&bucket=10", "changes=true", "changes=yes", "x", "=",
            "&&", "&=&", "%zz", "%00=%00", "limit=%", "a".repeat(3_000), "state[]=dead",
            "nonsense=1");

    private final long seed;

    HostileRequests(long seed) {
        this.seed = seed;
    }

    HostileRequest request(long number) {
        return new Draw(new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number)).draw();
    }

    /** The making of one request. */
    private static final class Draw {
        private final RandomGenerator random;
        private final HostileJson json;

        Draw(RandomGenerator random) {
            this.random = random;
            this.json = new HostileJson(random);
        }

        HostileRequest draw() {
            return switch (random.nextInt(16)) {
                case 0 -> path();
                case 1, 2 -> query();
                case 3 -> method();
                case 4, 5 -> headers();
                case 6 -> batch();
                case 7 -> cut();
                case 8 -> random.nextInt(6) == 0 ? slow() : chunked();
                case 9 -> nonsense();
                case 10 -> pipelined();
                case 11 -> call();
                default -> submission();
            };
        }

        private HostileRequest whole(String what, byte[] bytes, boolean headOnly) {
            return new HostileRequest(what, List.of(bytes), 0, End.READ, true, headOnly);
        }

        /** May be refused by hanging up. */
        private HostileRequest perhaps(String what, byte[] bytes) {
            return new HostileRequest(what, List.of(bytes), 0, End.HALF_CLOSE, false, true);
        }

        private static byte[] latin(String text) {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }

        private static byte[] joined(byte[]... parts) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] part : parts) {
                all.writeBytes(part);
            }
            return all.toByteArray();
        }

        private byte[] post(String path, String type, byte[] body) {
            return joined(latin("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type
                    + "\r\nContent-Length: " + body.length + "\r\n\r\n"), body);
        }

        private HostileRequest submission() {
            return whole("submission", post("/v1/queues/fuzz/jobs", "application/json", json.job()), false);
        }

        private HostileRequest batch() {
            boolean lines = random.nextInt(3) > 0;
            return whole("batch", post("/v1/queues/fuzz/jobs:batch",
                    lines ? "application/x-ndjson" : "application/json", lines ? json.lines() : json.array()), false);
        }

        /** A body for a call that is no submission. */
        private HostileRequest call() {
            String path = json.any(PATHS);
            boolean stream = path.endsWith("/events");
            return whole("call " + path, post(path, "application/json", json.job()), stream);
        }

        private HostileRequest path() {
            StringBuilder path = new StringBuilder(json.any(PATHS));
            for (int i = random.nextInt(3); i >= 0; i--) {
                path.insert(random.nextInt(path.length() + 1), json.any(PATH_TRICKS));
            }
            return perhaps("path", joined(latin(json.any(List.of("GET", "GET", "POST", "DELETE", "PATCH")) + " "),
                    HostileJson.bytes(path.toString()),
                    latin(" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")));
        }

        private HostileRequest query() {
            String path = json.any(List.of("/v1/queues/fuzz/jobs", "/v1/queues/fuzz/jobs", "/v1/queues",
                    "/v1/jobs/fuzz_n1-0",
                    "/v1/jobs/fuzz_n1-0/log", "/v1/queues/fuzz/history", "/v1/queues/fuzz", "/v1/workers", "/metrics"));
            StringBuilder query = new StringBuilder(json.any(QUERIES));
            for (int i = random.nextInt(3); i > 0; i--) {
                query.append('&').append(json.any(QUERIES));
            }
            return whole("query " + path + "?" + query,
                    latin("GET " + path + "?" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n"), false);
        }

        private HostileRequest method() {
            String method = json.any(METHODS);
            String version = json.any(List.of("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/3",
                    "http/1.1", "HTTP/1.", ""));
            return perhaps("method " + method + " " + version, latin(method + " " + json.any(PATHS) + " " + version
                    + "\r\nHost: localhost\r\n\r\n"));
        }

        private HostileRequest headers() {
            StringBuilder head = new StringBuilder(json.any(List.of("GET", "POST", "POST", "DELETE"))).append(' ')
                    .append(json.any(PATHS)).append(" HTTP/1.1\r\n");
            List<String> lines = new ArrayList<>(List.of("Host: localhost", "Content-Type: application/json"));
            for (int i = random.nextInt(4); i >= 0; i--) {
                lines.add(random.nextInt(lines.size() + 1), json.any(HEADERS));
            }
            lines.forEach(line -> head.append(line).append(random.nextInt(50) == 0 ? "\n" : "\r\n"));
            byte[] body = random.nextBoolean() ? new byte[0]
                    : random.nextBoolean() ? latin("5\r\n{\"a\":\r\n0\r\n\r\n") : json.job();
            return perhaps("headers " + lines, joined(latin(head + "\r\n"), body));
        }

        private HostileRequest chunked() {
            byte[] body = json.job();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(latin("POST " + json.any(List.of("/v1/queues/fuzz/jobs", "/v1/queues/fuzz/jobs:batch"))
                    + " HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"));
            for (int at = 0; at < body.length;) {
                int length = Math.min(body.length - at, 1 + random.nextInt(4_000));
                String size = random.nextInt(15) > 0 ? Integer.toHexString(length)
                        : json.any(List.of("-1", "", "zz", "FFFFFFFFFFFFFFFF", "0x5", "5;ext=\"a\"", " 5", "7fffffff"));
                out.writeBytes(latin(size + "\r\n"));
                out.write(body, at, length);
                out.writeBytes(latin("\r\n"));
                at += length;
            }
            out.writeBytes(latin(
                    json.any(List.of("0\r\n\r\n", "0\r\n\r\n", "0\r\nX: y\r\n\r\n", "0\r\n", "00000\r\n\r\n", ""))));
            return perhaps("chunked", out.toByteArray());
        }

        /** A good or bad request that ends too early, in each of the ways a client can go. */
        private HostileRequest cut() {
            HostileRequest source = random.nextBoolean() ? submission() : batch();
            byte[] all = source.pieces().get(0);
            byte[] some = Arrays.copyOf(all, random.nextInt(all.length + 1));
            End end = json.any(List.of(End.HALF_CLOSE, End.GO, End.RESET, End.GO, End.RESET, End.HALF_CLOSE));
            return new HostileRequest("cut " + source.what(), List.of(some), 0, end, false, true);
        }

        /** A byte now and then, and then nothing. */
        private HostileRequest slow() {
            byte[] all = submission().pieces().get(0);
            int from = random.nextInt(all.length);
            List<byte[]> pieces = new ArrayList<>();
            pieces.add(Arrays.copyOf(all, from));
            for (int i = from; i < Math.min(all.length - 1, from + 6); i++) {
                pieces.add(new byte[]{all[i]});
            }
            return new HostileRequest("slow", pieces, 40, End.READ, false, true);
        }

        private HostileRequest nonsense() {
            byte[] bytes = switch (random.nextInt(6)) {
                case 0 -> json.noise(1 + random.nextInt(500));
                case 1 -> new byte[]{0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
                case 2 -> latin("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
                case 3 -> latin("\r\n".repeat(random.nextInt(2_000)));
                case 4 -> latin("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n");
                default -> json.flipped(submission().pieces().get(0));
            };
            return perhaps("nonsense", bytes);
        }

        /** Requests in one go; only the first answer is looked at. */
        private HostileRequest pipelined() {
            byte[] good = latin("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
            byte[] bad = submission().pieces().get(0);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 1 + random.nextInt(20); i >= 0; i--) {
                all.writeBytes(random.nextBoolean() ? good : bad);
            }
            all.writeBytes(
                    latin(json.any(List.of("", "GET", "\u0000", "POST /v1/queues/fuzz/jobs HTTP/1.1\r\nHost: x\r\n"))));
            return new HostileRequest("pipelined " + String.format(Locale.ROOT, "%d bytes", all.size()),
                    List.of(all.toByteArray()), 0, json.any(List.of(End.READ, End.HALF_CLOSE, End.RESET)), false, true);
        }
    }
}
