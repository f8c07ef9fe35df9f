package io.headrace.api.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.QueueName;
import io.headrace.api.TestApi;
import io.headrace.api.TestSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of WebSockets that do not read, do not answer, or vanish: handshakes and frames by hand. */
@Timeout(60)
public class SlowClientsTest {
    @Test
    void aFrameThatIsFarTooLongEndsTheConnectionAndSuchAMessageDoesNot() throws IOException {
        try (TestApi api = new TestApi(); TestSocket socket = TestSocket.open(api)) {
            socket.subscribe("overview").next("overview", "overview");
            socket.send("x".repeat(100_000)); // which this client sends as several frames
            assertThat(socket.problem()).isEqualTo("payload-too-large");
            assertThat(socket.open()).isTrue();
        }
        try (TestApi api = new TestApi(); Socket socket = raw(api)) {
            socket.getOutputStream().write(new byte[]{(byte) 0x81, (byte) 0xff, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0});
            while (socket.getInputStream().read() >= 0) {
                // the first message, and why it is closed
            }
            api.awaitNobody();
        }
    }

    /** A handshake by hand: what follows is not read, or not answered. */
    private static Socket raw(TestApi api) throws IOException {
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
        assertThat(TestApi.head(socket.getInputStream())).startsWith("HTTP/1.1 101");
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
        try (TestApi api = new TestApi(); Socket deaf = raw(api); TestSocket other = TestSocket.open(api)) {
            manyQueues(api);
            sendRaw(deaf, "{\"subscribe\":\"overview\"}");
            other.subscribe("overview");
            while (api.liveClients() > 1) {
                other.next("overview", "overview");
            }
            other.next("overview", "overview");
            assertThat(api.waiting()).isEqualTo(1);
        }
    }

    /** What a client may send that is answered, each as one frame. */
    private static byte[] answered(String what) {
        if (what.equals("too long")) {
            byte[] frame = new byte[8 + SocketFrames.MAX_BYTES + 1];
            frame[0] = (byte) 0x81;
            frame[1] = (byte) 0xfe;
            frame[2] = (byte) ((SocketFrames.MAX_BYTES + 1) >> 8);
            frame[3] = (byte) (SocketFrames.MAX_BYTES + 1);
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
        try (TestApi api = new TestApi("KEYS=k"); Socket deaf = raw(api)) {
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
    public static void manyQueues(TestApi api) {
        for (int i = 0; i < 4_000; i++) {
            api.broker.queues().pause(new QueueName("queue-with-a-long-name-to-fill-the-wire-" + i));
        }
    }

    @Test
    void whoAnswersNoPingIsDropped() throws IOException {
        Pings soon = new Pings(1, Duration.ofSeconds(3)); // a ping every 2 s
        try (TestApi api = TestApi.pinging(soon); Socket mute = raw(api); TestSocket other = TestSocket.open(api)) {
            String told = new String(mute.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(told).as("a ping, then a close with 4008").contains("\u0089\0")
                    .endsWith("\u0088\u0016\u000f\u00a8no ping was answered");
            other.subscribe("overview").next("overview", "overview");
            assertThat(api.liveClients()).isEqualTo(1);
        }
    }

    @Test
    void whoVanishesLeavesNothingBehind() throws IOException {
        try (TestApi api = new TestApi()) {
            String job = api.submit().toString();
            int before = api.connections();
            for (int i = 0; i < 20; i++) {
                try (Socket socket = raw(api)) {
                    for (String topic : List.of("overview", "queue:mail", "job:" + job)) {
                        sendRaw(socket, "{\"subscribe\":\"" + topic + "\"}");
                    }
                    TestApi.head(socket.getInputStream(), "\"event\":\"queued\"");
                    socket.setSoLinger(true, 0); // cut off, not closed
                }
            }
            api.awaitNobody();
            api.awaitConnections(before);
        }
    }
}
