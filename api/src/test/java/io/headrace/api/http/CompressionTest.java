package io.headrace.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.QueueName;
import io.headrace.api.TestApi;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CompressionTest {
    private final TestApi api = new TestApi();

    @BeforeEach
    void manyQueues() {
        for (int i = 0; i < 20; i++) {
            api.broker.queues().pause(new QueueName("queue-" + i));
        }
    }

    @AfterEach
    void close() {
        api.close();
    }

    private HttpResponse<byte[]> fetch(String path, String... headers) throws Exception {
        return api.http.send(TestApi.with(api.request(path), headers).build(), BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<?> response, String name) {
        return String.join(", ", response.headers().allValues(name));
    }

    private static byte[] unpacked(byte[] body) throws IOException {
        return new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/queues", "/v1/queues/queue-1/history", "/metrics", "/openapi.json", "/v1/overview"})
    void anAnswerOfSomeLengthIsCompressedForWhoReadsThat(String path) throws Exception {
        HttpResponse<byte[]> plain = fetch(path);
        HttpResponse<byte[]> packed = fetch(path, "Accept-Encoding", "br, gzip;q=0.8");
        assertThat(header(plain, "Content-Encoding")).isEmpty();
        assertThat(header(packed, "Content-Encoding")).isEqualTo("gzip");
        for (HttpResponse<byte[]> each : List.of(plain, packed)) {
            assertThat(header(each, "Vary")).isEqualTo("Accept-Encoding");
            assertThat(header(each, "Content-Length")).isEqualTo("" + each.body().length);
        }
        assertThat(packed.body().length).isLessThan(plain.body().length / 2);
        String content = new String(unpacked(packed.body()), StandardCharsets.UTF_8);
        assertThat(content).startsWith(new String(plain.body(), StandardCharsets.UTF_8).substring(0, 8));
        assertThat(header(packed, "Content-Type")).isEqualTo(header(plain, "Content-Type"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "identity", "gzip;q=0", "gzip;q=0.1, identity;q=0.5", "*;q=0"})
    void whoDoesNotWantItGetsPlainBytes(String accepted) throws Exception {
        HttpResponse<byte[]> plain = fetch("/v1/queues", "Accept-Encoding", accepted);
        assertThat(header(plain, "Content-Encoding")).isEmpty();
        assertThat(new String(plain.body(), StandardCharsets.UTF_8)).startsWith("{\"queues\":[");
    }

    @Test
    void theWishMayStandInSeveralLines() throws Exception {
        HttpResponse<byte[]> packed = fetch("/v1/queues", "Accept-Encoding", "br", "Accept-Encoding", "gzip");
        assertThat(header(packed, "Content-Encoding")).isEqualTo("gzip");
    }

    @Test
    void whatIsShortIsNotWorthIt() throws Exception {
        api.submit();
        for (String path : List.of("/livez", "/readyz", "/v1/queues/mail", "/v1/queues/nowhere/history")) {
            HttpResponse<byte[]> answer = fetch(path, "Accept-Encoding", "gzip");
            assertThat(header(answer, "Content-Encoding")).as(path).isEmpty();
        }
    }

    /** Even with a payload that would compress well. */
    @Test
    void theAnswerToASubmissionIsSentAsItIs() throws Exception {
        String job = "{\"type\":\"t\",\"payload\":\"" + "x".repeat(20_000) + "\"}";
        HttpResponse<byte[]> answer = api.http.send(
                api.json("/v1/queues/mail/jobs", job).header("Accept-Encoding", "gzip").build(),
                BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(header(answer, "Content-Encoding") + header(answer, "Vary")).isEmpty();
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("xxxx");
    }

    @Test
    void aJobThatIsWaitedForIsCompressedToo() throws Exception {
        String id = api.post("/v1/queues/mail/jobs", "{\"type\":\"t\",\"payload\":\"" + "x".repeat(20_000) + "\"}")
                .text("id");
        for (String query : List.of("", "?wait=1ms")) {
            HttpResponse<byte[]> answer = fetch("/v1/jobs/" + id + query, "Accept-Encoding", "gzip");
            assertThat(header(answer, "Content-Encoding")).as(query).isEqualTo("gzip");
            assertThat(new String(unpacked(answer.body()), StandardCharsets.UTF_8)).contains("xxxx");
        }
    }

    @Test
    void aHeadTellsWhatAGetWouldSend() throws Exception {
        for (String accepted : List.of("gzip", "identity")) {
            HttpResponse<byte[]> get = fetch("/openapi.json", "Accept-Encoding", accepted);
            HttpResponse<byte[]> head = api.http.send(api.request("/openapi.json").header("Accept-Encoding", accepted)
                    .method("HEAD", java.net.http.HttpRequest.BodyPublishers.noBody()).build(),
                    BodyHandlers.ofByteArray());
            assertThat(head.body()).isEmpty();
            for (String name : List.of("Content-Encoding", "Vary", "Content-Type")) {
                assertThat(header(head, name)).as(name).isEqualTo(header(get, name));
            }
        }
    }

    /** What gives a secret away must not tell by its length how much of it somebody has guessed. */
    @Test
    void anAnswerThatCarriesASecretIsNeverCompressed() throws Exception {
        try (TestApi keyed = new TestApi("KEYS=boss=admin:b")) {
            String[] asBoss = {"Authorization", "Bearer b", "Accept-Encoding", "gzip"};
            String key = "{\"name\":\"" + "n".repeat(60) + "\",\"role\":\"viewer\",\"queues\":["
                    + queueNames(60) + "]}";
            HttpResponse<byte[]> made = keyed.http.send(TestApi.with(keyed.json("/v1/keys", key), asBoss).build(),
                    BodyHandlers.ofByteArray());
            assertThat(made.statusCode()).as(new String(made.body(), StandardCharsets.UTF_8)).isEqualTo(201);
            assertThat(made.body().length).isGreaterThan(1024);
            assertThat(header(made, "Content-Encoding")).isEmpty();
            assertThat(header(made, "Cache-Control")).isEqualTo("no-store");
        }
    }

    private static String queueNames(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add("\"a-queue-of-some-length-" + i + "\"");
        }
        return String.join(",", names);
    }

    /** Reads events of a compressed stream as they come. */
    private static List<String> events(InputStream in, int count) throws IOException {
        BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in, 1), StandardCharsets.UTF_8), 1);
        List<String> events = new ArrayList<>();
        while (events.size() < count) {
            String line = lines.readLine();
            assertThat(line).as("event " + events.size()).isNotNull();
            if (line.startsWith("data: ")) {
                events.add(line.substring(6));
            }
        }
        return events;
    }

    @ParameterizedTest
    @CsvSource({"/v1/events,3", "/v1/events?queue=queue-1,3", "/v1/events?changes=true,3"})
    void eachEventOfACompressedStreamArrivesWhenItWasSent(String path, int count) throws Exception {
        HttpResponse<InputStream> stream = api.http.send(api.request(path).header("Accept-Encoding", "gzip").build(),
                BodyHandlers.ofInputStream());
        try (InputStream in = stream.body()) {
            assertThat(header(stream, "Content-Encoding")).isEqualTo("gzip");
            assertThat(header(stream, "Vary")).isEqualTo("Accept-Encoding");
            assertThat(header(stream, "Content-Type")).isEqualTo("text/event-stream");
            assertThat(events(in, count)).allSatisfy(event -> assertThat(event).startsWith("{").endsWith("}"));
        }
        api.awaitNobody();
    }

    @Test
    void aCompressedStreamOfAJobEndsInGoodOrder() throws Exception {
        String id = api.submit().toString();
        api.succeed(api.claim(), "1");
        HttpResponse<byte[]> stream = fetch("/v1/jobs/" + id + "/events", "Accept-Encoding", "gzip");
        assertThat(header(stream, "Content-Encoding")).isEqualTo("gzip");
        assertThat(new String(unpacked(stream.body()), StandardCharsets.UTF_8)).contains("event: succeeded\n")
                .endsWith("}\n\n");
    }

    @Test
    void aStreamThatIsRefusedIsAnsweredPlainly() throws Exception {
        HttpResponse<byte[]> refused = fetch("/v1/events?queue=nowhere", "Accept-Encoding", "gzip");
        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(header(refused, "Content-Encoding")).isEmpty();
    }
}
