package io.headrace.api.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.Json;
import io.headrace.Progress;
import io.headrace.api.TestApi;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobCallsTest {
    private final TestApi api = new TestApi();

    @AfterEach
    void close() {
        api.close();
    }

    private String job(JobId id) {
        return "/v1/jobs/" + id;
    }

    @Test
    void retriesThatNobodyHasCountedYetAreNotTold() {
        String id = api.submit().toString();
        assertThat(api.get("/v1/jobs/" + id).json().has("maxRetries")).isFalse();
        ClaimedJob job = api.claim();
        assertThat(api.get("/v1/jobs/" + id).json().has("maxRetries")).isFalse();
        JobDocument judged = job.document().with(job.document().history().withMaxRetries(2));
        api.broker.settle(Verdict.retry(job.lease(), Duration.ofMinutes(1), judged)).toCompletableFuture().join();
        assertThat(api.get("/v1/jobs/" + id).json().path("maxRetries").asInt()).isEqualTo(2);
    }

    @Test
    void aRunningJobShowsItsProgressAndASucceededOneItsResult() {
        JobId id = api.submit();
        ClaimedJob claimed = api.claim();
        api.broker.report(claimed.lease(), new Progress(0.25, "a quarter"), 0, List.of("one", "two"))
                .toCompletableFuture()
                .join();

        TestApi.Answer running = api.get(job(id));
        assertThat(running.text("state")).isEqualTo("running");
        assertThat(running.text("worker")).isEqualTo("w-test");
        assertThat(running.json().path("attempt").asInt()).isEqualTo(1);
        assertThat(running.body()).contains("\"progress\":{\"fraction\":0.25,\"message\":\"a quarter\"}",
                "\"startedAt\":\"2026-11-22T08:00:00.000Z\"");

        api.succeed(claimed, "{\"sent\":[1, 2]}");
        TestApi.Answer ended = api.get(job(id));
        assertThat(ended.text("state")).isEqualTo("succeeded");
        assertThat(ended.body()).contains("\"result\":{\"sent\":[1, 2]}", "\"finishedAt\":");
    }

    @Test
    void aDeadJobShowsWhyAndItsAttempts() {
        JobId id = api.submit();
        api.bury(api.claim(), "Timeout");
        TestApi.Answer dead = api.get(job(id));
        assertThat(dead.text("state")).isEqualTo("dead");
        assertThat(dead.body()).contains("\"error\":{\"type\":\"Timeout\",\"message\":\"it broke\"}",
                "\"outcome\":\"failed\",\"error\":{\"type\":\"Timeout\",\"message\":\"it broke\","
                        + "\"stack\":\"at Somewhere\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mail_n1-0", "other_n1763770000123-0", "nonsense", "mail_x1-0", "%00", "mail_n1-0%2F.."})
    void anUnknownJobIsNotFound(String id) {
        for (String call : List.of("", "/log", "/events", "?wait=1s")) {
            TestApi.Answer answer = api.get("/v1/jobs/" + id + call);
            assertThat(answer.status()).as(call).isEqualTo(404);
            assertThat(answer.problem()).isEqualTo("unknown-job");
        }
        assertThat(api.call("DELETE", "/v1/jobs/" + id).status()).isEqualTo(404);
        assertThat(api.call("POST", "/v1/jobs/" + id + "/retry").status()).isEqualTo(404);
        assertThat(api.call("POST", "/v1/jobs/" + id + "/run-now").status()).isEqualTo(404);
    }

    @Test
    void anExpiredRecordIsGone() {
        JobId id = api.submit();
        api.succeed(api.claim(), "1");
        api.clock.advance(Duration.ofDays(2));
        for (String call : List.of("", "/log", "/events", "?wait=1s")) {
            TestApi.Answer answer = api.get(job(id) + call);
            assertThat(answer.status()).as(call).isEqualTo(410);
            assertThat(answer.problem()).isEqualTo("gone");
        }
        assertThat(api.call("DELETE", job(id)).status()).isEqualTo(410);
        assertThat(api.call("POST", job(id) + "/retry").status()).isEqualTo(410);
        assertThat(api.call("POST", job(id) + "/run-now").status()).isEqualTo(410);
    }

    @Test
    void aQueuedJobIsCancelledAtOnceAndAgain() {
        JobId id = api.submit();
        TestApi.Answer answer = api.call("DELETE", job(id));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("state")).isEqualTo("cancelled");
        assertThat(api.call("DELETE", job(id)).status()).isEqualTo(200);
    }

    @Test
    void aRunningJobIsAskedToStop() {
        JobId id = api.submit();
        api.claim();
        TestApi.Answer answer = api.call("DELETE", job(id));
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text("state")).isEqualTo("running");
        assertThat(answer.json().path("cancelling").asBoolean()).isTrue();
    }

    @Test
    void aJobThatHasEndedCannotBeCancelledOrRetriedOrHurried() {
        JobId id = api.submit();
        api.succeed(api.claim(), "1");
        for (TestApi.Answer answer : List.of(api.call("DELETE", job(id)), api.call("POST", job(id) + "/retry"),
                api.post(job(id) + "/retry", "{\"payload\":1}"), api.call("POST", job(id) + "/run-now"))) {
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.problem()).isEqualTo("wrong-state");
            assertThat(answer.text("detail")).contains(id + " is succeeded");
        }
    }

    @Test
    void aDeadJobIsRetriedAndAnotherPayloadIsKeptByteByByte() {
        JobId first = api.submit();
        api.bury(api.claim(), "Timeout");
        TestApi.Answer again = api.call("POST", job(first) + "/retry");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("state")).isEqualTo("queued");
        assertThat(again.json().path("attempts")).hasSize(1);

        api.bury(api.claim(), "Timeout");
        assertThat(api.post(job(first) + "/retry", "{\"payload\":{\"to\" : [2]}}").body()).contains("{\"to\" : [2]}");
        assertThat(api.claim().document().spec().payload()).isEqualTo(Json.parse("{\"to\" : [2]}"));
    }

    @Test
    void aRetryMayBeToldNullAsPayloadAndNothingUnknown() {
        JobId id = api.submit();
        api.bury(api.claim(), "Timeout");
        assertThat(api.post(job(id) + "/retry", "{\"paylod\":1}").text("detail")).contains("did you mean 'payload'?");
        assertThat(api.post(job(id) + "/retry", "{").status()).isEqualTo(400);
        assertThat(api.post(job(id) + "/retry", "{\"payload\":\"" + "x".repeat(257 * 1024) + "\"}").status())
                .isEqualTo(413);
        assertThat(api.post(job(id) + "/retry", "{\"payload\":null}").body()).contains("\"payload\":null");
    }

    @Test
    void aRetryIsRefusedWhileAnotherHasItsUniqueKey() {
        JobId id = JobId.parse(api.post("/v1/queues/mail/jobs", "{\"type\":\"t\",\"uniqueKey\":\"u\"}").text("id"));
        api.bury(api.claim(), "Timeout");
        api.post("/v1/queues/mail/jobs", "{\"type\":\"t\",\"uniqueKey\":\"u\"}");
        TestApi.Answer answer = api.call("POST", job(id) + "/retry");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.problem()).isEqualTo("duplicate");
    }

    @Test
    void aScheduledJobCanBeHurried() {
        String id = api.post("/v1/queues/mail/jobs", "{\"type\":\"t\",\"delay\":\"1h\"}").text("id");
        TestApi.Answer answer = api.call("POST", "/v1/jobs/" + id + "/run-now");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(api.claim().lease().job()).hasToString(id);
    }

    @Test
    void aBodyWhereNoneIsReadMustBeEmptyOrAnEmptyObject() {
        String id = api.post("/v1/queues/mail/jobs", "{\"type\":\"t\",\"delay\":\"1h\"}").text("id");
        assertThat(api.post("/v1/jobs/" + id + "/run-now", "{\"when\":1}").status()).isEqualTo(422);
        assertThat(api.post("/v1/jobs/" + id + "/run-now", "nonsense").status()).isEqualTo(400);
        assertThat(api.post("/v1/jobs/" + id + "/run-now", "{}").status()).isEqualTo(200);
    }

    @Test
    void theLogIsReadFromWhereTheReaderLeftOff() {
        JobId id = api.submit();
        ClaimedJob claimed = api.claim();
        List<String> lines = IntStream.range(0, 7).mapToObj(i -> "line " + i + " \ud83d\ude00").toList();
        api.broker.report(claimed.lease(), null, 0, lines).toCompletableFuture().join();

        TestApi.Answer first = api.get(job(id) + "/log?limit=3");
        assertThat(first.json().path("lines")).hasSize(3);
        TestApi.Answer second = api.get(job(id) + "/log?from=" + first.text("next"));
        assertThat(second.json().path("lines").get(0).asText()).isEqualTo("line 3 \ud83d\ude00");
        assertThat(second.text("next")).isEqualTo("7");
        assertThat(first.json().has("dropped")).isFalse();
        api.broker.report(claimed.lease(), null, 4_000, List.of("late")).toCompletableFuture().join();
        assertThat(api.get(job(id) + "/log?from=7").body())
                .isEqualTo("{\"lines\":[\"late\"],\"next\":4001,\"dropped\":3993}");
        assertThat(api.get(job(id) + "/log?from=4001").body()).isEqualTo("{\"lines\":[],\"next\":4001}");
        assertThat(api.get(job(id) + "/log?from=-1").status()).isEqualTo(422);
        assertThat(api.get(job(id) + "/log?limit=1001").status()).isEqualTo(422);
        assertThat(api.get(job(id) + "/log?form=1").text("detail")).contains("did you mean 'from'?");
    }

    @Test
    void anOutageIsAnswered503Everywhere() {
        JobId id = api.submit();
        api.broker.unavailable(true);
        for (TestApi.Answer answer : List.of(api.get(job(id)), api.get(job(id) + "/log"), api.get(job(id) + "/events"),
                api.call("DELETE", job(id)), api.call("POST", job(id) + "/retry"), api.get("/v1/queues"),
                api.get(job(id) + "?wait=10ms"))) {
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.problem()).isEqualTo("broker-unavailable");
        }
    }
}
