package io.headrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.Digest;
import io.headrace.InvalidInput;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {
    private static final String STRONG = "hr_Sbpfi1lQ3cv2ZV0Jw6Zq";

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void bindingBeyondLoopbackWithoutKeysIsRefused(String bind) {
        ApiConfig config = ApiConfig.from(Map.of("HEADRACE_API_BIND", bind));
        assertThatThrownBy(config::address).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("HEADRACE_API_BIND is " + bind).hasMessageContaining("HEADRACE_API_KEYS");
        assertThat(ApiConfig.from(Map.of("HEADRACE_API_BIND", bind, "HEADRACE_API_KEYS", STRONG)).address())
                .isNotNull();
        assertThat(ApiConfig.from(Map.of("HEADRACE_API_BIND", "localhost")).address().isLoopbackAddress()).isTrue();
        assertThatThrownBy(ApiConfig.from(Map.of("HEADRACE_API_BIND", "nowhere.invalid"))::address)
                .isInstanceOf(InvalidInput.class).hasMessageContaining("HEADRACE_API_BIND");
    }

    @ParameterizedTest
    @ValueSource(strings = {"change-me", "open-sesame", "metrics=viewer:change-me-as-well", "k", "0123456789abcde",
        "aaaaaaaaaaaaaaaaaaaaaaaa", "root=admin:abababababababababababab",
        "sha256:"})
    void aKeyThatCanBeGuessedIsRefusedBeyondLoopback(String weak) {
        String entry = weak.startsWith("sha256:") ? "sha256:" + Digest.of("change-me").hex() : weak;
        Map<String, String> environment = Map.of("HEADRACE_API_BIND", "0.0.0.0", "HEADRACE_API_KEYS",
                STRONG + "," + entry);
        assertThatThrownBy(ApiConfig.from(environment)::address).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("HEADRACE_API_KEYS").hasMessageContaining("entry 2")
                .hasMessageContaining("openssl rand").hasMessageNotContaining("'" + entry);
        assertThat(ApiConfig.from(environment).withAddress("127.0.0.1", 0).address()).isNotNull();
    }

    @Test
    void keysOfCommasOnlyAreNoKeys() {
        ApiConfig config = ApiConfig.from(Map.of("HEADRACE_API_BIND", "0.0.0.0", "HEADRACE_API_KEYS", " , ,"));
        assertThatThrownBy(config::address).isInstanceOf(InvalidInput.class);
    }

    @Test
    void keysAreNeverShown() {
        ApiConfig config = ApiConfig.from(Map.of("HEADRACE_API_KEYS", "secret one,tülü"));
        assertThat(config.toString()).contains("keys=2").doesNotContain("secret", "one");
        assertThatThrownBy(config::address).hasMessageContaining("visible ASCII").message().doesNotContain("secret");
    }

    @Test
    void aPortInUseIsSaidSo() {
        try (Api api = new Api()) {
            int port = api.server.uri().getPort();
            assertThatThrownBy(() -> new Api("PORT=" + port)).isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("HEADRACE_API_PORT").hasMessageContaining(Integer.toString(port));
        }
    }

    @Test
    void withKeysOneMustBeSent() {
        try (Api api = new Api("KEYS=alpha, beta")) {
            Api.Answer none = api.get("/v1/queues");
            assertThat(none.status()).isEqualTo(401);
            assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"headrace\"");
            Api.Answer wrong = api.get("/v1/queues", "Authorization", "Bearer alph");
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
        try (Api api = new Api("KEYS=alpha", "OPEN_METRICS=true")) {
            assertThat(api.get("/metrics").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"localhost,200", "localhost:8080,200", "LOCALHOST,200", "app.localhost,200", "127.0.0.1:1,200",
        "[::1]:9,200",
        "10.1.2.3,200", "evil.example,403", "localhost.evil.example,403", "127.0.0.1.evil.example:80,403", "1.2.3,403"})
    void withoutKeysAForeignHostIsRefused(String host, String status) {
        try (Api api = new Api()) {
            assertThat(api.raw("GET /v1/queues HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 " + status);
        }
    }

    @Test
    void withoutKeysAPageOfAnotherOriginCanChangeNothing() {
        try (Api api = new Api()) {
            String own = "http://127.0.0.1:" + api.server.uri().getPort();
            String jobs = "/v1/queues/mail/jobs";
            for (String origin : new String[]{"https://evil.example", "null", "http://localhost",
                "http://127.0.0.1:1"}) {
                Api.Answer answer = api.post(jobs, "{\"type\":\"t\"}", "Origin", origin);
                assertThat(answer.status()).as(origin).isEqualTo(403);
                assertThat(answer.problem()).isEqualTo("forbidden");
            }
            assertThat(api.post(jobs, "{\"type\":\"t\"}", "Origin", own).status()).isEqualTo(202);
            assertThat(api.get("/v1/queues", "Origin", "https://evil.example").status()).isEqualTo(200);
        }
        try (Api api = new Api("KEYS=k")) {
            assertThat(api.post("/v1/queues/mail/jobs", "{\"type\":\"t\"}", "Origin", "https://app.example",
                    "Authorization", "Bearer k").status()).isEqualTo(202);
        }
    }
}
