package io.headrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The figures of a worker, which need no key. */
class WorkerHttpTest {
    @ParameterizedTest
    @CsvSource({"127.0.0.1, localhost, 200", "127.0.0.1, localhost:9091, 200", "127.0.0.1, 127.0.0.1:9091, 200",
        "127.0.0.1, [::1]:9091, 200", "127.0.0.1, evil.example, 403", "127.0.0.1, localhost.evil.example:80, 403",
        "127.0.0.1, 127.0.0.1.evil.example, 403", "0.0.0.0, metrics.example, 200"})
    void onLoopbackNoNameButItsOwnIsAnswered(String bind, String host, int status) throws Exception {
        try (InMemoryBroker broker = new InMemoryBroker(new ManualClock());
                WorkerHttp http = WorkerHttp.start(new InetSocketAddress(bind, 0),
                        Worker.builder(broker).exec("x", "true").build(),
                        WorkerHttp.registry())) {
            for (String path : new String[]{"/metrics", "/livez", "/elsewhere"}) {
                String answer = ask(http.uri().getPort(), path, host);
                int expected = path.equals("/elsewhere") && status == 200 ? 404 : status;
                if (!(path.equals("/livez") && status == 200)) { // which tells how the worker is
                    assertThat(answer).as(path).startsWith("HTTP/1.1 " + expected);
                }
                if (status == 403) {
                    assertThat(answer).doesNotContain("headrace_", "live\n", "/livez");
                }
            }
        }
    }

    @Test
    void whoSendsHalfARequestHoldsUpOthersForAMomentOnly() throws Exception {
        try (InMemoryBroker broker = new InMemoryBroker(new ManualClock());
                WorkerHttp http = WorkerHttp.start(new InetSocketAddress("127.0.0.1", 0),
                        Worker.builder(broker).exec("x", "true").build(), WorkerHttp.registry())) {
            List<Socket> halves = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) {
                    Socket half = new Socket(InetAddress.getLoopbackAddress(), http.uri().getPort());
                    halves.add(half);
                    half.getOutputStream().write("GET /livez HTT".getBytes(StandardCharsets.US_ASCII));
                }

                assertThat(answered(http.uri().getPort())).startsWith("HTTP/1.1 200");
            } finally {
                for (Socket half : halves) {
                    half.close();
                }
            }
        }
    }

    /** Asks as a probe does: once more when its connection was closed with the others of that moment. */
    private static String answered(int port) throws Exception {
        try {
            return ask(port, "/metrics", "localhost");
        } catch (SocketException e) {
            return ask(port, "/metrics", "localhost");
        }
    }

    private static String ask(int port, String path, String host) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: " + host
                    + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
