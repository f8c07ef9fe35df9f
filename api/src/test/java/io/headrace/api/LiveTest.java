package io.headrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.ClaimedJob;
import io.headrace.Digest;
import io.headrace.JobId;
import io.headrace.Progress;
import io.headrace.QueueName;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets, with a real client. */
@Timeout(60)
class LiveTest {
    @Test
    void anOverviewComesAtOnceAndThenEverySecondUntilNobodyListens() {
        try (Api api = new Api(); LiveSocket one = LiveSocket.open(api); LiveSocket two = LiveSocket.open(api)) {
            api.submit();
            JsonNode first = one.subscribe("overview").next();
            assertThat(first.path("event").asText()).isEqualTo("overview");
            assertThat(first.path("data").path("queues").path(0).path("queue").asText()).isEqualTo("mail");
            JsonNode second = one.next();
            assertThat(second.path("id").asLong()).isGreaterThan(first.path("id").asLong());
            two.subscribe("overview").next("overview", "overview");
            assertThat(api.server.topics()).isEqualTo(1);

            one.send("{\"unsubscribe\":\"overview\"}").next("overview", "end");
            two.send("{\"unsubscribe\":\"overview\"}").next("overview", "end");
            assertThat(api.server.topics()).isZero();
        }
    }

    @Test
    void aQueueTellsItsFiguresAndWhichOfItsJobsChange() {
        try (Api api = new Api(); LiveSocket socket = LiveSocket.open(api)) {
            JobId id = api.submit();
            JsonNode figures = socket.subscribe("queue:mail").next("queue:mail", "queue");
            assertThat(figures.path("counts").path("queued").asInt()).isEqualTo(1);
            assertThat(figures.path("settings").isObject()).isTrue();
            ClaimedJob job = api.claim();
            assertThat(socket.next("queue:mail", "changed")).hasToString("{\"jobs\":[{\"id\":\"" + id
                    + "\",\"type\":\"welcome\",\"state\":\"running\"}],\"more\":0}");
            api.succeed(job, "1");
            assertThat(socket.next("queue:mail", "changed").at("/jobs/0/state").asText()).isEqualTo("succeeded");
        }
    }

    @Test
    void manyChangesAreCountedRatherThanTold() {
        try (Api api = new Api(); LiveSocket socket = LiveSocket.open(api)) {
            for (int i = 0; i < ChangedJobs.MAX_JOBS + 50; i++) {
                api.submit();
            }
            socket.subscribe("queue:mail").next("queue:mail", "queue");
            for (int i = 0; i < ChangedJobs.MAX_JOBS + 50; i++) {
                api.claim();
            }
            long told = 0;
            long left = 0;
            while (told + left < ChangedJobs.MAX_JOBS + 50) {
                JsonNode changed = socket.next("queue:mail", "changed");
                assertThat(changed.path("jobs").size()).isLessThanOrEqualTo(ChangedJobs.MAX_JOBS);
                told += changed.path("jobs").size();
                left += changed.path("more").asLong();
            }
            assertThat(told + left).isEqualTo(ChangedJobs.MAX_JOBS + 50);
        }
    }

    @Test
    void aJobIsFollowedWithItsLogToItsEnd() {
        try (Api api = new Api(); LiveSocket socket = LiveSocket.open(api)) {
            JobId id = api.submit();
            String topic = "job:" + id;
            assertThat(socket.subscribe(topic).next(topic, "queued").path("id").asText()).isEqualTo(id.toString());
            ClaimedJob job = api.claim();
            socket.next(topic, "running");
            api.broker.report(job.lease(), new Progress(0.5, "half"), 0, List.of("hello", "world"))
                    .toCompletableFuture().join();
            assertThat(socket.next(topic, "log")).hasToString("{\"lines\":[\"hello\",\"world\"],\"next\":2}");
            assertThat(socket.next(topic, "running").at("/progress/message").asText()).isEqualTo("half");
            api.succeed(job, "{\"n\":1}");
            assertThat(socket.next(topic, "succeeded").at("/result/n").asInt()).isEqualTo(1);
            assertThat(socket.next().path("event").asText()).isEqualTo("end");
            assertThat(api.server.listeners()).isZero();
        }
    }

