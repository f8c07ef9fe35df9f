package io.headrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import io.headrace.access.Digest;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an API may listen, with which keys. */
class ApiConfigTest {
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
        try (TestApi api = new TestApi()) {
            int port = api.server.uri().getPort();
            assertThatThrownBy(() -> new TestApi("PORT=" + port)).isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("HEADRACE_API_PORT").hasMessageContaining(Integer.toString(port));
        }
    }
}
