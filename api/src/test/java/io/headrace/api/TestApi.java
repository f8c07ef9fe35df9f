package io.headrace.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.History;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.access.AccessKey;
import io.headrace.api.metrics.ListenerKind;
import io.headrace.api.socket.Pings;
import io.headrace.broker.Broker;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.format.JsonFormat;
import io.headrace.runtime.ByteBudget;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A real server on a broker in memory, a client of it, and the part of a worker. */
public final class TestApi implements AutoCloseable {
    public static final QueueName MAIL = new QueueName("mail");
    private static final WorkerId WORKER = new WorkerId("w-test");

    public final ManualClock clock = new ManualClock(Instant.parse("2026-11-22T08:00:00Z"));
    public final InMemoryBroker broker = new InMemoryBroker(clock);
    public final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    public final ApiServer server;
    public final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    public TestApi(String... settings) {
        this(UnaryOperator.<Broker>identity(), settings);
    }

    /** A server that hides the values of these fields. */
    public static TestApi redacting(String names) {
        return new TestApi(UnaryOperator.identity(), Map.of("HEADRACE_REDACT", names),
                Pings.USUAL);
    }

    /** A server that pings its WebSockets in this way. */
    public static TestApi pinging(Pings pings) {
        return new TestApi(UnaryOperator.identity(), Map.of(), pings);
    }

    /** @param seam what the server gets in place of the broker */
    public TestApi(UnaryOperator<Broker> seam, String... settings) {
        this(seam, environment(settings), Pings.USUAL);
    }

    /** A server behind this. */
    public TestApi(Interposer interposer, String... settings) {
        this(interposer::around, environment(settings), Pings.USUAL);
    }

