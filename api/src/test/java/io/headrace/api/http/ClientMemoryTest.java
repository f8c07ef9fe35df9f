package io.headrace.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.headrace.access.AccessStore;
import io.headrace.api.Interposer;
import io.headrace.api.TestApi;
import io.headrace.api.TestApi.Answer;
import io.headrace.api.TestSocket;
import io.headrace.api.access.KeyRing;
import io.headrace.runtime.ByteBudget;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients can make a server hold in memory: bodies, answers, pages, streams, connections. */
@Timeout(60)
class ClientMemoryTest {
    private static final String JOBS = "/v1/queues/mail/jobs";
    private static final long BUDGET = 1024 * 1024;

    private final Interposer interposer = new Interposer();
    private final ByteBudget budget = new ByteBudget(BUDGET);
    /** Completes the submissions that the broker was given. */
    private final CompletableFuture<Void> brokerAnswers = new CompletableFuture<>();

    @SuppressWarnings("FutureReturnValueIgnored") // the server takes it
    private void holdSubmissions() {
        interposer.on("enqueue", call -> {
            CompletionStage<?> real = (CompletionStage<?>) call.call();
            CompletionStage<?> later = brokerAnswers.thenCompose(ignored -> real);
            return later;
        });
    }

    private static String job(int bytes) {
        return "{\"type\":\"t\",\"payload\":\"" + "x".repeat(bytes) + "\"}";
    }

    private void awaitHeld(TestApi api, long atLeast) {
        TestApi.until(() -> api.held() >= atLeast);
    }

    private void awaitEmpty(TestApi api) {
        TestApi.until(() -> api.held() == 0);
    }

    @Test
    void whoHasShownNoKeyMaySendFourKilobytes() {
        try (TestApi api = new TestApi("KEYS=secret")) {
            String login = "{\"key\":\"" + "k".repeat(5_000) + "\"}";
            assertThat(api.post("/v1/session", login).problem()).isEqualTo("payload-too-large");
            assertThat(api.raw("POST /v1/session HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{")).startsWith("HTTP/1.1 413");
        }
    }

    @Test
    void submissionsThatWaitForTheBrokerAreRefusedBeyondTheBudgetAndSmallOnesAreTaken() {
        holdSubmissions();
        try (TestApi api = new TestApi(budget, interposer)) {
            List<CompletableFuture<Answer>> waiting = new ArrayList<>();
            for (int i = 1; i <= 3; i++) {
                waiting.add(api.sendAsync(api.json(JOBS, job(100_000)).build()));
                awaitHeld(api, i * 300_000L);
            }
            Answer refused = api.post(JOBS, job(100_000));
            assertThat(refused.problem()).isEqualTo("overloaded");
            assertThat(refused.header("Retry-After")).isEqualTo("2");
            CompletableFuture<Answer> small = api.sendAsync(api.json(JOBS, job(100)).build());
            awaitHeld(api, 900_300);
            brokerAnswers.complete(null);
            assertThat(waiting).allSatisfy(answer -> assertThat(answer.join().status()).isEqualTo(202));
            assertThat(small.join().status()).isEqualTo(202);
            awaitEmpty(api);
            assertThat(api.meters.scrape()).contains("headrace_api_shed_total{what=\"request\"} 1.0");
        }
    }

    @Test
    void whatTheBrokerHasStaysCountedWhenItsSenderIsGone() throws IOException {
        holdSubmissions();
        try (TestApi api = new TestApi(budget, interposer)) {
            for (int i = 1; i <= 3; i++) {
                try (Socket gone = api.socket()) {
                    gone.getOutputStream().write(request(job(100_000), 0));
                    awaitHeld(api, i * 300_000L);
                }
            }
            api.awaitConnections(0);
            assertThat(api.post(JOBS, job(100_000)).problem()).isEqualTo("overloaded");
            brokerAnswers.complete(null);
            awaitEmpty(api);
        }
    }

