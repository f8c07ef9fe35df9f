package io.headrace.worker.handlers.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.worker.handlers.HandlerFailure;
import io.headrace.worker.handlers.Heard;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpHandlerTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch called = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<HttpExchange> calls = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private HttpServer server = makeServer();

    @BeforeEach
    void serve() {
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stopServing() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void thePayloadIsPostedWithTheJobsHeaders() throws Exception {
        assertThat(run("/echo", "{\"n\": 1}")).isEqualTo(Json.parse("{\"n\": 1}"));

        HttpExchange call = calls.get(0);
        assertThat(call.getRequestMethod()).isEqualTo("POST");
        assertThat(call.getRequestHeaders().getFirst("Content-Type")).isEqualTo("application/json");
        assertThat(call.getRequestHeaders().getFirst("Headrace-Job-Id")).isEqualTo("default_n1763770000123-0");
        assertThat(call.getRequestHeaders().getFirst("Idempotency-Key")).isEqualTo("default_n1763770000123-0");
        assertThat(call.getRequestHeaders().getFirst("Headrace-Attempt")).isEqualTo("3");
        assertThat(call.getRequestHeaders().getFirst("Headrace-Fencing-Token")).isEqualTo("17");
        assertThat(call.getRequestHeaders().getFirst("Headrace-Queue")).isEqualTo("default");
        assertThat(call.getRequestHeaders().getFirst("Headrace-Type")).isEqualTo("t");
        assertThat(call.getRequestHeaders().getFirst("traceparent")).startsWith("00-0af7651916cd43dd8448eb211c80319c");
        assertThat(bodies).containsExactly("{\"n\": 1}");
    }

    @Test
    void aTextAnswerIsAStringAndAnEmptyOneNothing() throws Exception {
        assertThat(run("/text", "1")).isEqualTo(Json.of("42"));
        assertThat(run("/204", "1")).isNull();
    }

    @Test
    void overloadIsRetriedNotBeforeTheServerSays() {
        for (int status : List.of(408, 425, 429, 500, 503)) {
            assertThat(failure("/" + status)).satisfies(e -> {
                assertThat(e.type()).isEqualTo("http_" + status);
                assertThat(e.permanent()).isFalse();
                assertThat(e.floor()).isZero();
            });
        }
        assertThat(failure("/503?after=90")).satisfies(e -> {
            assertThat(e.floor()).isEqualTo(Duration.ofSeconds(90));
            assertThat(e.postponed()).isTrue();
        });
        assertThat(failure("/500?after=90").postponed()).isFalse();
        assertThat(failure("/429?after=0").postponed()).isFalse();
        assertThat(failure("/429?after=Thu, 1 Jan 2026 00:05:00 GMT").floor()).isEqualTo(Duration.ofMinutes(5));
        assertThat(failure("/429?after=Wed, 31 Dec 2025 00:05:00 GMT").floor()).isZero();
        assertThat(failure("/429?after=soon").floor()).isZero();
        assertThat(failure("/429?after=9999999999").floor()).isEqualTo(Duration.ofDays(7));
    }

    @Test
    void whatNoRetryCanHelpFailsForGoodRedirectsIncluded() {
        for (int status : List.of(301, 302, 400, 401, 404, 410, 422)) {
            HandlerFailure failure = failure("/" + status);
            assertThat(failure.permanent()).as("%d", status).isTrue();
            assertThat(failure.type()).isEqualTo("http_" + status);
            assertThat(failure.getMessage()).contains("answered " + status + ": said " + status);
        }
        assertThat(calls).as("no redirect was followed").hasSize(7);
    }

    @Test
    void aServerThatIsNotThereIsRetried() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        HandlerFailure failure = failure(URI.create("http://127.0.0.1:" + port + "/"));

        assertThat(failure.type()).isEqualTo("http_connect");
        assertThat(failure.permanent()).isFalse();
    }

    @Test
    void anAnswerLongerThanIsKeptFailsForGood() {
        assertThat(failure("/huge")).satisfies(e -> {
            assertThat(e.type()).isEqualTo("result_too_large");
            assertThat(e.permanent()).isTrue();
        });
    }

    @Test
    void anInterruptEndsTheCall() throws Exception {
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        Thread caller = new Thread(() -> {
            try {
                run("/slow", "1");
            } catch (Exception e) {
                thrown.add(e);
            }
        });
        caller.start();
        assertThat(called.await(30, SECONDS)).isTrue();

        caller.interrupt();
        caller.join(30_000);

        assertThat(thrown).hasSize(1);
    }

    private void answer(HttpExchange exchange) throws IOException {
        calls.add(exchange);
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        bodies.add(body);
        String path = exchange.getRequestURI().getPath().substring(1);
        String query = exchange.getRequestURI().getQuery();
        if (query != null) {
            exchange.getResponseHeaders().set("Retry-After", query.substring("after=".length()));
        }
        switch (path) {
            case "echo" -> respond(exchange, 200, "application/json", body);
            case "text" -> respond(exchange, 200, "text/plain", "42\n");
            case "204" -> exchange.sendResponseHeaders(204, -1);
            case "huge" -> respond(exchange, 200, "text/plain", "x".repeat(300_000));
            case "slow" -> {
                called.countDown();
                awaitOver();
            }
            default -> {
                exchange.getResponseHeaders().set("Location", "/echo");
                respond(exchange, Integer.parseInt(path), "text/plain", "said " + path);
            }
        }
        exchange.close();
    }

    private void awaitOver() {
        try {
            over.await(50, SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void respond(HttpExchange exchange, int status, String media, String body) throws IOException {
        byte[] utf8 = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", media);
        exchange.sendResponseHeaders(status, utf8.length);
        exchange.getResponseBody().write(utf8);
    }

    private @Nullable Object run(String path, String payload) throws Exception {
        return run(at(path), payload);
    }

    private static @Nullable Object run(URI url, String payload) throws Exception {
        Heard heard = Heard.of("t", Json.parse(payload));
        return new HttpHandler(new JobType("t"), HttpTarget.at(url.toString()), Clock.fixed(NOW, ZoneOffset.UTC))
                .run(heard.payload(), heard);
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path.replace(" ", "%20"));
    }

    private HandlerFailure failure(String path) {
        return failure(at(path));
    }

    private static HandlerFailure failure(URI url) {
        List<HandlerFailure> failures = new ArrayList<>();
        assertThatThrownBy(() -> run(url, "1")).isInstanceOfSatisfying(HandlerFailure.class, failures::add);
        return failures.get(0);
    }

    private static HttpServer makeServer() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