    private static Map<String, String> environment(String... settings) {
        Map<String, String> environment = new HashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            environment.put("HEADRACE_API_" + setting.substring(0, equals), setting.substring(equals + 1));
        }
        return environment;
    }

    /** A server that leaves as in earnest. */
    public static TestApi leaving(Interposer interposer, String... settings) {
        return new TestApi(interposer::around, environment(settings), Pings.USUAL,
                ByteBudget.ofHeap(),
                Duration.ofSeconds(1));
    }

    /** A server behind this that may hold so many bytes for its clients. */
    public TestApi(ByteBudget budget, Interposer interposer, String... settings) {
        this(interposer::around, environment(settings), Pings.USUAL, budget, Duration.ZERO);
    }

    private TestApi(UnaryOperator<Broker> seam, Map<String, String> variables, Pings pings) {
        this(seam, variables, pings, ByteBudget.ofHeap(), Duration.ZERO);
    }

    private TestApi(UnaryOperator<Broker> seam, Map<String, String> variables, Pings pings, ByteBudget budget,
            Duration settle) {
        Map<String, String> environment = new HashMap<>(variables);
        environment.putIfAbsent("HEADRACE_API_PORT", "0");
        server = ApiServer.start(ApiConfig.from(environment), seam.apply(broker), meters, pings, budget, settle);
    }

    /** What came back. */
    public record Answer(int status, Map<String, List<String>> headers, String body) {
        public JsonNode json() {
            try {
                return JsonFormat.mapper().readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException("not JSON: " + body, e);
            }
        }

        public String header(String name) {
            return String.join(", ", headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), List.of()));
        }

        public String text(String name) {
            return json().path(name).asText();
        }

        /** The last part of the problem's type. */
        public String problem() {
            return text("type").replace("/problems/", "");
        }
    }

    /** The keys of such a setting. */
    public static List<AccessKey> keys(String setting) {
        return ApiKeys.parse(setting).all();
    }

    /** How many requests wait for jobs or follow them now. */
    public int waiting() {
        return server.parts().waiters.count();
    }

    public int connections() {
        return server.parts().meters.connections();
    }

    /** How much memory clients take now, in bytes. */
    public long held() {
        return server.parts().memory.held();
    }

    /** How many clients are told what happens now. */
    public int liveClients() {
        return Arrays.stream(ListenerKind.values()).mapToInt(server.parts().meters::live).sum();
    }

    /** How many topics are looked at now. */
    public int topics() {
        return server.parts().live.topics();
    }

    /** How many listen for changes of jobs now. */
    public int listeners() {
        return server.parts().changes.listeners();
    }

    URI at(String path) {
        return server.uri().resolve(path);
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(at(path)).timeout(Duration.ofSeconds(20));
    }

    public Answer send(HttpRequest request) {
        try {
            return answer(http.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public CompletableFuture<Answer> sendAsync(HttpRequest request) {
        return http.sendAsync(request, BodyHandlers.ofString()).thenApply(TestApi::answer);
    }

    private static Answer answer(HttpResponse<String> response) {
        Answer answer = new Answer(response.statusCode(), response.headers().map(), response.body());
        OpenApi.check(response.request().method(), response.uri().getRawPath(), answer);
        return answer;
    }

    public Answer get(String path, String... headers) {
        return send(with(request(path), headers).build());
    }

    public Answer post(String path, String body, String... headers) {
        return send(with(json(path, body), headers).build());
    }

    public Answer call(String method, String path, String... headers) {
        return send(with(request(path), headers).method(method, BodyPublishers.noBody()).build());
    }

    public Answer patch(String path, String body) {
        return send(
                request(path).header("Content-Type", "application/json").method("PATCH", BodyPublishers.ofString(body))
                        .build());
    }

    public HttpRequest.Builder json(String path, String body) {
        return request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    }

    public static HttpRequest.Builder with(HttpRequest.Builder request, String... headers) {
        return headers.length == 0 ? request : request.headers(headers);
    }

    /** Submits a job of type {@code welcome} to queue {@code mail}. */
    public JobId submit() {
        return JobId.parse(post("/v1/queues/mail/jobs", "{\"type\":\"welcome\",\"payload\":{\"to\":1}}").text("id"));
    }

    /** Sends bytes as they are and reads until the server closes. */
    public String raw(String request) {
        return raw(request.getBytes(StandardCharsets.ISO_8859_1));
    }

    public String raw(byte[] request) {
        try (Socket socket = socket()) {
            OutputStream out = socket.getOutputStream();
            out.write(request);
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Socket socket() throws IOException {
        Socket socket = new Socket(server.uri().getHost(), server.uri().getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Reads a response's head. */
    public static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            head.append((char) b);
        }
        return head.toString();
    }

    /** Returns when so many requests wait in the server. */
    public void awaitWaiting(int count) {
        long end = System.nanoTime() + java.util.concurrent.TimeUnit.SECONDS.toNanos(10);
        while (waiting() != count) {
            if (System.nanoTime() > end) {
                throw new AssertionError(waiting() + " requests wait, not " + count);
            }
            Thread.onSpinWait();
        }
    }

    /** Returns when something has become true. */
    public static void until(java.util.function.BooleanSupplier met) {
        long end = System.nanoTime() + java.util.concurrent.TimeUnit.SECONDS.toNanos(20);
        while (!met.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it has not become true in 20 s");
            }
            Thread.onSpinWait();
        }
    }

    /** Reads until this has come. */
    public static void head(InputStream in, String end) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(end) < 0) {
            int b = in.read();
            if (b < 0) {
                throw new AssertionError("ended before " + end + " came: " + read);
            }
            read.append((char) b);
        }
    }

    /** Returns when so many connections are open. */
    public void awaitConnections(int count) {
        long end = System.nanoTime() + java.util.concurrent.TimeUnit.SECONDS.toNanos(10);
        while (connections() != count) {
            if (System.nanoTime() > end) {
                throw new AssertionError(connections() + " connections are open, not " + count);
            }
            Thread.onSpinWait();
        }
    }

    /** Submits the same with a key. */
    public void submitAs(String key) {
        post("/v1/queues/mail/jobs", "{\"type\":\"welcome\"}", "Authorization", "Bearer " + key);
    }

    /** Returns when nobody listens, waits or is connected any more, and nothing is looked at. */
    public void awaitNobody() {
        long end = System.nanoTime() + java.util.concurrent.TimeUnit.SECONDS.toNanos(20);
        while (waiting() + listeners() + topics() + liveClients() > 0) {
            if (System.nanoTime() > end) {
                throw new AssertionError("left: " + waiting() + " waiting, " + listeners()
                        + " listeners, " + topics() + " topics, " + liveClients() + " live clients");
            }
            Thread.onSpinWait();
        }
    }

    /** Leases the next job of queue {@code mail}, as a worker would. */
    public ClaimedJob claim() {
        return broker.claim(new ClaimRequest(MAIL, WORKER, 1, Duration.ofSeconds(30), List.of(Priority.values())))
                .jobs()
                .get(0);
    }

    public void succeed(ClaimedJob job, String result) {
        History run = job.document().history().ended(JobState.SUCCEEDED, clock.now(), Json.parse(result));
        broker.settle(Verdict.finish(job.lease(), job.document().with(run))).toCompletableFuture().join();
    }

    public void bury(ClaimedJob job, String errorType) {
        io.headrace.Failure why = new io.headrace.Failure(errorType, "it broke", "at Somewhere");
        History run = job.document().history()
                .and(new io.headrace.Attempt(job.lease().attempt(), WORKER.value(), clock.now(),
                        clock.now(), io.headrace.Attempt.Outcome.FAILED, why));
        broker.settle(Verdict.bury(job.lease(), job.document().with(run.ended(JobState.DEAD, clock.now(), null))))
                .toCompletableFuture().join();
    }

    @Override
    public void close() {
        server.close();
        broker.close();
    }
}
