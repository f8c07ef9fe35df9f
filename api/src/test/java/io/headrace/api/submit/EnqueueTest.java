package io.headrace.api.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.api.TestApi;
import io.headrace.broker.QueueSettings;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnqueueTest {
    private static final String JOBS = "/v1/queues/mail/jobs";

    private final TestApi api = new TestApi();

    @AfterEach
    void close() {
        api.close();
    }

    private Job stored(String id) {
        return api.broker.find(JobId.parse(id)).job().orElseThrow();
    }

    @Test
    void anAcceptedJobIsStoredAndShown() {
        TestApi.Answer answer = api.post(JOBS, "{\"type\":\"welcome\",\"payload\":{\"to\":[1, 2.50,\"é\"]}}");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("Location")).isEqualTo("/v1/jobs/" + answer.text("id"));
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body()).contains("\"payload\":{\"to\":[1, 2.50,\"é\"]},\"attempt\":0,"
                + "\"createdAt\":\"2026-11-22T08:00:00.000Z\",\"attempts\":[]}");
        assertThat(answer.text("state")).isEqualTo("queued");
        assertThat(answer.text("priority")).isEqualTo("normal");
        assertThat(stored(answer.text("id")).document().spec().payload().toString())
                .isEqualTo("{\"to\":[1, 2.50,\"é\"]}");
        assertThat(api.get("/v1/jobs/" + answer.text("id")).body()).isEqualTo(answer.body());
    }

    @Test
    void everyOptionReachesTheBroker() {
        TestApi.Answer answer = api.post(JOBS, """
                {"type":"welcome","payload":7,"priority":"high","delay":"10m","expiresIn":"1h","timeout":"PT30S",
                 "maxRetries":0,"backoff":{"kind":"fixed","base":"5s"},"uniqueKey":"ada","retention":"2d"}""",
                "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text("state")).isEqualTo("scheduled");
        assertThat(answer.text("runAt")).isEqualTo("2026-11-22T08:10:00.000Z");
        assertThat(answer.text("expiresAt")).isEqualTo("2026-11-22T09:00:00.000Z");
        assertThat(answer.json().path("maxRetries").asInt()).isZero();
        Job job = stored(answer.text("id"));
        assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
        assertThat(job.document().spec().toString()).contains("PT30S", "FIXED", "PT5S", "ada", "PT48H",
                "0af7651916cd43dd8448eb211c80319c");
        assertThat(api.get("/v1/jobs/" + answer.text("id")).body()).isEqualTo(answer.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"12", "-1.5e300", "true", "null", "\"a\\u0000b\\ud800\"", "[]", "{}",
        "[ [ ] , {\"a\" : 1 } ]",
        "123456789012345678901234567890.000"})
    void aPayloadIsKeptByteByByte(String payload) {
        String id = api.post(JOBS, "{ \"type\" : \"t\" , \"payload\" : " + payload + " , \"maxRetries\" : 1 }")
                .text("id");
        assertThat(stored(id).document().spec().payload().toString()).isEqualTo(payload);
        String last = api.post(JOBS, "{\"type\":\"t\",\"payload\":" + payload + "}").text("id");
        assertThat(stored(last).document().spec().payload().toString()).isEqualTo(payload);
    }

    @Test
    void nullMembersCountAsLeftOut() {
        TestApi.Answer answer = api.post(JOBS,
                "\uFEFF{\"type\":\"t\",\"delay\":null,\"maxRetries\":null,\"backoff\":null,\"uniqueKey\":null}");
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body()).contains("\"payload\":null");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"type":"t","prioritty":"high"}                | prioritty    | did you mean 'priority'?
            {"type":"t","backoff":{"kid":"fixed"}}         | backoff.kid  | did you mean 'kind'?
            {"type":"t","zzzzzzzzz":1}                     | zzzzzzzzz    | allowed: type, payload
            {"payload":1}                                  | type         | is required
            {"type":"no spaces"}                           | type         | must be 1 to 128 characters
            {"type":7}                                     | type         | must be text, was 7
            {"type":null}                                  | type         | is required
            {"type":"t","priority":"urgent"}               | priority     | must be high, normal or low
            {"type":"t","delay":30}                        | delay        | must be a duration in text
            {"type":"t","delay":"soon"}                    | delay        | must be a duration such as 250ms
            {"type":"t","delay":"366d"}                    | delay        | must be 0s to 365d
            {"type":"t","delay":"1s","runAt":"2026-11-22T08:00:00Z"} | runAt | cannot be combined
            {"type":"t","runAt":"2026-11-22T08:00:00"}     | runAt        | must be a time with an offset
            {"type":"t","runAt":"+999999999-01-01T00:00:00Z"} | runAt     | must be a time with an offset
            {"type":"t","runAt":"1969-12-31T00:00:00Z"}    | runAt        | must be a time with an offset
            {"type":"t","runAt":[]}                        | runAt        | must be a time in text
            {"type":"t","timeout":"0s"}                    | timeout      | must be 1ms to 7d
            {"type":"t","expiresIn":"9999999999999d"}      | expiresIn    | must be a duration
            {"type":"t","maxRetries":1001}                 | maxRetries   | must be a whole number, 0 to 1000
            {"type":"t","maxRetries":99999999999999999999} | maxRetries   | must be a whole number
            {"type":"t","maxRetries":1.0}                  | maxRetries   | must be a whole number
            {"type":"t","maxRetries":"3"}                  | maxRetries   | must be a whole number
            {"type":"t","backoff":"fast"}                  | backoff      | must be an object
            {"type":"t","backoff":{"kind":"linear"}}       | backoff.kind | must be exponential or fixed
            {"type":"t","backoff":{"base":"8d"}}           | backoff.base | must be 1ms to 7d
            {"type":"t","backoff":{"base":"2s","cap":"1s"}} | backoff.cap | must be backoff.base to 7d
            {"type":"t","uniqueKey":""}                    | uniqueKey    | must have 1 to 256 characters
            {"type":"t","uniqueKey":"\\ud800"}             | uniqueKey    | must be text without
            {"type":"t","uniqueKey":"a\\u0000"}            | uniqueKey    | must be text without
            {"type":"\\ud800"}                             | type         | must be 1 to 128 characters
            {"type":"t","retention":"400d"}                | retention    | must be 0s to 365d
            [1]                                            | body         | must be a JSON object
            7                                              | body         | must be a JSON object
            """)
    void whatIsNotAllowedIsNamed(String body, String field, String detail) {
        TestApi.Answer answer = api.post(JOBS, body);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.problem()).isEqualTo("invalid-field");
        assertThat(answer.text("field")).isEqualTo(field);
        assertThat(answer.text("detail")).startsWith(field).contains(detail);
        assertThat(api.broker.queues().all()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"type":"t"              | line 1, column 12
            {"type":                 | line 1, column 9
            {"type":"t"}}            | line 1, column 13
            {"type":"t"} {}          | line 1, column 14
            {"type":"t","type":"u"}  | line 1, column 19
            {'type':'t'}             | line 1, column 2
            {"payload":01}           | line 1, column 13
            {"payload":"\\x"}        | line 1, column 14
            hello                    | line 1, column
            """)
    void aBodyThatIsNotJsonIsRefusedWithThePlace(String body, String place) {
        TestApi.Answer answer = api.post(JOBS, body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problem()).isEqualTo("malformed-json");
        assertThat(answer.text("detail")).startsWith(place).doesNotContain("Source", "StreamRead", "jackson");
    }

    @Test
    void anEmptyBodyIsNotJson() {
        assertThat(api.post(JOBS, "").text("detail")).isEqualTo("line 1, column 1: the body is empty");
        assertThat(api.post(JOBS, " \n ").problem()).isEqualTo("malformed-json");
    }

    @Test
    void deepNestingAndHugeNumbersAreRefused() {
        String deep = "{\"type\":\"t\",\"payload\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}";
        TestApi.Answer answer = api.post(JOBS, deep);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("detail")).contains("depth").doesNotContain("StreamReadConstraints");

        String huge = "{\"type\":\"t\",\"maxRetries\":" + "9".repeat(5_000) + "}";
        assertThat(api.post(JOBS, huge).status()).isBetween(400, 422);
        String hugePayload = "{\"type\":\"t\",\"payload\":1" + "9".repeat(5_000) + "}";
        assertThat(api.post(JOBS, hugePayload).status()).isIn(202, 400);
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        List<byte[]> bodies = List.of(bytes("{\"type\":\"t\",\"payload\":\"", 0xC3, "\"}"),
                bytes("{\"type\":\"t\",\"payload\":\"", 0xED, 0xA0, 0x80, "\"}"),
                bytes("{\"type\":\"t\",\"payload\":\"", 0xC0, 0x80, "\"}"),
                bytes("{\"type\":\"t\",\"payload\":\"é", 0, "\"}"),
                bytes("{\"type\":\"t\"}\n", 0),
                bytes(0xFF, 0xFE, "{", 0),
                "{\"type\":\"t\"}".getBytes(java.nio.charset.StandardCharsets.UTF_16LE),
                "{\"type\":\"t\"}".getBytes(java.nio.charset.Charset.forName("UTF-32BE")));
        for (byte[] body : bodies) {
            TestApi.Answer answer = api.send(api.request(JOBS).header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofByteArray(body)).build());
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
            assertThat(answer.text("detail")).startsWith("line ").containsAnyOf("UTF-8", "zero byte");
        }
    }

    private static byte[] bytes(Object... parts) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        for (Object part : parts) {
            if (part instanceof Integer one) {
                out.write(one);
            } else {
                out.writeBytes(part.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    @Test
    void aPayloadOf256KibIsTakenAndOneOf257IsNot() {
        assertThat(api.post(JOBS, "{\"type\":\"t\",\"payload\":\"" + "x".repeat(256 * 1024 - 2) + "\"}").status())
                .isEqualTo(202);

        TestApi.Answer answer = api.post(JOBS, "{\"type\":\"t\",\"payload\":\"" + "x".repeat(257 * 1024) + "\"}");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.problem()).isEqualTo("payload-too-large");
        assertThat(answer.text("field")).isEqualTo("payload");
        assertThat(answer.text("detail")).contains("the limit is 262144");
    }

    @Test
    void aBodyFarTooLongIsRefusedBeforeItIsRead() {
        TestApi.Answer answer = api.post(JOBS, "{\"type\":\"t\",\"payload\":\"" + "x".repeat(3_000_000) + "\"}");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.text("field")).isEqualTo("payload");
        assertThat(answer.text("detail")).endsWith("the limit of its payload is 262144");
        assertThat(api.post(JOBS, "{\"type\":\"t\"}").status()).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/jsonx", "nonsense"})
    void anotherContentTypeIsRefused(String type) {
        TestApi.Answer answer = api.send(api.request(JOBS).header("Content-Type", type)
                .POST(BodyPublishers.ofString("{\"type\":\"t\"}")).build());
        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.problem()).isEqualTo("unsupported-media-type");
    }

    @Test
    void aMissingContentTypeAndACompressedBodyAreRefused() {
        assertThat(api.send(api.request(JOBS).POST(BodyPublishers.ofString("{}")).build()).status()).isEqualTo(415);
        assertThat(api.post(JOBS, "{\"type\":\"t\"}", "Content-Encoding", "gzip").status()).isEqualTo(415);
        assertThat(api.send(api.request(JOBS).header("Content-Type", "Application/JSON; charset=utf-8")
                .POST(BodyPublishers.ofString("{\"type\":\"t\"}")).build()).status()).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/queues/Mail/jobs", "/v1/queues/.mail/jobs", "/v1/queues/a_b/jobs",
        "/v1/queues/m%20l/jobs",
        "/v1/queues/m%2Fl/jobs", "/v1/queues/%C3%A9/jobs"})
    void aBadQueueNameIsRefused(String path) {
        TestApi.Answer answer = api.post(path, "{\"type\":\"t\"}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo("queue");
    }

    @Test
    void anUnknownQueryParameterIsRefused() {
        TestApi.Answer answer = api.post(JOBS + "?delay=5s", "{\"type\":\"t\"}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo("delay");
    }

    @Test
    void fiftyRequestsWithOneIdempotencyKeyMakeOneJob() {
        List<CompletableFuture<TestApi.Answer>> sent = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            sent.add(api.sendAsync(api.json(JOBS, "{\"type\":\"welcome\",\"delay\":\"5m\"}")
                    .header("Idempotency-Key", "order 7").build()));
        }
        List<TestApi.Answer> answers = sent.stream().map(CompletableFuture::join).toList();

        assertThat(answers).allMatch(answer -> answer.status() == 202);
        assertThat(answers.stream().map(TestApi.Answer::body).collect(Collectors.toSet())).hasSize(1);
        assertThat(answers).filteredOn(answer -> answer.header("Idempotency-Replayed").isEmpty()).hasSize(1);
        assertThat(api.broker.queues().info(TestApi.MAIL).orElseThrow().counts()).containsEntry(JobState.SCHEDULED,
                1L);
    }

    @Test
    void anIdempotencyKeyWithAnotherRequestIsRefused() {
        api.post(JOBS, "{\"type\":\"a\"}", "Idempotency-Key", "k");
        TestApi.Answer answer = api.post(JOBS, "{\"type\":\"b\"}", "Idempotency-Key", "k");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.problem()).isEqualTo("idempotency-conflict");
        assertThat(api.post("/v1/queues/other/jobs", "{\"type\":\"b\"}", "Idempotency-Key", "k").status())
                .isEqualTo(202);
        assertThat(api.post(JOBS, "{\"type\":\"b\"}", "Idempotency-Key", "x".repeat(257)).text("field"))
                .isEqualTo("Idempotency-Key");
    }

    @Test
    void aDuplicateIsAnsweredWithTheJobThatIs() {
        TestApi.Answer first = api.post(JOBS, "{\"type\":\"a\",\"uniqueKey\":\"u\"}");
        api.claim();
        TestApi.Answer second = api.post(JOBS, "{\"type\":\"b\",\"uniqueKey\":\"u\"}");

        assertThat(second.status()).isEqualTo(200);
        assertThat(second.header("Headrace-Duplicate")).isEqualTo("true");
        assertThat(second.header("Location")).isEqualTo(first.header("Location"));
        assertThat(second.text("id")).isEqualTo(first.text("id"));
        assertThat(second.text("type")).isEqualTo("a");
        assertThat(second.text("state")).isEqualTo("running");
    }

    @Test
    void concurrentRequestsWithOneUniqueKeyMakeOneJob() {
        List<CompletableFuture<TestApi.Answer>> sent = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            sent.add(api.sendAsync(api.json(JOBS, "{\"type\":\"t\",\"uniqueKey\":\"u\"}").build()));
        }
        Set<String> ids = sent.stream().map(CompletableFuture::join).map(answer -> answer.text("id"))
                .collect(Collectors.toSet());
        assertThat(ids).hasSize(1);
    }

    @Test
    void aFullQueueAsksForPatience() {
        api.broker.queues().settings(TestApi.MAIL, new QueueSettings(2, QueueSettings.DEFAULT.retention(), 10));
        api.submit();
        api.submit();
        TestApi.Answer answer = api.post(JOBS, "{\"type\":\"t\"}");
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.problem()).isEqualTo("backlog-full");
    }

    @Test
    void anOutageIsAnswered503AndItsEndNeedsNoRestart() {
        api.broker.unavailable(true);
        TestApi.Answer down = api.post(JOBS, "{\"type\":\"t\"}");
        assertThat(down.status()).isEqualTo(503);
        assertThat(down.problem()).isEqualTo("broker-unavailable");
        assertThat(api.get("/readyz").status()).isEqualTo(503);

        api.broker.unavailable(false);
        assertThat(api.post(JOBS, "{\"type\":\"t\"}").status()).isEqualTo(202);
    }

    @Test
    void anUnknownOutcomeIsSaidToBeOne() {
        api.broker.answersLost(true);
        TestApi.Answer answer = api.post(JOBS, "{\"type\":\"t\"}");
        api.broker.answersLost(false);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("outcome-unknown");
        assertThat(answer.text("detail")).contains("Idempotency-Key");
    }

    @Test
    void aTraceContextThatIsNotValidIsLeftOut() {
        String id = api.post(JOBS, "{\"type\":\"t\"}", "traceparent", "00-zz").text("id");
        assertThat(stored(id).document().spec().traceparent()).isNull();
    }

    @Test
    void aByteOrderMarkIsSkippedHoweverJobsAreSent() {
        assertThat(api.post(JOBS, "\ufeff{\"type\":\"a\"}").status()).isEqualTo(202);
        assertThat(api.post(JOBS + ":batch", "\ufeff[{\"type\":\"a\"}]").json().at("/items/0/id").asText())
                .startsWith("mail_");
        assertThat(api.send(api.request(JOBS + ":batch").header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofString("\ufeff{\"type\":\"a\"}\n")).build()).json().at("/items/0/id").asText())
                .startsWith("mail_");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{\"type\":\"a\",\"backoff\":{\"kind\":\"FIXED\"}}|backoff.kind must be exponential or fixed, was 'FIXED'",
        "{\"type\":\"a\",\"backoff\":{\"kind\":\"Fixed \"}}|backoff.kind must be exponential or fixed, was 'Fixed '",
        "{\"type\":\"a\",\"backoff\":{\"base\":\"192h\"}}|backoff.base must be 1ms to 7d, was '192h'",
        "{\"type\":\"a\",\"backoff\":{\"base\":\"0s\"}}|backoff.base must be 1ms to 7d, was '0s'",
        "{\"type\":\"a\",\"backoff\":{\"cap\":\"PT192H\"}}|backoff.cap must be backoff.base to 7d, was 'PT192H'",
        "{\"type\":\"a\",\"timeout\":\"P8D\"}|timeout must be 1ms to 7d, was 'P8D'",
        "{\"type\":\"a\",\"delay\":\"8784h\"}|delay must be 0s to 365d, was '8784h'",
        "{\"type\":\"a\",\"retention\":\"31622400s\"}|retention must be 0s to 365d, was '31622400s'",
        "{\"type\":\"a\",\"expiresIn\":\"0000s\"}|expiresIn must be 1ms to 365d, was '0000s'",
        "{\"type\":\"a\",\"priority\":\"HIGH\"}|priority must be high, normal or low, was 'HIGH'"})
    void aMessageShowsWhatWasSent(String job, String message) {
        TestApi.Answer answer = api.post(JOBS, job);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(
                answer.text("field") + " " + answer.text("detail").replaceFirst("^" + answer.text("field") + " ", ""))
                .isEqualTo(message);
    }

    @Test
    void aMessageAboutAPreferenceOrAQueryShowsWhatWasSent() {
        assertThat(api.post(JOBS, "{\"type\":\"a\"}", "Prefer", "Durability=FSYNC2").text("detail"))
                .contains("was 'FSYNC2'");
        assertThat(api.post(JOBS, "{\"type\":\"a\"}", "Prefer", "respond-async, Durability=\"Memory\"").status())
                .isEqualTo(202);
        assertThat(api.get("/v1/scaling/mail?drainWithin=48h").text("detail")).contains("was '48h'");
        assertThat(api.patch("/v1/queues/mail", "{\"retention\":\"8784h\"}").text("detail"))
                .contains("was '8784h'");
    }
}
