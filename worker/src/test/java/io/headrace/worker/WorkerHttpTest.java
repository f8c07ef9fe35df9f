package io.headrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
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
                WorkerHttp http = WorkerHttp.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        Worker.builder(broker).exec("x", "true").build(), WorkerHttp.registry())) {
            List<Socket> halves = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) {
                    Socket half = new Socket(InetAddress.getLoopbackAddress(), http.uri().getPort());
                    halves.add(half);
                    half.getOutputStream().write("GET /livez HTT".getBytes(StandardCharsets.US_ASCII));
                }

                assertThat(ask(http.uri().getPort(), "/metrics", "localhost")).startsWith("HTTP/1.1 200");
            } finally {
                for (Socket half : halves) {
                    half.close();
                }
            }
        }
    }

    @Test
    void figuresAreCompressedForWhoReadsThat() throws Exception {
        PrometheusMeterRegistry meters = WorkerHttp.registry();
        try (InMemoryBroker broker = new InMemoryBroker(new ManualClock());
                WorkerHttp http = WorkerHttp.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        Worker.builder(broker).exec("x", "true").meters(meters).build(), meters)) {
            HttpResponse<byte[]> plain = fetch(http, "identity");
            HttpResponse<byte[]> packed = fetch(http, "br, gzip;q=0.5");
            assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
            assertThat(packed.headers().firstValue("Content-Encoding")).hasValue("gzip");
            assertThat(plain.headers().firstValue("Vary")).hasValue("Accept-Encoding");
            assertThat(packed.body().length).isLessThan(plain.body().length / 3);
            assertThat(new String(new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes(),
                    StandardCharsets.UTF_8)).contains("headrace_build_info");
        }
    }

    private static HttpResponse<byte[]> fetch(WorkerHttp http, String accepted) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(http.uri().resolve("/metrics"))
                .header("Accept-Encoding", accepted).build(), BodyHandlers.ofByteArray());
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
