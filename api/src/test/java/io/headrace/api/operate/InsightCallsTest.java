package io.headrace.api.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.api.TestApi;
import io.headrace.broker.Steer;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Diagnosis, scaling, dead groups, paced retries and quiet workers, over HTTP. */
class InsightCallsTest {
    private static final String MAIL = "/v1/queues/mail";

    private final TestApi api = new TestApi();

    @AfterEach
    void close() {
        api.close();
    }

    private void dead(int count, String error) {
        for (int i = 0; i < count; i++) {
            api.submit();
            api.bury(api.claim(), error);
        }
    }

    private WorkerInfo worker(String state, int busy) {
        return new WorkerInfo(new WorkerId("w-1"), "host", 1, api.clock.now(), List.of(TestApi.MAIL),
                List.of(new JobType("welcome")), 4, busy, Duration.ofSeconds(30), state, "1", List.of());
    }

    private void heartbeat(String state, int busy) {
        api.broker.heartbeat(worker(state, busy), Duration.ofMinutes(1));
    }

    @Test
    void aQueuedJobIsExplained() {
        api.submit();
        JobId id = api.submit();
        JsonNode why = api.get("/v1/jobs/" + id + "/why").json();
        assertThat(why.path("summary").asText()).startsWith("No live worker serves the queue 'mail'");
        assertThat(why.path("reasons").get(0).path("code").asText()).isEqualTo("no-worker");
        assertThat(why.path("line").toString())
                .isEqualTo("{\"position\":2,\"approximate\":false,\"level\":\"normal\"}");
        heartbeat("running", 4);
        api.succeed(api.claim(), "1");
        why = api.get("/v1/jobs/" + id + "/why").json();
        assertThat(why.path("reasons").get(0).path("code").asText()).isEqualTo("slots-busy");
        api.call("POST", MAIL + "/pause");
        assertThat(api.get("/v1/jobs/" + id + "/why").json().path("reasons").get(0).path("code").asText())
                .isEqualTo("paused");
        assertThat(api.get("/v1/jobs/mail_n1-0/why").status()).isEqualTo(404);
    }

    @Test
    void aScheduledJobIsExplainedByTheBrokersClock() {
        String id = api.post(MAIL + "/jobs", "{\"type\":\"welcome\",\"delay\":\"2h\"}").text("id");
        heartbeat("running", 0);
        assertThat(api.get("/v1/jobs/" + id + "/why").text("summary")).endsWith(", in 2 hours.");
    }

