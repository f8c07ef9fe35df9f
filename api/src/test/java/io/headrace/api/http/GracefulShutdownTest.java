package io.headrace.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.api.Interposer;
import io.headrace.api.TestApi;
import io.headrace.api.TestApi.Answer;
import io.headrace.api.TestSocket;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that stops loses no request that it has taken. */
@Timeout(60)
class GracefulShutdownTest {
    private static final String JOB = "{\"type\":\"welcome\",\"payload\":{\"to\":1}}";
    private static final byte[] SUBMIT = ("POST /v1/queues/mail/jobs HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Type: application/json\r\nContent-Length: " + JOB.length() + "\r\n\r\n" + JOB)
            .getBytes(StandardCharsets.US_ASCII);

    private final Interposer interposer = new Interposer();

    @Test
    void busyConnectionsGetAnAnswerToEachRequestAndAreToldWhenItIsTheLast() throws Exception {
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger lasts = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(50);
        try (TestApi api = TestApi.leaving(interposer)) {
            List<Future<String>> ends = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                ends.add(clients.submit(() -> sendUntilRefused(api, answered, lasts)));
            }
            TestApi.until(() -> answered.get() > 2_000);
            api.server.close();
            for (Future<String> end : ends) {
                assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo("refused");
            }
            assertThat(lasts.get()).as("answers with Connection: close").isGreaterThanOrEqualTo(50);
        } finally {
            clients.shutdownNow();
        }
    }

    /** Sends one request after the other, anew when told to; says how that ended. */
    private static String sendUntilRefused(TestApi api, AtomicInteger answered, AtomicInteger lasts)
            throws IOException {
        while (true) {
            try (Socket socket = api.socket()) {
                boolean last = false;
                while (!last) {
                    socket.getOutputStream().write(SUBMIT);
                    String head = answer(socket.getInputStream());
                    if (!head.startsWith("HTTP/1.1 202")) {
                        return "no answer: " + head;
                    }
                    answered.incrementAndGet();
                    last = head.contains("onnection: close");
                }
                lasts.incrementAndGet();
            } catch (ConnectException e) {
                return "refused";
            } catch (IOException e) {
                return "no answer: " + e;
            }
        }
    }

    private static String answer(InputStream in) throws IOException {
        String head = TestApi.head(in);
        int at = head.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
        if (at >= 0) {
            in.skipNBytes(Long.parseLong(head.substring(at + 16, head.indexOf('\r', at))));
        }
        return head;
    }

    @Test
    void itSaysThatItIsNotReadyAndListensUntilTheDrainIsOver() throws Exception {
        try (TestApi api = TestApi.leaving(interposer, "DRAIN=30s")) {
            Thread closing = new Thread(api.server::close);
            assertThat(api.get("/readyz").status()).isEqualTo(200);
            closing.start();
            TestApi.until(() -> api.get("/readyz").status() == 503);
            Answer answer = api.post("/v1/queues/mail/jobs", JOB);
            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.header("Connection")).isEqualTo("close");
            closing.interrupt(); // as a second signal does
            closing.join(20_000);
            assertThat(closing.isAlive()).isFalse();
        }
    }

    @Test
    void whoWaitsIsToldHowThingsStandAndStreamsEndInGoodOrder() throws Exception {
        try (TestApi api = TestApi.leaving(interposer); TestSocket socket = TestSocket.open(api)) {
            JobId id = api.submit();
            CompletableFuture<Answer> waiting = api
                    .sendAsync(api.json("/v1/queues/mail/jobs", JOB).header("Prefer", "wait=30").build());
            try (Socket stream = api.socket()) {
                stream.getOutputStream().write(("GET /v1/jobs/" + id + "/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                TestApi.head(stream.getInputStream(), "event: queued");
                api.awaitWaiting(3);
                api.server.close();
                assertThat(new String(stream.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .as("the last chunk").endsWith("0\r\n\r\n");
            }
            assertThat(waiting.join().status()).isEqualTo(202);
            assertThat(waiting.join().text("state")).isEqualTo("queued");
            assertThat(socket.closed()).isEqualTo(1001);
        }
    }

    @Test
    void aRequestUnderWayIsAnsweredBeforeTheEnd() throws Exception {
        Interposer.Hold hold = interposer.hold("find", 1);
        try (TestApi api = TestApi.leaving(interposer)) {
            JobId id = api.submit();
            CompletableFuture<Answer> look = api.sendAsync(api.request("/v1/jobs/" + id).build());
            hold.awaitCalls();
            Thread closing = new Thread(api.server::close);
            closing.start();
            TestApi.until(() -> refuses(api));
            hold.letGo();
            assertThat(look.join().status()).isEqualTo(200);
            assertThat(look.join().header("Connection")).isEqualTo("close");
            closing.join(20_000);
        }
    }

    private static boolean refuses(TestApi api) {
        try (Socket socket = api.socket()) {
            return !socket.isConnected();
        } catch (IOException e) {
            return true;
        }
    }
}
