package io.headrace.api.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.api.SlowBroker;
import io.headrace.api.TestApi;
import io.headrace.broker.QueueSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
public class BatchTest {
    private static final String BATCH = "/v1/queues/mail/jobs:batch";

    private static HttpRequest lines(TestApi api, String body, String... headers) {
        return TestApi.with(api.request(BATCH), headers).header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofString(body)).build();
    }

    private static long stored(TestApi api) {
        return api.broker.queues().info(TestApi.MAIL).map(queue -> queue.counts().getOrDefault(JobState.QUEUED, 0L))
                .orElse(0L);
    }

    @Test
    void anArrayIsAnsweredItemByItem() {
        try (TestApi api = new TestApi()) {
            TestApi.Answer answer = api.post(BATCH,
                    " [ {\"type\":\"a\",\"payload\":[{\"],[\":\"\\\"]\"}]} ,{\"type\":\"b\",\"typo\":1},\n"
                            + "7, {\"type\":\"c\",\"uniqueKey\":\"u\"},{\"type\":\"d\",\"uniqueKey\":\"u\"} ] ");
            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.json().path("accepted").asInt()).isEqualTo(3);
            assertThat(answer.json().path("rejected").asInt()).isEqualTo(2);
            JsonNode items = answer.json().path("items");
            assertThat(items).hasSize(5);
            assertThat(items.get(1).path("index").asInt()).isEqualTo(1);
            assertThat(items.get(1).path("problem").path("detail").asText()).contains("did you mean 'type'?");
            assertThat(items.get(2).path("problem").path("detail").asText()).contains("must be a JSON object");
            assertThat(items.get(4).path("duplicate").asBoolean()).isTrue();
            assertThat(items.get(4).path("id")).isEqualTo(items.get(3).path("id"));
            assertThat(
                    api.broker.find(JobId.parse(items.get(0).path("id").asText())).job().orElseThrow().document().spec()
                            .payload().toString())
                    .isEqualTo("[{\"],[\":\"\\\"]\"}]");
            assertThat(stored(api)).isEqualTo(2);
        }
    }

    @Test
    void linesAreAnsweredLineByLine() {
        try (TestApi api = new TestApi()) {
            TestApi.Answer answer = api
                    .send(lines(api, "{\"type\":\"a\"}\r\n\n  \t\n{\"type\":\n{\"type\":\"b\"}\n{\"type\":\"c\"}"));
            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.json().path("accepted").asInt()).isEqualTo(3);
            assertThat(answer.json().path("items").get(1).path("index").asInt()).isEqualTo(1);
            assertThat(answer.json().path("items").get(1).path("problem").path("type").asText())
                    .isEqualTo("/problems/malformed-json");
            assertThat(api.send(lines(api, "")).body()).isEqualTo("{\"accepted\":0,\"rejected\":0,\"items\":[]}");
            assertThat(api.post(BATCH, "[]").body()).isEqualTo("{\"accepted\":0,\"rejected\":0,\"items\":[]}");
        }
    }

    @Test
    void aHundredThousandLinesPassWithABoundedNumberUnderWay() {
        try (SlowBroker slow = new SlowBroker(); TestApi api = new TestApi(slow::around)) {
            StringBuilder body = new StringBuilder();
            for (int i = 0; i < 100_000; i++) {
                body.append("{\"type\":\"count\",\"payload\":").append(i).append("}\n");
            }
            TestApi.Answer answer = api.send(lines(api, body.toString()));
            assertThat(answer.json().path("accepted").asInt()).isEqualTo(100_000);
            assertThat(slow.most()).as("many at once, as fast as they arrive, never more than allowed").isBetween(2,
                    2_000);
            JsonNode items = answer.json().path("items");
            Set<String> ids = new HashSet<>();
            items.forEach(item -> ids.add(item.path("id").asText()));
            assertThat(ids).hasSize(100_000);
            for (int i = 0; i < 100_000; i += 9_973) {
                assertThat(api.broker.find(JobId.parse(items.get(i).path("id").asText())).job().orElseThrow().document()
                        .spec()
                        .payload()).hasToString(Integer.toString(i));
            }
        }
    }

    @Test
    void aClientThatReadsNothingBeforeItHasSentAllIsServed() throws IOException {
        try (TestApi api = new TestApi(); Socket socket = api.socket()) {
            byte[] line = "{\"type\":\"t\"}\n".getBytes(StandardCharsets.US_ASCII);
            int count = 250_000;
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + BATCH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Content-Type: application/jsonl\r\nContent-Length: " + line.length * count + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < count; i++) {
                out.write(line);
            }
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 202").contains("{\"accepted\":250000,\"rejected\":0,\"items\":[");
            assertThat(stored(api)).isEqualTo(count);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"type":"t"}                      | must be a JSON array
            ''                                | must be a JSON array
            nonsense                          | must be a JSON array
            [,{"type":"t"}]                   | a job is missing
            [{"type":"t"                      | ended before its array did
            [{"type":"t"}                     | ended before its array did
            [                                 | ended before its array did
            """)
    void aBodyThatIsNoArrayAtAllIsRefused(String body, String detail) {
        try (TestApi api = new TestApi()) {
            TestApi.Answer answer = api.post(BATCH, body);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text("detail")).contains(detail);
            assertThat(stored(api)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[{\"type\":\"t\"},,{\"type\":\"t\"}]", "[{\"type\":\"t\"},{\"type\":\"u",
        "[{\"type\":\"t\"},]", "[{\"type\":\"t\"}] x", "[{\"type\":\"t\"},}{\"type\":\"t\"}]"})
    void anArrayThatBreaksKeepsWhatCameBefore(String body) {
        try (TestApi api = new TestApi()) {
            TestApi.Answer answer = api.post(BATCH, body);
            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.json().path("accepted").asInt()).isEqualTo(1);
            assertThat(answer.json().path("rejected").asInt()).isEqualTo(1);
            assertThat(answer.json().path("items").get(1).path("index").asInt()).isEqualTo(1);
            assertThat(stored(api)).isEqualTo(1);
        }
    }

    @Test
    void aJobThatIsTooLargeIsOneItem() {
        try (TestApi api = new TestApi()) {
            String large = "{\"type\":\"t\",\"payload\":\"" + "x".repeat(257 * 1024) + "\"}";
            String huge = "{\"type\":\"t\",\"payload\":\"" + "x".repeat(3_000_000) + "\"}";
            for (TestApi.Answer answer : List.of(
                    api.send(lines(api, "{\"type\":\"a\"}\n" + large + "\n" + huge + "\n{\"type\":\"b\"}\n")),
                    api.post(BATCH, "[{\"type\":\"a\"}," + large + "," + huge + ",{\"type\":\"b\"}]"))) {
                assertThat(answer.json().path("accepted").asInt()).isEqualTo(2);
                for (int i = 1; i <= 2; i++) {
                    assertThat(answer.json().path("items").get(i).path("problem").path("type").asText())
                            .isEqualTo("/problems/payload-too-large");
                }
            }
        }
    }

    @Test
    void aBatchOfTooManyOrTooLongIsCutShortAndSaysWhere() {
        try (TestApi api = new TestApi("MAX_BATCH_JOBS=3", "MAX_BATCH_BYTES=2000")) {
            TestApi.Answer many = api.send(lines(api, "{\"type\":\"a\"}\n".repeat(10)));
            assertThat(many.json().path("accepted").asInt()).isEqualTo(3);
            assertThat(many.json().path("items").get(3).path("problem").path("detail").asText())
                    .contains("more than 3 jobs", "nothing from this job on was read");
            assertThat(api.send(lines(api, "{\"type\":\"a\"}\n".repeat(3))).json().path("rejected").asInt()).isZero();
            assertThat(api.send(lines(api, " ".repeat(3_000))).status()).isEqualTo(413);
        }
    }

    @Test
    void anIdempotencyKeyIsNotForBatches() {
        try (TestApi api = new TestApi()) {
            TestApi.Answer answer = api.post(BATCH, "[]", "Idempotency-Key", "k");
            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.text("field")).isEqualTo("Idempotency-Key");
            assertThat(answer.text("detail")).contains("single submissions");
            assertThat(api.send(api.request(BATCH).header("Content-Type", "text/csv")
                    .POST(BodyPublishers.ofString("a,b")).build()).status()).isEqualTo(415);
            assertThat(api.send(api.request(BATCH).POST(BodyPublishers.ofString("[]")).build()).status())
                    .isEqualTo(415);
            assertThat(api.post("/v1/queues/NO/jobs:batch", "[]").status()).isEqualTo(422);
        }
    }

    @Test
    void anOutageBeforeAnythingWasAcceptedIsTheAnswer() {
        try (TestApi api = new TestApi()) {
            api.broker.unavailable(true);
            TestApi.Answer answer = api.send(lines(api, "{\"type\":\"a\"}\n".repeat(50_000)));
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.problem()).isEqualTo("broker-unavailable");
            api.broker.unavailable(false);
            assertThat(api.send(lines(api, "{\"type\":\"a\"}\n".repeat(10))).json().path("accepted").asInt())
                    .isEqualTo(10);
        }
    }

    @Test
    void anOutageAfterSomethingWasAcceptedIsTheLastItem() throws IOException {
        try (TestApi api = new TestApi(); Socket socket = api.socket()) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + BATCH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "d\r\n{\"type\":\"a\"}\n\r\n").getBytes(StandardCharsets.US_ASCII));
            while (stored(api) == 0) {
                Thread.onSpinWait();
            }
            api.broker.unavailable(true);
            out.write("d\r\n{\"type\":\"b\"}\n\r\nd\r\n{\"type\":\"c\"}\n\r\n0\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 202").contains("\"accepted\":1", "/problems/broker-unavailable");
        }
    }

    @Test
    void outcomesThatAreUnknownAreNotSaidToBeRefusals() {
        try (TestApi api = new TestApi()) {
            api.broker.answersLost(true);
            TestApi.Answer answer = api.send(lines(api, "{\"type\":\"a\"}\n{\"type\":\"a\"}\n"));
            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.json().path("accepted").asInt()).isZero();
            assertThat(answer.json().path("items").get(0).path("problem").path("type").asText())
                    .isEqualTo("/problems/outcome-unknown");
        }
    }

    @Test
    void aFullQueueRefusesTheWholeBatchOrItsRest() {
        try (TestApi api = new TestApi()) {
            api.broker.queues().settings(TestApi.MAIL, new QueueSettings(3, QueueSettings.DEFAULT.retention(), 10));
            TestApi.Answer some = api.send(lines(api, "{\"type\":\"a\"}\n".repeat(5)));
            assertThat(some.status()).isEqualTo(202);
            assertThat(some.json().path("items").get(4).path("problem").path("type").asText())
                    .isEqualTo("/problems/backlog-full");
            TestApi.Answer none = api.send(lines(api, "{\"type\":\"a\"}\n".repeat(5)));
            assertThat(none.status()).isEqualTo(429);
        }
    }

    @Test
    void eachJobOfABatchIsAskedForAlthoughTheQueueIsFull() {
        try (TestApi api = new TestApi()) {
            api.broker.queues().settings(TestApi.MAIL, new QueueSettings(1, QueueSettings.DEFAULT.retention(), 10));
            String job = "{\"type\":\"a\"}\n";
            String unique = "{\"type\":\"a\",\"uniqueKey\":\"u\"}\n";
            assertThat(api.send(lines(api, unique)).status()).isEqualTo(202);
            TestApi.Answer answer = api.send(lines(api, job + unique + job));
            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.json().path("accepted").asInt()).isEqualTo(1);
            assertThat(answer.json().path("items").get(1).path("duplicate").asBoolean()).isTrue();
            assertThat(answer.json().path("items").get(2).path("problem").path("status").asInt()).isEqualTo(429);
        }
    }

    @Test
    void aBatchThatStallsIsAnsweredWithWhatItHeld() {
        try (TestApi api = new TestApi("BODY_TIMEOUT=200ms")) {
            String head = "POST " + BATCH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Content-Type: application/x-ndjson\r\nContent-Length: 1000\r\n\r\n";
            assertThat(api.raw(head)).startsWith("HTTP/1.1 408");
            assertThat(api.raw(head + "{\"type\":\"a\"}\n{\"type\":")).startsWith("HTTP/1.1 202")
                    .contains("\"accepted\":1,\"rejected\":1", "/problems/timeout");
        }
    }

    @Test
    void aBatchCutOffKeepsWhatItHeldAndDisturbsNobody() throws IOException {
        try (TestApi api = new TestApi()) {
            try (Socket socket = api.socket()) {
                socket.getOutputStream().write(("POST " + BATCH + " HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Type: application/x-ndjson\r\nContent-Length: 1000\r\n\r\n{\"type\":\"a\"}\n{\"ty")
                        .getBytes(StandardCharsets.US_ASCII));
                while (stored(api) == 0) {
                    Thread.onSpinWait();
                }
            }
            assertThat(api.send(lines(api, "{\"type\":\"a\"}\n")).json().path("accepted").asInt()).isEqualTo(1);
            assertThat(stored(api)).isEqualTo(2);
        }
    }
}