    @Test
    void aBatchWaitsForRoomAndIsTakenWhole() {
        holdSubmissions();
        try (TestApi api = new TestApi(budget, interposer)) {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 40; i++) {
                lines.append(job(60_000)).append('\n');
            }
            CompletableFuture<Answer> answer = api.sendAsync(api.request(JOBS + ":batch")
                    .header("Content-Type", "application/x-ndjson")
                    .POST(java.net.http.HttpRequest.BodyPublishers.ofString(lines.toString())).build());
            awaitHeld(api, 180_000);
            assertThat(api.held()).isLessThan(BUDGET);
            brokerAnswers.complete(null);
            assertThat(answer.join().json().path("accepted").asInt()).isEqualTo(40);
            awaitEmpty(api);
        }
    }

    private static byte[] request(String body, int missing) {
        String head = "POST " + JOBS + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + (body.length() + missing) + "\r\n\r\n";
        return (head + body).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void whoSendsHalfABodyMakesRoomForWhoSendsAWholeOne() throws IOException {
        try (TestApi api = new TestApi(budget, interposer)) {
            List<Socket> halves = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Socket half = api.socket();
                halves.add(half);
                half.getOutputStream().write(request(job(60_000), 10));
            }
            TestApi.until(() -> api.post(JOBS, job(200_000)).status() == 202);
            assertThat(api.held()).isLessThan(BUDGET);
            for (Socket half : halves) {
                half.close();
            }
            awaitEmpty(api);
        }
    }

    @Test
    void answersThatAreNotReadAreNotPiledUp() throws IOException {
        try (TestApi api = new TestApi(budget, interposer)) {
            String id = api.post(JOBS, job(200_000)).text("id");
            List<Socket> deaf = new ArrayList<>();
            AtomicInteger looks = new AtomicInteger();
            interposer.noting("find", ignored -> looks.incrementAndGet());
            byte[] many = ("GET /v1/jobs/" + id + " HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(100)
                    .getBytes(StandardCharsets.ISO_8859_1);
            for (int i = 0; i < 20; i++) {
                deaf.add(deaf(api, many));
            }
            TestApi.until(() -> api.meters.scrape()
                    .lines().anyMatch(line -> line.startsWith("headrace_api_shed_total{what=\"client\"}")
                            && !line.endsWith(" 0.0")));
            assertThat(api.get("/v1/jobs/" + id).status()).isEqualTo(200);
            assertThat(looks.get()).as("looks for 2,000 requests, the answers to which nobody reads").isLessThan(1_000);
            for (Socket socket : deaf) {
                socket.close();
            }
            awaitEmpty(api);
        }
    }

    private static Socket deaf(TestApi api, byte[] sent) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4 * 1024);
        socket.connect(new InetSocketAddress(api.server.uri().getHost(), api.server.uri().getPort()));
        socket.getOutputStream().write(sent);
        return socket;
    }

    @Test
    void unreadStreamsOfALargeJobHoldNoMoreThanTheBudget() throws IOException {
        try (TestApi api = new TestApi(budget, interposer)) {
            String id = api.post(JOBS, job(200_000)).text("id");
            byte[] follow = ("GET /v1/jobs/" + id + "/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
            List<Socket> deaf = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                deaf.add(deaf(api, follow));
            }
            api.awaitWaiting(50);
            assertThat(api.post(JOBS, job(100)).status()).isEqualTo(202);
            assertThat(api.held()).as("50 events of 200,000 bytes").isLessThan(3 * BUDGET);
            for (Socket socket : deaf) {
                socket.close();
            }
            awaitEmpty(api);
        }
    }

    @Test
    void aPageOfLargeJobsIsCutAndLinksToItsNext() {
        try (TestApi api = new TestApi()) {
            for (int i = 0; i < 8; i++) {
                api.post(JOBS, job(200_000));
            }
            Answer page = api.get(JOBS + "?state=queued&limit=200");
            assertThat(page.json().path("jobs")).hasSize(6);
            assertThat(page.header("Link")).contains("rel=\"next\"");
        }
    }

    @Test
    void theOldestConnectionOfAStrangerMakesRoomForTheNext() throws IOException {
        ByteBudget few = new ByteBudget(1); // which 64 connections may do with
        try (TestApi api = new TestApi(few, interposer, "KEYS=secret"); Socket known = api.socket()) {
            String mine = "GET /v1/session HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret\r\n\r\n";
            known.getOutputStream().write(mine.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(TestApi.head(known.getInputStream())).startsWith("HTTP/1.1 200");
            List<Socket> strangers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                strangers.add(api.socket());
            }
            TestApi.until(() -> api.connections() <= 64);
            assertThat(strangers.get(0).getInputStream().read()).as("the oldest was closed").isNegative();
            known.getInputStream().skipNBytes(known.getInputStream().available());
            known.getOutputStream().write(mine.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(TestApi.head(known.getInputStream())).as("who has shown a key stays").contains("200 OK");
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    @Test
    void anErrorWhileTheKeysAreReadDoesNotEndTheirRenewal() {
        AtomicInteger reads = new AtomicInteger();
        AccessStore store = (AccessStore) Proxy.newProxyInstance(AccessStore.class.getClassLoader(),
                new Class<?>[]{AccessStore.class}, (proxy, method, arguments) -> {
                    reads.incrementAndGet();
                    throw new StackOverflowError("planted");
                });
        try (KeyRing keys = new KeyRing(TestApi.keys("admin:secret"), store, InstantSource.system())) {
            assertThatCode(keys::renew).doesNotThrowAnyException();
            assertThat(reads.get()).isEqualTo(1);
        }
    }

    @Test
    void anErrorInALookEndsNoTopic() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        interposer.on("overview", call -> {
            if (looks.incrementAndGet() == 1) {
                throw new StackOverflowError("planted");
            }
            return call.call();
        });
        try (TestApi api = new TestApi(interposer); TestSocket socket = TestSocket.open(api)) {
            socket.subscribe("overview").next("overview", "overview");
            assertThat(looks.get()).isGreaterThan(1);
        }
    }
}
