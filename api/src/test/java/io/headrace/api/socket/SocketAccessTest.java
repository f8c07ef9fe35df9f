package io.headrace.api.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.QueueName;
import io.headrace.access.Digest;
import io.headrace.api.EventReader;
import io.headrace.api.Interposer;
import io.headrace.api.TestApi;
import io.headrace.api.TestSocket;
import io.headrace.api.access.Sessions;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocketHandshakeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may listen by a WebSocket or a stream, and how long. */
@Timeout(60)
class SocketAccessTest {
    @Test
    void withKeysTheFirstMessageSaysWhoItIs() {
        try (TestApi api = new TestApi("KEYS=ops=operator:alpha")) {
            try (TestSocket socket = TestSocket.open(api, "")) {
                socket.subscribe("overview");
                assertThat(socket.problem()).isEqualTo("unauthorized");
                socket.send("{\"auth\":\"alpha\"}");
                assertThat(socket.next("session", "open"))
                        .hasToString("{\"name\":\"ops\",\"role\":\"operator\",\"queues\":null}");
                socket.subscribe("overview").next("overview", "overview");
            }
            try (TestSocket socket = TestSocket.open(api, "", "Authorization", "Bearer alpha")) {
                socket.next("session", "open");
            }
            try (TestSocket socket = TestSocket.open(api, "").send("{\"auth\":\"beta\"}")) {
                assertThat(socket.problem()).isEqualTo("unauthorized");
                assertThat(socket.closed()).isEqualTo(4001);
            }
            try (TestSocket silent = TestSocket.open(api, "")) {
                assertThat(silent.closed()).isEqualTo(4002);
            }
            assertThat(refusal(() -> TestSocket.open(api, "", "Authorization", "Bearer beta"))).isEqualTo(401);
            api.awaitNobody();
        }
    }

    @Test
    void aTicketLetsOneConnectionIn() {
        try (TestApi api = new TestApi("KEYS=ops=operator:alpha")) {
            String ticket = api.post("/v1/live/tickets", "", "Authorization", "Bearer alpha").text("ticket");
            try (TestSocket socket = TestSocket.open(api, "?ticket=" + ticket, "Origin", "https://app.example")) {
                assertThat(socket.next("session", "open").path("name").asText()).isEqualTo("ops");
            }
            for (String used : List.of(ticket, "nonsense")) {
                try (TestSocket socket = TestSocket.open(api, "?ticket=" + used)) {
                    assertThat(socket.problem()).isEqualTo("unauthorized");
                    assertThat(socket.closed()).isEqualTo(4001);
                }
            }
            api.awaitNobody();
        }
    }

    @Test
    void aSessionListensFromItsOwnPageOnly() {
        try (TestApi api = new TestApi("KEYS=eye=viewer@mail:v")) {
            String own = "http://127.0.0.1:" + api.server.uri().getPort();
            String cookie = api.post("/v1/session", "{\"key\":\"v\"}", "Origin", own).header("set-cookie")
                    .replaceFirst(";.*", "");
            try (TestSocket socket = TestSocket.open(api, "", "Cookie", cookie, "Origin", own)) {
                assertThat(socket.next("session", "open").path("queues")).hasToString("[\"mail\"]");
                socket.subscribe("overview").next("overview", "overview");
            }
            assertThat(refusal(() -> TestSocket.open(api, "", "Cookie", cookie, "Origin", "https://evil.example")))
                    .isEqualTo(403);
            assertThat(refusal(() -> TestSocket.open(api, "", "Cookie", "headrace_session=nonsense", "Origin", own)))
                    .isEqualTo(401);
            api.awaitNobody();
        }
    }

    @Test
    void aRevokedKeyLosesWhatItListensTo() throws Exception {
        try (TestApi api = new TestApi("KEYS=root=admin:a")) {
            String secret = api.post("/v1/keys", "{\"name\":\"eye\",\"role\":\"viewer\"}", "Authorization", "Bearer a")
                    .text("secret");
            HttpRequest events = TestApi.with(api.request("/v1/events"), "Authorization", "Bearer " + secret).build();
            try (TestSocket socket = TestSocket.open(api, "").send("{\"auth\":\"" + secret + "\"}");
                    EventReader reader = new EventReader(api.http.send(events, BodyHandlers.ofLines()))) {
                socket.next("session", "open");
                reader.next();
                api.call("DELETE", "/v1/keys/eye", "Authorization", "Bearer a");
                assertThat(socket.closed()).isEqualTo(4001);
                while (!reader.next().name().isEmpty()) {
                    // what was on its way
                }
                assertThat(reader.ended()).isTrue();
            }
            api.awaitNobody();
        }
    }

    private static final List<String> STREAMS = List.of("/v1/events", "/v1/jobs/%s/events");

