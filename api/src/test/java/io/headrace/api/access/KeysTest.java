package io.headrace.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.OutcomeUnknown;
import io.headrace.access.AccessKey;
import io.headrace.access.Digest;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import io.headrace.api.Interposer;
import io.headrace.api.TestApi;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class KeysTest {
    private final TestApi api = new TestApi("KEYS=root=admin:a");

    @AfterEach
    void close() {
        api.close();
    }

    private TestApi.Answer create(String body) {
        return api.post("/v1/keys", body, "Authorization", "Bearer a");
    }

    private int status(String secret) {
        return api.get("/v1/queues", "Authorization", "Bearer " + secret).status();
    }

    @Test
    void aKeyThatWasMadeOpensWhatItSaysAtOnce() {
        TestApi.Answer made = create(
                "{\"name\":\"ci\",\"role\":\"producer\",\"queues\":[\"mail\",\"sms\"],\"expiresIn\":\"2h\"}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.text("secret")).matches("hr_[A-Za-z0-9_-]{43}");
        assertThat(made.header("cache-control")).isEqualTo("no-store");
        assertThat(made.text("expiresAt")).isEqualTo("2026-11-22T10:00:00.000Z");
        String secret = made.text("secret");
        assertThat(status(secret)).isEqualTo(403);
        assertThat(api.post("/v1/queues/mail/jobs", "{\"type\":\"t\"}", "Authorization", "Bearer " + secret).status())
                .isEqualTo(202);
        assertThat(api.post("/v1/queues/x/jobs", "{\"type\":\"t\"}", "Authorization", "Bearer " + secret).status())
                .isEqualTo(403);
        assertThat(api.get("/v1/session", "Authorization", "Bearer " + secret).text("name")).isEqualTo("ci");
        assertThat(api.broker.access().keys()).singleElement().extracting(AccessKey::digest)
                .isEqualTo(Digest.of(secret));
        TestApi.Answer list = api.get("/v1/keys", "Authorization", "Bearer a");
        assertThat(list.json().path("keys"))
                .extracting(key -> key.path("name").asText() + " " + key.path("from").asText())
                .containsExactly("root environment", "ci store");
        assertThat(list.body()).doesNotContain(secret, Digest.of(secret).hex(), "secret");
    }

    @Test
    void aRevokedKeyOpensNothingAtOnce() {
        String secret = create("{\"name\":\"eye\",\"role\":\"viewer\"}").text("secret");
        assertThat(status(secret)).isEqualTo(200);
        assertThat(api.call("DELETE", "/v1/keys/eye", "Authorization", "Bearer a").status()).isEqualTo(200);
        assertThat(status(secret)).isEqualTo(401);
    }

    @Test
    void theKeysOfTheEnvironmentCannotBeRevokedAndAlwaysWork() {
        TestApi.Answer refused = api.call("DELETE", "/v1/keys/root", "Authorization", "Bearer a");
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.text("detail")).contains("HEADRACE_API_KEYS");
        api.broker.unavailable(true);
        assertThat(api.get("/v1/session", "Authorization", "Bearer a").status()).isEqualTo(200);
    }

    @Test
    void whatAnotherReplicaDoesIsKnownWithinSeconds() throws InterruptedException {
        AccessKey key = api.broker.access()
                .create("else", Digest.of("x"), Role.VIEWER, Scope.ALL, null).orElseThrow();
        await("x", 200);
        assertThat(api.broker.access().revoke(key.name())).isTrue();
        await("x", 401);
    }

    /** Asks until the answer changes; five seconds are what is promised. */
    private void await(String secret, int expected) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        HttpRequest request = api.request("/v1/queues").header("Authorization", "Bearer " + secret).build();
        while (api.send(request).status() != expected) {
            assertThat(System.nanoTime()).as("known within 5 s").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void anExpiredKeyOpensNothing() throws InterruptedException {
        String secret = create("{\"name\":\"eye\",\"role\":\"viewer\",\"expiresIn\":\"1m\"}").text("secret");
        assertThat(status(secret)).isEqualTo(200);
        api.clock.advance(Duration.ofMinutes(1));
        await(secret, 401);
    }

    @Test
    void theKnownKeysStandWhileTheBrokerIsAway() {
        String secret = create("{\"name\":\"eye\",\"role\":\"viewer\"}").text("secret");
        api.broker.unavailable(true);
        KeyRing ring = new KeyRing(TestApi.keys("root=admin:a"), api.broker.access(),
                api.clock::now);
        ring.renew();
        assertThat(ring.find(Digest.of(secret))).isNull();
        api.broker.unavailable(false);
        ring.renew();
        assertThat(ring.find(Digest.of(secret))).isNotNull();
        api.broker.unavailable(true);
        ring.renew();
        assertThat(ring.find(Digest.of(secret))).isNotNull();
        assertThat(api.get("/v1/session", "Authorization", "Bearer " + secret).status()).isEqualTo(200);
    }

    @Test
    void aKeyExpiresWhileTheBrokerIsAway() {
        String secret = create("{\"name\":\"eye\",\"role\":\"viewer\",\"expiresIn\":\"1m\"}").text("secret");
        KeyRing ring = new KeyRing(TestApi.keys("root=admin:a"), api.broker.access(), api.clock::now);
        ring.renew();
        api.broker.unavailable(true);
        ring.renew();
        assertThat(ring.find(Digest.of(secret))).isNotNull();
        api.clock.advance(Duration.ofMinutes(1));
        ring.renew();
        assertThat(ring.find(Digest.of(secret))).isNull();
        assertThat(ring.named("eye")).isEmpty();
    }

    @Test
    void aKeyThatMayHaveBeenStoredCanBeMadeAnew() {
        Interposer interposer = new Interposer();
        try (TestApi cut = new TestApi(interposer, "KEYS=root=admin:a")) {
            interposer.on("create", call -> {
                call.call();
                throw new OutcomeUnknown("the answer was cut off", null);
            });
            String[] root = {"Authorization", "Bearer a"};
            String wanted = "{\"name\":\"eye\",\"role\":\"viewer\"}";
            TestApi.Answer lost = cut.post("/v1/keys", wanted, root);
            assertThat(lost.problem()).isEqualTo("outcome-unknown");
            assertThat(lost.text("detail")).contains("'eye'", "revoke it and try again")
                    .doesNotContain("Idempotency-Key");
            assertThat(cut.get("/v1/audit", root).json().at("/entries/0/unfinished").asBoolean()).isTrue();

            interposer.on("create", Callable::call);
            assertThat(cut.post("/v1/keys", wanted, root).status()).isEqualTo(409);
            assertThat(cut.call("DELETE", "/v1/keys/eye", root).status()).isEqualTo(200);
            assertThat(cut.post("/v1/keys", wanted, root).status()).isEqualTo(201);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"role\":\"viewer\"}|422|name",
        "{\"name\":\"a b\",\"role\":\"viewer\"}|422|name",
        "{\"name\":\"x\"}|422|role", "{\"name\":\"x\",\"role\":\"viewr\"}|422|role",
        "{\"name\":\"x\",\"role\":\"viewer\",\"queues\":[]}|422|queues",
        "{\"name\":\"x\",\"role\":\"admin\",\"queues\":[\"mail\"]}|422|queues",
        "{\"name\":\"x\",\"role\":\"viewer\",\"queues\":[\"M\"]}|422|queue",
        "{\"name\":\"x\",\"role\":\"viewer\",\"expiresIn\":\"0s\"}|422|expiresIn",
        "{\"name\":\"x\",\"role\":\"viewer\",\"secret\":\"mine\"}|422|secret",
        "{\"name\":\"root\",\"role\":\"viewer\"}|409|name"})
    void aKeyThatIsNotAllowedIsRefused(String body, int status, String field) {
        TestApi.Answer answer = create(body);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.text("field")).isEqualTo(field);
        assertThat(api.broker.access().keys()).isEmpty();
    }

    @Test
    void aNameIsTakenOnce() {
        create("{\"name\":\"ci\",\"role\":\"viewer\"}");
        TestApi.Answer again = create("{\"name\":\"ci\",\"role\":\"admin\"}");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.problem()).isEqualTo("key-exists");
    }

    @Test
    void whereNobodyIsAskedForAKeyNoneIsMade() {
        try (TestApi open = new TestApi()) {
            TestApi.Answer answer = open.post("/v1/keys", "{\"name\":\"ci\",\"role\":\"viewer\"}");
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.problem()).isEqualTo("no-keys-asked");
            assertThat(open.get("/v1/keys").json().path("keys")).isEmpty();
        }
    }
}
