package io.headrace.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.api.TestApi;
import io.headrace.api.Warnings;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens below JSON: addresses, methods, broken and slow HTTP. */
public class HttpTest {
    private final TestApi api = new TestApi("BODY_TIMEOUT=300ms");

    @AfterEach
    void close() {
        api.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1", "/v1/queues/mail/jobs/", "/v1/queues/mail/jobs:bulk", "/v2/queues", "/favicon.ico",
        "/v1/jobs", "/v1/queues/mail/dead:bury", "/problems/", "/openapijson"})
    void anAddressWithNothingThereIsNotFound(String path) {
        TestApi.Answer answer = api.get(path);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.problem()).isEqualTo("no-such-route");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PUT    | /v1/queues/mail/jobs           | GET, HEAD, OPTIONS, POST
            GET    | /v1/queues/mail/jobs:batch     | OPTIONS, POST
            POST   | /v1/queues                     | GET, HEAD, OPTIONS
            PUT    | /v1/queues/mail                | DELETE, GET, HEAD, OPTIONS, PATCH
            PATCH  | /v1/jobs/mail_n1-0             | DELETE, GET, HEAD, OPTIONS
            POST   | /v1/jobs/mail_n1-0/events      | GET, OPTIONS
            HEAD   | /v1/jobs/mail_n1-0/events      | GET, OPTIONS
            """)
    void anotherMethodIsRefusedWithThoseAllowed(String method, String path, String allow) {
        TestApi.Answer answer = api.call(method, path);
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo(allow);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/queues/mail/jobs  | GET, HEAD, OPTIONS, POST
            /v1/queues/mail       | DELETE, GET, HEAD, OPTIONS, PATCH
            /metrics              | GET, HEAD, OPTIONS
            /assets/app.js        | GET, HEAD, OPTIONS
            *                     | DELETE, GET, HEAD, OPTIONS, PATCH, POST
            """)
    void whoAsksWhatAnAddressAnswersIsToldWithoutAKeyAndNoOtherOriginIsLetIn(String path, String allow) {
        try (TestApi keyed = new TestApi("KEYS=secret")) {
            for (TestApi each : new TestApi[]{api, keyed}) {
                String answer = each.raw("OPTIONS " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + "Origin: https://elsewhere.example\r\nAccess-Control-Request-Method: POST\r\n\r\n");
                assertThat(answer).startsWith("HTTP/1.1 204").containsIgnoringCase("\r\nallow: " + allow + "\r\n")
                        .doesNotContainIgnoringCase("access-control");
            }
            assertThat(keyed.raw("OPTIONS /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 401");
        }
        assertThat(api.raw("OPTIONS /v1/queues HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .as("a name that leads here").startsWith("HTTP/1.1 403");
    }

    @ParameterizedTest
    @CsvSource({"application/xml,406", "text/event-stream,406", "application/json;q=0,406", "*/*,200",
        "'text/html, application/*;q=0.1',200", "application/json,200", "'application/json;q=0, */*',406"})
    void anAcceptHeaderWithoutJsonIsNotAcceptable(String accept, int status) {
        assertThat(api.get("/v1/queues", "Accept", accept).status()).isEqualTo(status);
    }

    @Test
    void headIsAnsweredWhereGetIs() {
        TestApi.Answer answer = api.call("HEAD", "/livez");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /v1/queues/%zz HTTP/1.1~Host: localhost                   | 400
            GET /v1/queues/%ff%fe HTTP/1.1~Host: localhost                | 422
            GET /v1/queues?x=%zz HTTP/1.1~Host: localhost                 | 400
            GET /v1/queues                                                | 400
            GET /livez HTTP/1.1                                           | 400
            GARBAGE                                                       | 400
            POST /v1/queues/q/jobs HTTP/1.1~Host: localhost~Content-Length: -1 | 400
            POST /v1/queues/q/jobs HTTP/1.1~Host: localhost~Content-Length: 1~Content-Length: 2 | 400
            POST /v1/queues/q/jobs HTTP/1.1~Host: localhost~Content-Length: x | 400
            GET livez HTTP/1.1~Host: localhost                            | 40
            GET /livez HTTP/1.0                                           | 200
            """)
    void brokenHttpIsAnsweredNever5xx(String head, String status) {
        String answer = api.raw(head.replace("~", "\r\n") + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.").doesNotContain("Exception", "\tat ");
        assertThat(answer.substring(9)).startsWith(status);
    }

    @Test
    void aLongAddressAndLongHeadersAreRefused() {
        assertThat(api.raw("GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.0 414").contains("/problems/uri-too-long");
        assertThat(api.raw("GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431").contains("/problems/headers-too-large");
    }

    /** The head of a submission. */
    private static byte[] post(String... headers) {
        return ("POST /v1/queues/mail/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + String.join("\r\n", headers) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aBodyThatStallsTimesOut() {
        String answer = api.raw(new String(post("Content-Length: 100"), StandardCharsets.US_ASCII) + "{\"type\":");
        assertThat(answer).startsWith("HTTP/1.1 408").contains("/problems/timeout");
    }

    @Test
    void aConnectionThatSaysNothingIsClosed() {
        assertThat(api.raw("")).isEmpty();
        assertThat(api.raw(String.join("\r\n", "GET /livez HTTP/1.1", "Ho"))).doesNotContain("200");
    }

    @Test
    void aBodyCutShortDisturbsNobodyElse() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (Socket socket = api.socket()) {
                socket.getOutputStream().write(post("Content-Length: 100"));
                socket.getOutputStream().write("{\"type\":".getBytes(StandardCharsets.US_ASCII));
                socket.setSoLinger(true, 0);
            }
        }
        assertThat(api.post("/v1/queues/mail/jobs", "{\"type\":\"t\"}").status()).isEqualTo(202);
        assertThat(api.broker.queues().info(TestApi.MAIL).orElseThrow().priorities().values())
                .containsExactlyInAnyOrder(1L,
                        0L, 0L);
    }

    @Test
    void aSenderThatAsksForPermissionGetsItOrItsRefusal() throws IOException {
        String body = "{\"type\":\"t\"}";
        try (Socket socket = api.socket()) {
            OutputStream out = socket.getOutputStream();
            out.write(post("Expect: 100-continue", "Content-Length: " + body.length()));
            assertThat(TestApi.head(socket.getInputStream())).startsWith("HTTP/1.1 100");
            out.write(body.getBytes(StandardCharsets.US_ASCII));
            assertThat(TestApi.head(socket.getInputStream())).startsWith("HTTP/1.1 202");
        }
        try (Socket socket = api.socket()) {
            socket.getOutputStream().write(post("Expect: 100-continue", "Content-Length: 9000000"));
            assertThat(TestApi.head(socket.getInputStream())).startsWith("HTTP/1.1 413");
        }
    }

    @Test
    void requestsOnOneConnectionAreAnsweredInOrder() {
        String one = "POST /v1/queues/mail/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        String answers = api.raw(one + "Content-Length: 12\r\n\r\n{\"type\":\"a\"}" + one
                + "Transfer-Encoding: chunked\r\n\r\n4\r\n{\"ty\r\n8\r\npe\":\"b\"}\r\n0\r\n\r\n" + one
                + "Content-Length: 3\r\nConnection: close\r\n\r\n{}}");
        assertThat(answers.split("HTTP/1.1 ")).hasSize(4);
        assertThat(answers).containsSubsequence("HTTP/1.1 202", "\"type\":\"a\"", "HTTP/1.1 202", "\"type\":\"b\"",
                "HTTP/1.1 400");
    }

    @Test
    void aChunkedBodyThatIsTooLongIsRefused() {
        String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
        String answer = api.raw("POST /v1/queues/mail/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(8)
                + "0\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 413");
    }

    /** What waits behind another request when its connection breaks has no answer yet in which that could be noted. */
    @ParameterizedTest
    @ValueSource(strings = {"GET /livez HTTP/3.0", "GET /v1/jobs/%s/events HTTP/1.1"})
    void aConnectionThatBreaksWhileARequestWaitsBehindAnotherIsJustClosed(String first) throws IOException {
        try (Warnings warnings = new Warnings()) {
            String next = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
            for (int i = 0; i < 20; i++) {
                try (Socket socket = api.socket()) {
                    socket.getOutputStream()
                            .write((first.formatted(api.submit()) + "\r\nHost: localhost\r\n\r\n" + next)
                                    .getBytes(StandardCharsets.US_ASCII));
                    TestApi.head(socket.getInputStream());
                    socket.setSoLinger(true, 0);
                }
            }
            api.awaitConnections(1); // that of the submissions
            assertThat(warnings.soFar()).isEmpty();
        }
    }
}