    /** A session's streams, and how they end. */
    private static void endsAllStreams(Interposer interposer, Consumer<TestApi> end) throws Exception {
        try (TestApi api = new TestApi(interposer, "KEYS=root=admin:a")) {
            String own = "http://127.0.0.1:" + api.server.uri().getPort();
            String id = api.post("/v1/queues/mail/jobs", "{\"type\":\"t\"}", "Authorization", "Bearer a").text("id");
            String cookie = api.post("/v1/session", "{\"key\":\"a\"}", "Origin", own).header("set-cookie")
                    .replaceFirst(";.*", "");
            List<EventReader> readers = new ArrayList<>();
            for (String stream : STREAMS) {
                HttpRequest request = TestApi.with(api.request(stream.formatted(id)), "Cookie", cookie).build();
                readers.add(new EventReader(api.http.send(request, BodyHandlers.ofLines())));
                readers.get(readers.size() - 1).next();
            }
            try (TestSocket socket = TestSocket.open(api, "", "Cookie", cookie, "Origin", own)) {
                socket.next("session", "open");
                end.accept(api);
                assertThat(socket.closed()).isEqualTo(4001);
                for (EventReader reader : readers) {
                    while (!reader.next().name().isEmpty()) {
                        // what was on its way
                    }
                    assertThat(reader.ended()).isTrue();
                }
            }
            api.awaitNobody();
        }
    }

    @Test
    void whoeverLogsOutAtAnyReplicaEndsWhatItsSessionListensTo() throws Exception {
        List<Digest> sessions = new ArrayList<>();
        Interposer interposer = new Interposer();
        interposer.noting("session", arguments -> sessions.add((Digest) arguments[0]));
        endsAllStreams(interposer, api -> api.broker.access().end(sessions.get(0)));
    }

    @Test
    void theEndOfASessionEndsWhatItListensTo() throws Exception {
        endsAllStreams(new Interposer(), api -> api.clock.advance(Sessions.SESSION));
    }

    @Test
    void streamsOfOneSessionAskForItTogetherAndSitAnOutageThrough() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Interposer interposer = new Interposer();
        interposer.noting("session", arguments -> asked.incrementAndGet());
        try (TestApi api = new TestApi(interposer, "KEYS=root=admin:a")) {
            String own = "http://127.0.0.1:" + api.server.uri().getPort();
            String cookie = api.post("/v1/session", "{\"key\":\"a\"}", "Origin", own).header("set-cookie")
                    .replaceFirst(";.*", "");
            List<TestSocket> sockets = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                sockets.add(TestSocket.open(api, "", "Cookie", cookie, "Origin", own));
            }
            int opened = asked.get();
            sockets.get(0).subscribe("overview");
            for (int tick = 0; tick < 5; tick++) {
                sockets.get(0).next("overview", "overview");
            }
            assertThat(asked.get() - opened).isBetween(1, 5);
            api.broker.unavailable(true);
            for (int tick = 0; tick < 4; tick++) {
                assertThat(sockets.get(0).problem()).isEqualTo("broker-unavailable");
            }
            assertThat(sockets).allMatch(TestSocket::open);
            sockets.forEach(TestSocket::close);
        }
    }

    private static int refusal(Runnable opening) {
        int[] status = {0};
        assertThatThrownBy(opening::run).isInstanceOf(CompletionException.class).cause()
                .isInstanceOfSatisfying(WebSocketHandshakeException.class,
                        refused -> status[0] = refused.getResponse().statusCode());
        return status[0];
    }

    @Test
    void withoutKeysAPageOfAnotherOriginCannotListen() {
        try (TestApi api = new TestApi()) {
            assertThat(refusal(() -> TestSocket.open(api, "", "Origin", "https://evil.example"))).isEqualTo(403);
            String own = "http://127.0.0.1:" + api.server.uri().getPort();
            try (TestSocket socket = TestSocket.open(api, "", "Origin", own)) {
                socket.next("session", "open");
            }
        }
    }

    @Test
    void aKeyHearsOnlyWhatItMaySee() {
        try (TestApi api = new TestApi("KEYS=a=viewer@mail:m,b=producer:p")) {
            api.submitAs("p");
            api.broker.queues().pause(new QueueName("other"));
            try (TestSocket viewer = TestSocket.open(api, "", "Authorization", "Bearer m")) {
                assertThat(viewer.next("session", "open").path("queues")).hasToString("[\"mail\"]");
                JsonNode queues = viewer.subscribe("overview").next("overview", "overview").path("queues");
                assertThat(queues.findValuesAsText("queue")).containsExactly("mail");
                viewer.subscribe("queue:mail").next("queue:mail", "queue");
                viewer.subscribe("queue:other");
                assertThat(viewer.problem()).isEqualTo("not-allowed");
                viewer.subscribe("job:other_n1-0");
                assertThat(viewer.problem()).isEqualTo("not-allowed");
            }
            try (TestSocket producer = TestSocket.open(api, "", "Authorization", "Bearer p")) {
                producer.subscribe("overview");
                assertThat(producer.problem()).isEqualTo("not-allowed");
                producer.subscribe("queue:mail");
                assertThat(producer.problem()).isEqualTo("not-allowed");
                producer.subscribe("job:mail_n1-0");
                assertThat(producer.problem()).isEqualTo("unknown-job");
            }
        }
    }
}
