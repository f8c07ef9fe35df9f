package io.headrace.api.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.Attempt;
import io.headrace.Failure;
import io.headrace.History;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.api.TestApi;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A list shows what tells jobs apart; who wants all of one asks for it. */
class ListedJobsTest {
    private static final String JOBS = "/v1/queues/mail/jobs";
    private static final int PAGE_BYTES = 100_000;

    private final TestApi api = new TestApi();

    @AfterEach
    void close() {
        api.close();
    }

    private static String job(String payload) {
        return "{\"type\":\"t\",\"payload\":" + payload + "}";
    }

    private JsonNode first(String state) {
        return api.get(JOBS + "?state=" + state).json().path("jobs").path(0);
    }

    private static int bytes(TestApi.Answer answer) {
        return answer.body().getBytes(StandardCharsets.UTF_8).length;
    }

    @Test
    void aPageOfJobsWithLargePayloadsIsSmall() {
        for (int i = 0; i < 8; i++) {
            api.post(JOBS, job("{\"page\":\"" + "é\\\"".repeat(50_000) + "\"}"));
        }
        String next = JOBS + "?state=queued";
        int jobs = 0;
        while (!next.isEmpty()) {
            TestApi.Answer page = api.get(next);
            assertThat(bytes(page)).isLessThan(PAGE_BYTES);
            jobs += page.json().path("jobs").size();
            next = page.header("Link").replaceFirst("<(.*)>; rel=\"next\"", "$1");
        }
        assertThat(jobs).isEqualTo(8);
    }

    @Test
    void aPageOfDeadJobsHasNoStacksAndNoHistory() {
        for (int i = 0; i < 50; i++) {
            api.post(JOBS, job("{\"n\":" + i + ",\"text\":\"" + "x".repeat(5_000) + "\"}"));
            bury(api.claim(), 10);
        }
        TestApi.Answer page = api.get(JOBS + "?state=dead&limit=50");
        assertThat(page.json().path("jobs").size()).isGreaterThan(5);
        assertThat(bytes(page)).isLessThan(PAGE_BYTES);
        assertThat(page.body()).doesNotContain("at Somewhere", "\"attempts\":");
    }

    private void bury(ClaimedJob job, int attempts) {
        History run = job.document().history();
        for (int i = 0; i < attempts; i++) {
            Failure why = new Failure("java.lang.IllegalStateException", "it broke: " + "y".repeat(2_500),
                    "at Somewhere\n".repeat(700));
            run = run.and(new Attempt(i + 1, "w", api.clock.now(), api.clock.now(), Attempt.Outcome.FAILED, why));
        }
        api.broker.settle(
                Verdict.bury(job.lease(), job.document().with(run.ended(JobState.DEAD, api.clock.now(), null))))
                .toCompletableFuture().join();
    }

    @Test
    void whatWasCutIsToldAndTheJobItselfIsWhole() {
        String payload = "{\"to\":\"" + "ada 😀 ".repeat(2_000) + "\"}";
        String id = api.post(JOBS, job(payload)).text("id");
        JsonNode queued = first("queued");
        assertThat(queued.has("payload")).isFalse();
        assertThat(queued.path("payloadBytes").asInt()).isEqualTo(payload.getBytes(StandardCharsets.UTF_8).length);
        assertThat(queued.path("payloadPreview").asText()).startsWith("{\"to\":\"ada 😀 ada").hasSizeBetween(150, 300)
                .doesNotContain("�");
        assertThat(payload).startsWith(queued.path("payloadPreview").asText());
        assertThat(queued.path("cut")).hasToString("[\"payload\"]");
        JsonNode whole = api.get("/v1/jobs/" + id).json();
        assertThat(whole.path("payload").path("to").asText()).hasSize("ada 😀 ".length() * 2_000);
        assertThat(whole.has("cut")).isFalse();

        bury(api.claim(), 2);
        JsonNode dead = first("dead");
        assertThat(dead.path("cut")).hasToString("[\"payload\",\"error.message\",\"attempts\"]");
        assertThat(dead.path("error").path("message").asText()).startsWith("it broke: yyy").endsWith("…")
                .hasSizeLessThan(350);
        assertThat(api.get("/v1/jobs/" + id).json().path("attempts")).hasSize(2);
    }

    @Test
    void whatIsShortIsListedAsItIs() {
        api.post(JOBS, job("{\"to\" : 1.0}"));
        TestApi.Answer page = api.get(JOBS + "?state=queued");
        assertThat(page.body()).contains("\"payload\":{\"to\" : 1.0}").doesNotContain("\"cut\"", "payloadBytes");
    }

    @Test
    void aLongResultIsCutLikeAPayload() {
        api.submit();
        String result = Json.of("r".repeat(10_000)).toString();
        api.succeed(api.claim(), result);
        JsonNode done = first("succeeded");
        assertThat(done.has("result")).isFalse();
        assertThat(done.path("resultBytes").asInt()).isEqualTo(10_002);
        assertThat(done.path("resultPreview").asText()).startsWith("\"rrrr");
        assertThat(done.path("payload")).hasToString("{\"to\":1}");
        assertThat(done.path("cut")).hasToString("[\"result\"]");
    }

    @Test
    void aPreviewHidesWhatIsToBeHidden() {
        try (TestApi redacting = TestApi.redacting("pin")) {
            redacting.post(JOBS, job("{\"pin\":\"sesame-open\",\"text\":\"" + "x".repeat(900) + "\"}"));
            TestApi.Answer page = redacting.get(JOBS + "?state=queued");
            assertThat(page.body()).doesNotContain("sesame-open");
            assertThat(page.json().at("/jobs/0/payloadPreview").asText()).startsWith("{\"pin\":\"[redacted]\"");
        }
    }
}