    @Test
    void anAutoscalerIsToldHowManyWorkers() {
        for (int i = 0; i < 9; i++) {
            api.submit();
        }
        api.post(MAIL + "/jobs", "{\"type\":\"welcome\",\"delay\":\"30s\"}");
        api.post(MAIL + "/jobs", "{\"type\":\"welcome\",\"delay\":\"2h\"}");
        heartbeat("running", 1);
        api.claim();
        assertThat(api.get("/v1/scaling/mail").body()).isEqualTo("{\"queue\":\"mail\",\"backlog\":8,\"dueSoon\":1,"
                + "\"running\":1,\"workers\":1,\"slots\":4,\"desiredWorkers\":1}");
        assertThat(api.get("/v1/scaling/mail?slots=1").json().path("desiredWorkers").asInt()).isEqualTo(2);
        assertThat(api.get("/v1/scaling/mail?drainWithin=3h").json().path("dueSoon").asInt()).isEqualTo(2);
        assertThat(api.get("/v1/scaling/mail?min=5").json().path("desiredWorkers").asInt()).isEqualTo(5);
        assertThat(api.get("/v1/scaling/mail?min=500").json().path("desiredWorkers").asInt()).isEqualTo(500);
        heartbeat("quiet", 1);
        JsonNode quiet = api.get("/v1/scaling/mail").json();
        assertThat(quiet.path("workers").asInt()).isZero();
        assertThat(quiet.path("slots").asInt()).isEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource({"slots=0,slots", "slots=x,slots", "drainWithin=0s,drainWithin", "drainWithin=2d,drainWithin",
        "min=-1,min", "max=1&min=2,max", "drain=1m,drain"})
    void aScalingQueryThatMakesNoSenseIsRefused(String query, String field) {
        api.submit();
        TestApi.Answer answer = api.get("/v1/scaling/mail?" + query);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo(field);
    }

    @Test
    void aGroupOfDeadJobsIsRetriedByItsFingerprint() {
        dead(3, "Timeout");
        dead(2, "Refused");
        JsonNode groups = api.get(MAIL + "/dead/groups").json();
        assertThat(groups.path("examined").asInt()).isEqualTo(5);
        assertThat(groups.path("total").asInt()).isEqualTo(5);
        assertThat(groups.path("more").asBoolean()).isFalse();
        JsonNode first = groups.path("groups").get(0);
        assertThat(first.path("count").asInt()).isEqualTo(3);
        assertThat(first.path("error").path("type").asText()).isEqualTo("Timeout");
        String body = "{\"fingerprint\":\"" + first.path("fingerprint").asText() + "\"}";
        assertThat(api.post(MAIL + "/dead:retry", body).json().path("count").asInt()).isEqualTo(3);
        String other = groups.path("groups").get(1).path("fingerprint").asText();
        assertThat(api.post(MAIL + "/dead:delete", "{\"fingerprint\":\"" + other + "\"}").json().path("count").asInt())
                .isEqualTo(2);
        assertThat(api.get(MAIL).json().path("counts").path("dead").asInt()).isZero();
    }

    @Test
    void groupsAreLookedAtAnewAfterSomeWereMoved() {
        dead(3, "Timeout");
        dead(2, "Refused");
        assertThat(api.get(MAIL + "/dead/groups").json().path("groups")).hasSize(2);
        api.post(MAIL + "/dead:delete", "{\"error\":\"Refused\"}");
        assertThat(api.get(MAIL + "/dead/groups").json().path("groups")).hasSize(1);
        api.post(MAIL + "/dead:retry", "{\"error\":\"Timeout\"}");
        JsonNode none = api.get(MAIL + "/dead/groups").json();
        assertThat(none.path("groups")).isEmpty();
        assertThat(none.path("examined").asInt()).isZero();
    }

    @Test
    void aPacedRetryGoesOnWhereTheLastCallEnded() {
        dead(250, "Timeout");
        Instant start = api.clock.now().plusSeconds(60);
        TestApi.Answer first = api.post(MAIL + "/dead:retry",
                "{\"pace\":10,\"startAt\":\"" + start + "\",\"limit\":220}");
        assertThat(first.json().path("count").asInt()).isEqualTo(220);
        assertThat(Instant.parse(first.text("nextAt"))).isEqualTo(start.plusSeconds(22));
        TestApi.Answer second = api.post(MAIL + "/dead:retry",
                "{\"pace\":10,\"startAt\":\"" + first.text("nextAt") + "\"}");
        assertThat(Instant.parse(second.text("nextAt"))).isEqualTo(start.plusSeconds(25));
        assertThat(api.get(MAIL).json().path("counts").path("retrying").asInt()).isEqualTo(250);
        String page = MAIL + "/jobs?state=retrying&from=" + start.plusSeconds(20) + "&to=" + start.plusSeconds(21);
        assertThat(api.get(page).json().path("jobs")).hasSize(10);
        TestApi.Answer part = api.get(page + "&limit=4");
        String next = part.header("Link").replaceAll("^<(.*)>.*$", "$1");
        assertThat(api.get(next).json().path("jobs")).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            retry  | {"pace":0}                                  | pace
            retry  | {"pace":"10"}                               | pace
            retry  | {"pace":10001}                              | pace
            retry  | {"startAt":"2026-11-22T08:00:00Z"}          | startAt
            retry  | {"pace":1,"startAt":"soon"}                 | startAt
            retry  | {"fingerprint":"xyz"}                       | fingerprint
            retry  | {"ids":["mail_n1-0"],"fingerprint":"0123456789ab"} | ids
            delete | {"pace":1}                                  | pace
            """)
    void aPaceThatMakesNoSenseIsRefused(String verb, String body, String field) {
        api.submit();
        TestApi.Answer answer = api.post(MAIL + "/dead:" + verb, body);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource({"from=yesterday,from", "to=1,to", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z,to"})
    void aTimeFilterThatMakesNoSenseIsRefused(String query, String field) {
        api.submit();
        TestApi.Answer answer = api.get(MAIL + "/jobs?state=dead&" + query);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo(field);
    }

    @Test
    void aWorkerIsToldToBeQuietAndToGoOn() {
        heartbeat("running", 0);
        TestApi.Answer answer = api.call("POST", "/v1/workers/w-1/quiet");
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text("id")).isEqualTo("w-1");
        assertThat(api.broker.heartbeat(worker("running", 0), Duration.ofMinutes(1))).contains(Steer.QUIET);
        assertThat(api.call("POST", "/v1/workers/w-1/resume").status()).isEqualTo(202);
        assertThat(api.broker.heartbeat(worker("quiet", 0), Duration.ofMinutes(1))).contains(Steer.RESUME);
        for (String unknown : List.of("w-2", "No!", "mail_n1-0")) {
            assertThat(api.call("POST", "/v1/workers/" + unknown + "/quiet").problem()).isEqualTo("unknown-worker");
        }
    }
}
