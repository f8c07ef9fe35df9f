package io.headrace.worker.handlers.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.worker.attempts.Failures;
import io.headrace.worker.handlers.HandlerFailure;
import io.headrace.worker.handlers.Heard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent to a target besides the job, and what of it is never shown. */
@Timeout(60)
class HttpTargetTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String ID = "default_n1763770000123-0";

    private @TempDir Path folder;
    private String answer = "HTTP/1.1 204 OK\r\n\r\n";
    private ScriptedTarget server;

    @BeforeEach
    void listen() throws IOException {
        server = new ScriptedTarget(connection -> {
            String request = connection.request();
            if (request != null) {
                connection.send(answer.replace("{request}", request));
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("secret"), text);
    }

    @Test
    void userAndPasswordOfTheAddressAreSent() throws Exception {
        run(HttpTarget.at(server.url().replace("//", "//ada:p%40ss@") + "/x?y=z"));

        assertThat(server.requests.get(0)).startsWith("POST /x?y=z HTTP/1.1\r\n").contains(
                "Authorization: Basic "
                        + Base64.getEncoder().encodeToString("ada:p@ss".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aHeaderIsSentWithWhatItsFileHoldsAtTheTime() throws Exception {
        Path secret = file("first-token\n");
        HttpTarget target = HttpTarget.at(server.url()).header("Authorization", "Bearer {file:" + secret + "}")
                .header("X-Path", "{env:PATH}");
        run(target);
        file("second-token");
        run(target);

        assertThat(server.requests.get(0)).contains("Authorization: Bearer first-token\r\n")
                .contains("X-Path: " + System.getenv("PATH") + "\r\n");
        assertThat(server.requests.get(1)).contains("Authorization: Bearer second-token\r\n");
    }

    @Test
    void aFileThatIsGoneFailsTheAttemptAndNamesIt() throws Exception {
        Path secret = file("token-of-mine");
        HttpTarget target = HttpTarget.at(server.url()).header("Authorization", "Bearer {file:" + secret + "}");
        Files.delete(secret);

        HandlerFailure failure = failure(target);

        assertThat(failure.type()).isEqualTo("http_secret");
        assertThat(failure.permanent()).isFalse();
        assertThat(failure).hasMessageContaining(secret.toString()).hasMessageNotContaining("token-of-mine");
        assertThat(server.requests).isEmpty();
    }

    @Test
    void requestsAreSignedAsStandardWebhooksSays() throws Exception {
        byte[] key = "0123456789abcdef01234567".getBytes(StandardCharsets.UTF_8);
        file("whsec_" + Base64.getEncoder().encodeToString(key));
        Path other = Files.writeString(folder.resolve("other"), Base64.getEncoder().encodeToString(new byte[32]));
        HttpTarget target = HttpTarget.at(server.url()).signedWith("{file:" + folder.resolve("secret") + "}")
                .signedWith("{file:" + other + "}");

        run(target);

        String signed = ID + "." + NOW.getEpochSecond() + ".{\"n\":1}";
        assertThat(server.requests.get(0)).contains("webhook-id: " + ID + "\r\n")
                .contains("webhook-timestamp: " + NOW.getEpochSecond() + "\r\n")
                .contains("webhook-signature: v1," + hmac(key, signed) + " v1," + hmac(new byte[32], signed) + "\r\n");
    }

    private static String hmac(byte[] key, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sesame", "{file:/no/such/sesame-file}", "{env:NO_SUCH_SESAME}", "{file:/dev/null}",
        "{file:SHORT}",
        "x{file:SHORT}"})
    void aSecretThatIsNoneIsRefusedAtTheStart(String secret) throws IOException {
        String placed = secret.replace("SHORT", file("sesame-").toString());
        HttpTarget target = HttpTarget.at(server.url());
        assertThatThrownBy(() -> target.signedWith(placed)).isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("--http-secret ").hasMessageNotContaining("sesame-\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"Host|x", "Headrace-Job-Id|x", "idempotency-key|x", "webhook-id|x",
        "Content-Type|x", "a b|x",
        "''|x", "A|{file:/no/such/file}", "A|{env:NO_SUCH_VARIABLE}", "A|''", "A|é", "Twice|x"})
    void aHeaderThatCannotBeSentIsRefusedAtTheStart(String name, String value) {
        HttpTarget target = HttpTarget.at(server.url()).header("twice", "y");
        assertThatThrownBy(() -> target.header(name, value)).isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("--http-header ");
    }

    @Test
    void aHeaderWithALineEndIsRefused() throws IOException {
        Path lines = file("sesame\r\nX-Evil: 1");
        assertThatThrownBy(() -> HttpTarget.at(server.url()).header("A", "{file:" + lines + "}"))
                .isInstanceOf(InvalidInput.class).hasMessageNotContaining("sesame");
        assertThatThrownBy(() -> HttpTarget.at("http://a:b@h").header("authorization", "Bearer x"))
                .isInstanceOf(InvalidInput.class).hasMessageContaining("has a user and a password already");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 404 No\r\nContent-Type: text/plain\r\n\r\nCannot POST {request}",
        "HTTP/1.1 503 No\r\nContent-Type: text/plain\r\n\r\nbad token {request}",
        "HTTP/1.1 302 No\r\nLocation: {request}\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{", "nonsense {request}\r\n\r\n"})
    void noFailureShowsASecretOfTheTarget(String says) throws IOException {
        answer = says;
        HttpTarget target = HttpTarget
                .at(server.url().replace("//", "//ada-lovelace:open-sesame@")
                        + "/hooks/T0123456789ABCDEF?token=sesame-1234")
                .header("X-Token", "{file:" + file("file-sesame") + "}").header("X-Key", "literal-sesame-and-more");

        HandlerFailure failure = failure(target);

        String all = failure.getMessage() + Failures.of(failure);
        assertThat(all).contains(server.url()).doesNotContain("sesame", "T0123456789ABCDEF", "hooks", "lovelace",
                Base64.getEncoder().encodeToString("ada-lovelace:open-sesame".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aTargetThatIsNotThereShowsNoneEither() throws IOException {
        server.close();
        HandlerFailure failure = failure(
                HttpTarget.at(server.url().replace("//", "//ada:sesame@") + "/sesame?x=sesame"));
        assertThat(failure.type()).isEqualTo("http_connect");
        assertThat(failure.getMessage() + Failures.of(failure)).contains(server.url()).doesNotContain("sesame");
        HandlerFailure unknown = failure(HttpTarget.at("http://ada:sesame@no_such_host.invalid/sesame"));
        assertThat(unknown.type()).isEqualTo("http_connect");
        assertThat(unknown.getMessage() + Failures.of(unknown)).contains("no_such_host").doesNotContain("sesame");
    }

    @Test
    void aResultDoesNotRepeatASecretOfTheTarget() throws Exception {
        answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nyou sent {request}";
        Object result = run(HttpTarget.at(server.url()).header("X-Token", "Bearer {file:" + file("file-sesame") + "}"));
        assertThat(String.valueOf(result)).contains("X-Token: ").doesNotContain("sesame");
    }

    @Test
    void aTargetTellsOnlyWhereItIs() throws IOException {
        assertThat(HttpTarget.at("HTTP://ada:sesame@my_service:8080/sesame?sesame")
                .header("A", "{file:" + file("sesame") + "}")).hasToString("http://my_service:8080");
    }

    @Test
    void aNameWithAnUnderscoreIsCalledByItsName() throws Exception {
        Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 localhost my_service web.1\n");
        for (String name : List.of("my_service", "web.1")) {
            Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Djdk.net.hosts.file=" + hosts, "-cp", System.getProperty("java.class.path"),
                    HttpTargetTest.class.getName(), "http://" + name + ":" + server.port() + "/x").inheritIO().start();
            assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
        assertThat(server.requests.get(0)).startsWith("POST /x HTTP/1.1\r\n")
                .contains("Host: my_service:" + server.port() + "\r\n");
        assertThat(server.requests.get(1)).contains("Host: web.1:" + server.port() + "\r\n");
    }

    /** Runs one job, in a JVM that takes names from a file. */
    public static void main(String[] url) throws Exception {
        run(HttpTarget.at(url[0]));
        System.exit(0);
    }

    private static @Nullable Object run(HttpTarget target) throws Exception {
        Heard heard = Heard.of("t", Json.parse("{\"n\":1}"));
        return new HttpHandler(new JobType("t"), target, Clock.fixed(NOW, ZoneOffset.UTC)).run(heard.payload(), heard);
    }

    private static HandlerFailure failure(HttpTarget target) {
        List<HandlerFailure> failures = new ArrayList<>();
        assertThatThrownBy(() -> run(target)).isInstanceOfSatisfying(HandlerFailure.class, failures::add);
        return failures.get(0);
    }
}
