package io.headrace.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.QueueName;
import io.headrace.access.AccessStore;
import io.headrace.access.Digest;
import io.headrace.api.Interposer;
import io.headrace.api.TestApi;
import io.headrace.api.http.Caller;
import io.headrace.api.http.Problem;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SessionTest {
    private final TestApi api = new TestApi("KEYS=root=admin:a,eye=viewer@mail:v");
    private final String own = "http://127.0.0.1:" + api.server.uri().getPort();

    @AfterEach
    void close() {
        api.close();
    }

    private TestApi.Answer login(String key, String... headers) {
        return api.post("/v1/session", "{\"key\":\"" + key + "\"}", headers);
    }

    /** The cookie as a browser sends it back. */
    private String cookie(String key) {
        TestApi.Answer answer = login(key);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.header("set-cookie").replaceFirst(";.*", "");
    }

    private TestApi.Answer change(String cookie, String... more) {
        List<String> headers = new ArrayList<>(List.of("Cookie", cookie));
        headers.addAll(List.of(more));
        return api.post("/v1/queues/mail/jobs", "{\"type\":\"t\"}", headers.toArray(String[]::new));
    }

    @Test
    void aLoginSetsACookieThatStandsForTheKey() {
        TestApi.Answer answer = login("v");
        assertThat(answer.header("set-cookie")).matches("headrace_session=[A-Za-z0-9_-]{43}; Path=/; Max-Age=43200;"
                + " HttpOnly; SameSite=Strict");
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.body())
                .isEqualTo("{\"name\":\"eye\",\"role\":\"viewer\",\"queues\":[\"mail\"],\"keys\":true}");
        String cookie = cookie("v");
        assertThat(api.get("/v1/session", "Cookie", "x=1; " + cookie).text("name")).isEqualTo("eye");
        assertThat(api.get("/v1/queues", "Cookie", cookie).status()).isEqualTo(200);
        assertThat(api.get("/v1/keys", "Cookie", cookie).status()).isEqualTo(403);
        assertThat(api.get("/v1/queues/other", "Cookie", cookie).status()).isEqualTo(403);
        assertThat(api.get("/nowhere", "Cookie", cookie).status()).isEqualTo(404);
        assertThat(api.get("/v1/session").status()).isEqualTo(401);
        assertThat(api.get("/v1/session", "Cookie", "headrace_session=nonsense").status()).isEqualTo(401);
        assertThat(login("wrong").status()).isEqualTo(401);
    }

    @Test
    void behindHttpsTheCookieIsSecure() {
        assertThat(login("v", "X-Forwarded-Proto", "https").header("set-cookie")).endsWith("; Secure");
    }

    @Test
    void withoutKeysNobodyNeedsASession() {
        try (TestApi open = new TestApi()) {
            assertThat(open.get("/v1/session").body())
                    .isEqualTo("{\"name\":\"local\",\"role\":\"admin\",\"queues\":null,\"keys\":false}");
            TestApi.Answer login = open.post("/v1/session", "{\"key\":\"any\"}");
            assertThat(login.status()).isEqualTo(200);
            assertThat(login.header("set-cookie")).isEmpty();
            assertThat(open.post("/v1/session", "{\"key\":\"any\"}", "Origin", "https://evil.example").status())
                    .isEqualTo(403);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "null", "http://127.0.0.1:1", "http://localhost", ""})
    void aPageOfAnotherOriginCanChangeNothingWithTheCookie(String origin) {
        String cookie = cookie("a");
        String[] headers = origin.isEmpty() ? new String[0] : new String[]{"Origin", origin};
        TestApi.Answer answer = change(cookie, headers);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.problem()).isEqualTo("forbidden");
        assertThat(api.broker.queues().info(TestApi.MAIL)).isEmpty();
        assertThat(api.send(TestApi.with(api.json("/v1/session", "{\"key\":\"a\"}"),
                "Origin", origin.isEmpty() ? "https://evil.example" : origin).build()).status()).isEqualTo(403);
    }

    @Test
    void aPageOfThisServerCanChangeWhatItsKeyAllows() {
        String cookie = cookie("a");
        assertThat(change(cookie, "Origin", own).status()).isEqualTo(202);
        assertThat(change(cookie("v"), "Origin", own).status()).isEqualTo(403);
        assertThat(api.send(api.request("/v1/queues/mail/jobs").headers("Cookie", cookie, "Origin", own, "Content-Type",
                "text/plain").POST(BodyPublishers.ofString("{\"type\":\"t\"}")).build()).status()).isEqualTo(415);
        assertThat(api.post("/v1/queues/mail/jobs:batch", "[{\"type\":\"t\"}]", "Cookie", cookie("a"), "Origin", own)
                .json().path("accepted").asInt()).isEqualTo(1);
        assertThat(api.post("/v1/queues/mail/dead:retry", "{}", "Cookie", cookie("a"), "Origin", own).status())
                .isEqualTo(200);
        JobId id = JobId.parse(change(cookie("a"), "Origin", own).text("id"));
        assertThat(api.call("DELETE", "/v1/jobs/" + id, "Cookie", cookie("a"), "Origin", own).status()).isEqualTo(200);
    }

    @Test
    void aLongBodyThatWaitsForItsSessionArrivesWhole() {
        String payload = "x".repeat(200_000);
        TestApi.Answer answer = api.post("/v1/queues/mail/jobs", "{\"type\":\"t\",\"payload\":\"" + payload + "\"}",
                "Cookie",
                cookie("a"), "Origin", own);
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().path("payload").asText()).isEqualTo(payload);
    }

    @Test
    void aSessionEndsWhenAskedTo() {
        String cookie = cookie("a");
        assertThat(api.call("DELETE", "/v1/session", "Cookie", cookie).status()).isEqualTo(403);
        TestApi.Answer end = api.call("DELETE", "/v1/session", "Cookie", cookie, "Origin", own);
        assertThat(end.body()).isEqualTo("{\"ended\":true}");
        assertThat(end.header("set-cookie")).startsWith("headrace_session=; Path=/; Max-Age=0;");
        assertThat(api.get("/v1/queues", "Cookie", cookie).status()).isEqualTo(401);
        assertThat(api.call("DELETE", "/v1/session", "Authorization", "Bearer a").body())
                .isEqualTo("{\"ended\":false}");
    }

    @Test
    void aSessionEndsAfterTwelveHours() {
        String cookie = cookie("a");
        api.clock.advance(Duration.ofHours(12));
        assertThat(api.get("/v1/queues", "Cookie", cookie).status()).isEqualTo(401);
    }

    @Test
    void aSessionDiesWithItsKey() {
        String secret = api.post("/v1/keys", "{\"name\":\"temp\",\"role\":\"operator\"}", "Authorization", "Bearer a")
                .text("secret");
        String cookie = cookie(secret);
        assertThat(api.get("/v1/queues", "Cookie", cookie).status()).isEqualTo(200);
        api.call("DELETE", "/v1/keys/temp", "Authorization", "Bearer a");
        assertThat(api.get("/v1/queues", "Cookie", cookie).status()).isEqualTo(401);
        api.post("/v1/keys", "{\"name\":\"temp\",\"role\":\"operator\"}", "Authorization", "Bearer a");
        assertThat(api.get("/v1/queues", "Cookie", cookie).status()).isEqualTo(401);
    }

    @Test
    void keysCannotBeGuessedByLoggingIn() {
        for (int i = 0; i < 10; i++) {
            assertThat(login("guess" + i).status()).isEqualTo(401);
        }
        TestApi.Answer shut = login("a");
        assertThat(shut.status()).isEqualTo(429);
        assertThat(shut.problem()).isEqualTo("too-many-attempts");
        assertThat(Integer.parseInt(shut.header("retry-after"))).isBetween(1, 60);
        assertThat(shut.text("detail")).containsPattern("the next is possible in \\d+ second");
        assertThat(api.get("/v1/queues", "Authorization", "Bearer a").status()).isEqualTo(200);
    }

    @Test
    void aKeyCannotFillTheStoreWithSessionsOrTickets() {
        int sessions = 0;
        while (login("v").status() == 200) {
            sessions++;
        }
        assertThat(sessions).isEqualTo(60);
        assertThat(login("v").problem()).isEqualTo("too-many-attempts");
        assertThat(Integer.parseInt(login("v").header("retry-after"))).isBetween(1, 60);
        assertThat(login("a").status()).as("another key").isEqualTo(200);
        int tickets = 0;
        while (api.call("POST", "/v1/live/tickets", "Authorization", "Bearer v").status() == 200) {
            tickets++;
        }
        assertThat(tickets).isEqualTo(600);
        assertThat(api.call("POST", "/v1/live/tickets", "Authorization", "Bearer a").status()).isEqualTo(200);
    }

    @Test
    void failedLoginsAreForgottenAfterAMinuteAndBounded() {
        long[] now = {0};
        LoginLimit logins = new LoginLimit(10, "too many", () -> now[0]);
        for (int i = 0; i < 20_000; i++) {
            logins.count("address" + i);
        }
        for (int i = 0; i < 10; i++) {
            logins.count("address1");
        }
        assertThat(refused(logins, "address1")).isTrue();
        assertThat(refused(logins, "a new one")).as("shares the count of the rest").isTrue();
        assertThat(refused(logins, "address2")).isFalse();
        now[0] += TimeUnit.MINUTES.toNanos(1);
        assertThat(refused(logins, "address1")).isFalse();
        assertThat(refused(logins, "a new one")).isFalse();
    }

    private static boolean refused(LoginLimit logins, String address) {
        try {
            logins.check(address);
            return false;
        } catch (Problem e) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/events", "/v1/jobs/mail_n1-0/events", "/v1/jobs/mail_n1-0?wait=30s"})
    void whoLeavesWhileItsSessionIsLookedUpLeavesNothingBehind(String path) throws Exception {
        Interposer interposer = new Interposer();
        try (TestApi slow = new TestApi(interposer, "KEYS=root=admin:a")) {
            String cookie = slow.post("/v1/session", "{\"key\":\"a\"}").header("set-cookie").replaceFirst(";.*", "");
            int before = slow.connections();
            Interposer.Hold hold = interposer.hold("session", 10);
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                Socket socket = slow.socket();
                sockets.add(socket);
                socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nCookie: " + cookie
                        + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            hold.awaitCalls();
            for (Socket socket : sockets) {
                socket.close();
            }
            slow.awaitConnections(before);
            hold.letGo();
            for (int i = 0; i < 10; i++) { // each loop has gone on with what it held
                slow.raw("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            }
            slow.awaitNobody();
        }
    }

    /** The parts that redeem tickets, over the broker of the server. */
    private Sessions sessions(String keys) {
        AccessStore store = api.broker.access();
        KeyRing ring = new KeyRing(TestApi.keys(keys), store, api.clock::now);
        ring.renew();
        return new Sessions(store, ring);
    }

    @Test
    void aTicketIsGoodForOneConnectionToAnyReplica() {
        TestApi.Answer answer = api.call("POST", "/v1/live/tickets", "Authorization", "Bearer v");
        assertThat(answer.text("expiresIn")).isEqualTo("30s");
        String ticket = answer.text("ticket");
        List<CompletableFuture<Optional<Caller>>> tries = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Sessions replica = sessions("eye=viewer@mail:v");
            tries.add(CompletableFuture.supplyAsync(() -> replica.redeem(ticket, "::1")));
        }
        List<Caller> let = tries.stream().map(CompletableFuture::join).flatMap(Optional::stream).toList();
        assertThat(let).singleElement().satisfies(caller -> {
            assertThat(caller.name()).isEqualTo("eye");
            assertThat(caller.reaches(TestApi.MAIL)).isTrue();
            assertThat(caller.reaches(new QueueName("other"))).isFalse();
        });
    }

    @Test
    void aTicketOpensNothingOnceItsKeyIsAnotherOrItIsOld() {
        String another = api.call("POST", "/v1/live/tickets", "Authorization", "Bearer v").text("ticket");
        assertThat(sessions("eye=viewer@mail:changed").redeem(another, "::1")).isEmpty();
        String old = api.call("POST", "/v1/live/tickets", "Authorization", "Bearer v").text("ticket");
        api.clock.advance(Duration.ofSeconds(30));
        assertThat(sessions("eye=viewer@mail:v").redeem(old, "::1")).isEmpty();
        assertThat(sessions("eye=viewer@mail:v").redeem("nonsense", "::1")).isEmpty();
    }

    @Test
    void aTicketMadeWhereNoKeysAreAskedForOpensNothingWhereTheyAre() {
        Sessions open = sessions("");
        String ticket = open.issue(AccessStore.Kind.TICKET, Caller.local("::1"));
        assertThat(sessions("local=admin:a").redeem(ticket, "::1")).isEmpty();
        String local = open.issue(AccessStore.Kind.TICKET, Caller.local("::1"));
        assertThat(open.redeem(local, "::1")).contains(Caller.local("::1"));
        assertThat(open.redeem(local, "::1")).isEmpty();
    }

    @Test
    void whatIsStoredOfASessionDoesNotProveAKey() {
        String cookie = cookie("v");
        String secret = cookie.substring(cookie.indexOf('=') + 1);
        AccessStore.Pass stored = api.broker.access().session(Digest.of(secret)).orElseThrow();
        assertThat(stored.proof()).isNotEqualTo(Digest.of("v"));
        assertThat(stored.key()).isEqualTo("eye");
        assertThat(api.get("/v1/queues", "Authorization", "Bearer " + stored.proof().hex()).status()).isEqualTo(401);
    }
}