    @Test
    void whoComesBackGoesOnWithTheLogWhereItStopped() {
        try (Api api = new Api()) {
            JobId id = api.submit();
            ClaimedJob job = api.claim();
            api.broker.report(job.lease(), null, 0, List.of("one", "two", "three")).toCompletableFuture().join();
            String next;
            try (LiveSocket socket = LiveSocket.open(api)) {
                assertThat(socket.subscribe("job:" + id).next().path("event").asText()).isEqualTo("running");
                JsonNode log = socket.next();
                assertThat(log.at("/data/lines").size()).isEqualTo(3);
                next = log.path("id").asText();
            }
            api.broker.report(job.lease(), null, 3, List.of("four")).toCompletableFuture().join();
            try (LiveSocket socket = LiveSocket.open(api)) {
                socket.send("{\"subscribe\":\"job:" + id + "\",\"from\":" + next + "}");
                assertThat(socket.next("job:" + id, "log").path("lines")).hasToString("[\"four\"]");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"hello|malformed-json", "[]|invalid-field",
        "{}|invalid-field",
        "{\"subscrib\":\"overview\"}|invalid-field", "{\"subscribe\":\"overview\",\"unsubscribe\":\"x\"}|invalid-field",
        "{\"subscribe\":7}|invalid-field", "{\"subscribe\":\"everything\"}|invalid-field",
        "{\"subscribe\":\"queue:\"}|invalid-field", "{\"subscribe\":\"queue:No Such\"}|invalid-field",
        "{\"subscribe\":\"job:1\"}|invalid-field", "{\"subscribe\":\"overview\",\"from\":1}|invalid-field",
        "{\"subscribe\":\"job:mail_n1-0\",\"from\":-1}|invalid-field", "{\"unsubscribe\":\"overview\"}|invalid-field",
        "{\"subscribe\":\"queue:nowhere\"}|unknown-queue", "{\"subscribe\":\"job:mail_n1-0\"}|unknown-job",
        "{\"auth\":\"k\"}|invalid-field"})
    void whatCannotBeDoneIsSaidAndTheConnectionStays(String message, String problem) {
        try (Api api = new Api(); LiveSocket socket = LiveSocket.open(api)) {
            socket.send(message);
            assertThat(socket.problem()).isEqualTo(problem);
            socket.subscribe("overview").next("overview", "overview");
            socket.send("{\"unsubscribe\":\"overview\"}").next("overview", "end");
            assertThat(api.server.topics()).isZero();
        }
    }

    @Test
    void longMessagesBytesAndTooManyTopicsAreRefused() {
        try (Api api = new Api(); LiveSocket socket = LiveSocket.open(api)) {
            socket.send("{\"subscribe\":\"" + "x".repeat(LiveFrames.MAX_BYTES) + "\"}");
            assertThat(socket.problem()).isEqualTo("payload-too-large");
            socket.sendBytes("{}".getBytes(StandardCharsets.UTF_8));
            assertThat(socket.problem()).isEqualTo("malformed-json");
            for (int i = 0; i < 100; i++) {
                api.broker.operator().pause(new QueueName("q" + i));
                socket.subscribe("queue:q" + i);
            }
            socket.subscribe("overview");
            assertThat(socket.problem()).isEqualTo("invalid-field");
            socket.subscribe("queue:q7").send("{\"unsubscribe\":\"queue:q8\"}").next("queue:q8", "end");
            socket.subscribe("overview").next("overview", "overview");
        }
    }

    @Test
    void aFrameThatIsFarTooLongEndsTheConnectionAndSuchAMessageDoesNot() throws IOException {
        try (Api api = new Api(); LiveSocket socket = LiveSocket.open(api)) {
            socket.subscribe("overview").next("overview", "overview");
            socket.send("x".repeat(100_000)); // which this client sends as several frames
            assertThat(socket.problem()).isEqualTo("payload-too-large");
            assertThat(socket.open()).isTrue();
        }
        try (Api api = new Api(); Socket socket = raw(api)) {
            socket.getOutputStream().write(new byte[]{(byte) 0x81, (byte) 0xff, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0});
            while (socket.getInputStream().read() >= 0) {
                // the first message, and why it is closed
            }
            api.awaitNobody();
        }
    }

    @Test
    void withKeysTheFirstMessageSaysWhoItIs() {
        try (Api api = new Api("KEYS=ops=operator:alpha")) {
            try (LiveSocket socket = LiveSocket.open(api, "")) {
                socket.subscribe("overview");
                assertThat(socket.problem()).isEqualTo("unauthorized");
                socket.send("{\"auth\":\"alpha\"}");
                assertThat(socket.next("session", "open"))
                        .hasToString("{\"name\":\"ops\",\"role\":\"operator\",\"queues\":null}");
                socket.subscribe("overview").next("overview", "overview");
            }
            try (LiveSocket socket = LiveSocket.open(api, "", "Authorization", "Bearer alpha")) {
                socket.next("session", "open");
            }
            try (LiveSocket socket = LiveSocket.open(api, "").send("{\"auth\":\"beta\"}")) {
                assertThat(socket.problem()).isEqualTo("unauthorized");
                assertThat(socket.closed()).isEqualTo(4001);
            }
            try (LiveSocket silent = LiveSocket.open(api, "")) {
                assertThat(silent.closed()).isEqualTo(4002);
            }
            assertThat(refusal(() -> LiveSocket.open(api, "", "Authorization", "Bearer beta"))).isEqualTo(401);
            api.awaitNobody();
        }
    }

    @Test
    void aTicketLetsOneConnectionIn() {
        try (Api api = new Api("KEYS=ops=operator:alpha")) {
            String ticket = api.post("/v1/live/tickets", "", "Authorization", "Bearer alpha").text("ticket");
            try (LiveSocket socket = LiveSocket.open(api, "?ticket=" + ticket, "Origin", "https://app.example")) {
                assertThat(socket.next("session", "open").path("name").asText()).isEqualTo("ops");
            }
            for (String used : List.of(ticket, "nonsense")) {
                try (LiveSocket socket = LiveSocket.open(api, "?ticket=" + used)) {
                    assertThat(socket.problem()).isEqualTo("unauthorized");
                    assertThat(socket.closed()).isEqualTo(4001);
                }
            }
            api.awaitNobody();
        }
    }

    @Test
    void aSessionListensFromItsOwnPageOnly() {
        try (Api api = new Api("KEYS=eye=viewer@mail:v")) {
            String own = "http://127.0.0.1:" + api.server.uri().getPort();
            String cookie = api.post("/v1/session", "{\"key\":\"v\"}", "Origin", own).header("set-cookie")
                    .replaceFirst(";.*", "");
            try (LiveSocket socket = LiveSocket.open(api, "", "Cookie", cookie, "Origin", own)) {
                assertThat(socket.next("session", "open").path("queues")).hasToString("[\"mail\"]");
                socket.subscribe("overview").next("overview", "overview");
            }
            assertThat(refusal(() -> LiveSocket.open(api, "", "Cookie", cookie, "Origin", "https://evil.example")))
                    .isEqualTo(403);
            assertThat(refusal(() -> LiveSocket.open(api, "", "Cookie", "headrace_session=nonsense", "Origin", own)))
                    .isEqualTo(401);
            api.awaitNobody();
        }
    }

    @Test
    void aRevokedKeyLosesWhatItListensTo() throws Exception {
        try (Api api = new Api("KEYS=root=admin:a")) {
            String secret = api.post("/v1/keys", "{\"name\":\"eye\",\"role\":\"viewer\"}", "Authorization", "Bearer a")
                    .text("secret");
            HttpRequest events = Api.with(api.request("/v1/events"), "Authorization", "Bearer " + secret).build();
            try (LiveSocket socket = LiveSocket.open(api, "").send("{\"auth\":\"" + secret + "\"}");
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
    private static void endsAllStreams(Interposer interposer, Consumer<Api> end) throws Exception {
        try (Api api = new Api(interposer, "KEYS=root=admin:a")) {
            String own = "http://127.0.0.1:" + api.server.uri().getPort();
            String id = api.post("/v1/queues/mail/jobs", "{\"type\":\"t\"}", "Authorization", "Bearer a").text("id");
            String cookie = api.post("/v1/session", "{\"key\":\"a\"}", "Origin", own).header("set-cookie")
                    .replaceFirst(";.*", "");
            List<EventReader> readers = new ArrayList<>();
            for (String stream : STREAMS) {
                HttpRequest request = Api.with(api.request(stream.formatted(id)), "Cookie", cookie).build();
                readers.add(new EventReader(api.http.send(request, BodyHandlers.ofLines())));
                readers.get(readers.size() - 1).next();
            }
            try (LiveSocket socket = LiveSocket.open(api, "", "Cookie", cookie, "Origin", own)) {
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
        endsAllStreams(interposer, api -> api.broker.operator().access().end(sessions.get(0)));
    }

    @Test
    void theEndOfASessionEndsWhatItListensTo() throws Exception {
        endsAllStreams(new Interposer(), api -> api.clock.advance(Passes.SESSION));
    }

    @Test
    void streamsOfOneSessionAskForItTogetherAndSitAnOutageThrough() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Interposer interposer = new Interposer();
        interposer.noting("session", arguments -> asked.incrementAndGet());
        try (Api api = new Api(interposer, "KEYS=root=admin:a")) {
            String own = "http://127.0.0.1:" + api.server.uri().getPort();
            String cookie = api.post("/v1/session", "{\"key\":\"a\"}", "Origin", own).header("set-cookie")
                    .replaceFirst(";.*", "");
            List<LiveSocket> sockets = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                sockets.add(LiveSocket.open(api, "", "Cookie", cookie, "Origin", own));
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
            assertThat(sockets).allMatch(LiveSocket::open);
            sockets.forEach(LiveSocket::close);
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
        try (Api api = new Api()) {
            assertThat(refusal(() -> LiveSocket.open(api, "", "Origin", "https://evil.example"))).isEqualTo(403);
            String own = "http://127.0.0.1:" + api.server.uri().getPort();
            try (LiveSocket socket = LiveSocket.open(api, "", "Origin", own)) {
                socket.next("session", "open");
            }
        }
    }

    @Test
    void aKeyHearsOnlyWhatItMaySee() {
        try (Api api = new Api("KEYS=a=viewer@mail:m,b=producer:p")) {
            api.submitAs("p");
            api.broker.operator().pause(new QueueName("other"));
            try (LiveSocket viewer = LiveSocket.open(api, "", "Authorization", "Bearer m")) {
                assertThat(viewer.next("session", "open").path("queues")).hasToString("[\"mail\"]");
                JsonNode queues = viewer.subscribe("overview").next("overview", "overview").path("queues");
                assertThat(queues.findValuesAsText("queue")).containsExactly("mail");
                viewer.subscribe("queue:mail").next("queue:mail", "queue");
                viewer.subscribe("queue:other");
                assertThat(viewer.problem()).isEqualTo("not-allowed");
                viewer.subscribe("job:other_n1-0");
                assertThat(viewer.problem()).isEqualTo("not-allowed");
            }
            try (LiveSocket producer = LiveSocket.open(api, "", "Authorization", "Bearer p")) {
                producer.subscribe("overview");
                assertThat(producer.problem()).isEqualTo("not-allowed");
                producer.subscribe("queue:mail");
                assertThat(producer.problem()).isEqualTo("not-allowed");
                producer.subscribe("job:mail_n1-0");
                assertThat(producer.problem()).isEqualTo("unknown-job");
            }
        }
    }

    @Test
    void asManyListenAsMayAndNoMore() {
        try (Api api = new Api("MAX_WAITERS=1"); LiveSocket first = LiveSocket.open(api)) {
            try (LiveSocket second = LiveSocket.open(api, "")) {
                assertThat(second.problem()).isEqualTo("overloaded");
                assertThat(second.closed()).isEqualTo(1013);
            }
            assertThat(first.open()).isTrue();
        }
    }

    @Test
    void aConnectionTakesAPlaceForEachOfItsTopics() {
        try (Api api = new Api("MAX_WAITERS=2"); LiveSocket socket = LiveSocket.open(api)) {
            String job = "job:" + api.submit();
            socket.subscribe("queue:mail").next("queue:mail", "queue");
            assertThat(api.server.waiting()).isEqualTo(1);
            socket.subscribe(job).next(job, "queued");
            assertThat(api.server.waiting()).isEqualTo(2);
            socket.subscribe("overview");
            assertThat(socket.problem()).isEqualTo("overloaded");
            assertThat(api.get("/v1/events").problem()).isEqualTo("overloaded");
            socket.send("{\"unsubscribe\":\"" + job + "\"}").next(job, "end");
            socket.subscribe("overview").next("overview", "overview");
            socket.subscribe("overview").next("overview", "overview");
            socket.close();
            api.awaitNobody();
        }
    }

    @Test
    void nothingIsListenedToForAQueueThatThereIsNot() {
        List<Object> heard = new CopyOnWriteArrayList<>();
        Interposer interposer = new Interposer();
        interposer.noting("onChange", arguments -> heard.add(arguments[0]));
        try (Api api = new Api(interposer); LiveSocket socket = LiveSocket.open(api)) {
            api.submit();
            socket.subscribe("queue:nowhere");
            assertThat(socket.problem()).isEqualTo("unknown-queue");
            socket.next("queue:nowhere", "end");
            socket.subscribe("queue:mail").next("queue:mail", "queue");
            assertThat(heard).containsExactly(Api.MAIL);
        }
    }

    @Test
    void aServerThatStopsSaysSo() {
        Api api = new Api();
        try (LiveSocket socket = LiveSocket.open(api)) {
            socket.subscribe("overview").next("overview", "overview");
            api.close();
            assertThat(socket.closed()).isEqualTo(1001);
        }
    }

    @Test
    void anOutageIsToldAndSatThrough() {
        try (Api api = new Api(); LiveSocket socket = LiveSocket.open(api)) {
            api.submit();
            socket.subscribe("queue:mail").next("queue:mail", "queue");
            api.broker.unavailable(true);
            assertThat(socket.problem()).isEqualTo("broker-unavailable");
            api.broker.unavailable(false);
            socket.next("queue:mail", "queue");
        }
    }

    @Test
    void anOrdinaryRequestIsToldToUpgrade() {
        try (Api api = new Api()) {
            Api.Answer answer = api.get("/v1/live");
            assertThat(answer.status()).isEqualTo(426);
            assertThat(answer.problem()).isEqualTo("upgrade-required");
            assertThat(answer.header("Upgrade")).isEqualTo("websocket");
        }
    }

    /** A handshake by hand: what follows is not read, or not answered. */
    private static Socket raw(Api api) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(8 * 1024);
        socket.setSendBufferSize(8 * 1024);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(api.server.uri().getHost(), api.server.uri().getPort()));
        String request = """
                GET /v1/live HTTP/1.1
                Host: localhost
                Upgrade: websocket
                Connection: keep-alive, Upgrade
                Sec-WebSocket-Version: 13
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

                """;
        socket.getOutputStream().write(request.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
        assertThat(Api.head(socket.getInputStream())).startsWith("HTTP/1.1 101");
        return socket;
    }

    /** One text frame, masked with zeros. */
    private static void sendRaw(Socket socket, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[6 + bytes.length];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | bytes.length);
        System.arraycopy(bytes, 0, frame, 6, bytes.length);
        socket.getOutputStream().write(frame);
    }

    @Test
    void whoDoesNotReadIsDroppedAndHoldsNobodyUp() throws IOException {
        try (Api api = new Api(); Socket deaf = raw(api); LiveSocket other = LiveSocket.open(api)) {
            manyQueues(api);
            sendRaw(deaf, "{\"subscribe\":\"overview\"}");
            other.subscribe("overview");
            while (api.server.liveClients() > 1) {
                other.next("overview", "overview");
            }
            other.next("overview", "overview");
            assertThat(api.server.waiting()).isEqualTo(1);
        }
    }

    /** What a client may send that is answered, each as one frame. */
    private static byte[] answered(String what) {
        if (what.equals("too long")) {
            byte[] frame = new byte[8 + LiveFrames.MAX_BYTES + 1];
            frame[0] = (byte) 0x81;
            frame[1] = (byte) 0xfe;
            frame[2] = (byte) ((LiveFrames.MAX_BYTES + 1) >> 8);
            frame[3] = (byte) (LiveFrames.MAX_BYTES + 1);
            return frame;
        }
        byte[] frame = new byte[6 + 125]; // so long that few fit into the buffers of the kernel
        frame[0] = (byte) (what.equals("bytes") ? 0x82 : what.equals("pings") ? 0x89 : 0x81);
        frame[1] = (byte) (0x80 | 125);
        return frame;
    }

    /** Each frame is answered, so whoever could send them all would fill the server's memory. */
    @ParameterizedTest
    @ValueSource(strings = {"bytes", "nonsense", "pings", "too long"})
    void whoSendsWithoutReadingIsNotHeard(String what) throws IOException {
        byte[] frame = answered(what);
        byte[] some = new byte[frame.length * 100];
        for (int at = 0; at < some.length; at += frame.length) {
            System.arraycopy(frame, 0, some, at, frame.length);
        }
        long[] sent = {0};
        try (Api api = new Api("KEYS=k"); Socket deaf = raw(api)) {
            assertThatThrownBy(() -> {
                while (sent[0] < 1L << 30) {
                    deaf.getOutputStream().write(some);
                    sent[0] += some.length;
                }
            }).as("was cut off").isInstanceOf(IOException.class);
            assertThat(sent[0] / frame.length).as("frames that were taken, to the last buffer between them")
                    .isLessThan(200_000);
            api.awaitNobody();
        }
    }

    /** So many that their figures fill the buffers between server and client in a few seconds. */
    static void manyQueues(Api api) {
        for (int i = 0; i < 4_000; i++) {
            api.broker.operator().pause(new QueueName("queue-with-a-long-name-to-fill-the-wire-" + i));
        }
    }

    @Test
    void whoAnswersNoPingIsDropped() throws IOException {
        Pings soon = new Pings(1, Duration.ofSeconds(3)); // a ping every 2 s
        try (Api api = Api.pinging(soon); Socket mute = raw(api); LiveSocket other = LiveSocket.open(api)) {
            String told = new String(mute.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(told).as("a ping, then a close with 4008").contains("\u0089\0")
                    .endsWith("\u0088\u0016\u000f\u00a8no ping was answered");
            other.subscribe("overview").next("overview", "overview");
            assertThat(api.server.liveClients()).isEqualTo(1);
        }
    }

    @Test
    void whoVanishesLeavesNothingBehind() throws IOException {
        try (Api api = new Api()) {
            String job = api.submit().toString();
            int before = api.server.connections();
            for (int i = 0; i < 20; i++) {
                try (Socket socket = raw(api)) {
                    for (String topic : List.of("overview", "queue:mail", "job:" + job)) {
                        sendRaw(socket, "{\"subscribe\":\"" + topic + "\"}");
                    }
                    Api.head(socket.getInputStream(), "\"event\":\"queued\"");
                    socket.setSoLinger(true, 0); // cut off, not closed
                }
            }
            api.awaitNobody();
            api.awaitConnections(before);
        }
    }

    @Test
    void metricsTellHowManyListenAndHow() {
        try (Api api = new Api(); LiveSocket ignored = LiveSocket.open(api)) {
            assertThat(api.get("/metrics").body()).contains("headrace_api_live_clients{kind=\"websocket\"} 1.0",
                    "headrace_api_live_clients{kind=\"events\"} 0.0");
        }
    }
}
