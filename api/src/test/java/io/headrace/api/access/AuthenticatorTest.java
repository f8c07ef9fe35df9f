package io.headrace.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.api.TestApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthenticatorTest {
    @Test
    void withKeysOneMustBeSent() {
        try (TestApi api = new TestApi("KEYS=alpha, beta")) {
            TestApi.Answer none = api.get("/v1/queues");
            assertThat(none.status()).isEqualTo(401);
            assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"headrace\"");
            TestApi.Answer wrong = api.get("/v1/queues", "Authorization", "Bearer alph");
            assertThat(wrong.status()).isEqualTo(401);
            assertThat(wrong.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
            assertThat(wrong.body()).doesNotContain("alph");
            for (String authorization : new String[]{"Basic YWxwaGE=", "alpha", "Bearer", "Bearer ",
                "Bearer alpha,beta"}) {
                assertThat(api.get("/v1/queues", "Authorization", authorization).status()).isEqualTo(401);
            }
            assertThat(api.get("/v1/queues", "Authorization", "Bearer beta").status()).isEqualTo(200);
            assertThat(api.post("/v1/queues/q/jobs", "{\"type\":\"t\"}", "Authorization", "bearer alpha").status())
                    .isEqualTo(202);
            assertThat(api.post("/v1/queues/q/jobs", "{\"type\":\"t\"}").status()).isEqualTo(401);
            assertThat(api.get("/nowhere").status()).isEqualTo(401);
            assertThat(api.call("PUT", "/v1/queues").status()).isEqualTo(401);
            assertThat(api.get("/metrics").status()).isEqualTo(401);
            for (String open : new String[]{"/livez", "/readyz", "/", "/openapi.json", "/problems/gone"}) {
                assertThat(api.get(open).status()).as(open).isEqualTo(200);
            }
        }
    }

    @Test
    void metricsCanBeLeftOpen() {
        try (TestApi api = new TestApi("KEYS=alpha", "OPEN_METRICS=true")) {
            assertThat(api.get("/metrics").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"localhost,200", "localhost:8080,200", "LOCALHOST,200", "app.localhost,200", "127.0.0.1:1,200",
        "[::1]:9,200",
        "10.1.2.3,200", "evil.example,403", "localhost.evil.example,403", "127.0.0.1.evil.example:80,403", "1.2.3,403"})
    void withoutKeysAForeignHostIsRefused(String host, String status) {
        try (TestApi api = new TestApi()) {
            assertThat(api.raw("GET /v1/queues HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 " + status);
        }
    }

    @Test
    void withoutKeysAPageOfAnotherOriginCanChangeNothing() {
        try (TestApi api = new TestApi()) {
            String own = "http://127.0.0.1:" + api.server.uri().getPort();
            String jobs = "/v1/queues/mail/jobs";
            for (String origin : new String[]{"https://evil.example", "null", "http://localhost",
                "http://127.0.0.1:1"}) {
                TestApi.Answer answer = api.post(jobs, "{\"type\":\"t\"}", "Origin", origin);
                assertThat(answer.status()).as(origin).isEqualTo(403);
                assertThat(answer.problem()).isEqualTo("forbidden");
            }
            assertThat(api.post(jobs, "{\"type\":\"t\"}", "Origin", own).status()).isEqualTo(202);
            assertThat(api.get("/v1/queues", "Origin", "https://evil.example").status()).isEqualTo(200);
        }
        try (TestApi api = new TestApi("KEYS=k")) {
            assertThat(api.post("/v1/queues/mail/jobs", "{\"type\":\"t\"}", "Origin", "https://app.example",
                    "Authorization", "Bearer k").status()).isEqualTo(202);
        }
    }
}
