package io.headrace.api.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.QueueName;
import io.headrace.api.Interposer;
import io.headrace.api.TestApi;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueueCallsTest {
    private static final String MAIL = "/v1/queues/mail";

    private final TestApi api = new TestApi();

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void changesOfDifferentSettingsAtTheSameTimeAreBothKept() {
        Interposer interposer = new Interposer();
        try (TestApi shared = new TestApi(interposer)) {
            AtomicBoolean meanwhile = new AtomicBoolean();
            interposer.on("settings", call -> {
                Object answer = call.call();
                if (meanwhile.compareAndSet(false, true)) {
                    assertThat(shared.patch("/v1/queues/mail", "{\"maxBacklog\":9}").status()).isEqualTo(200);
                }
                return answer;
            });
            assertThat(shared.patch("/v1/queues/mail", "{\"maxKept\":7}").status()).isEqualTo(200);

            JsonNode settings = shared.get("/v1/queues/mail").json().path("settings");
            assertThat(settings.path("maxBacklog").asInt()).isEqualTo(9);
            assertThat(settings.path("maxKept").asInt()).isEqualTo(7);
        }
    }

    @Test
    void aQueueShowsItsCountsAgeLevelsAndSettings() {
        assertThat(api.get("/v1/queues").body()).isEqualTo("{\"queues\":[]}");
        api.submit();
        api.post(MAIL + "/jobs", "{\"type\":\"t\",\"priority\":\"high\"}");
        api.post(MAIL + "/jobs", "{\"type\":\"t\",\"delay\":\"1h\"}");
        api.succeed(api.claim(), "1");
        api.clock.advance(Duration.ofMillis(1500));

        TestApi.Answer answer = api.get(MAIL);
        assertThat(answer.json().path("counts").path("queued").asInt()).isEqualTo(1);
        assertThat(answer.json().path("counts").path("scheduled").asInt()).isEqualTo(1);
        assertThat(answer.json().path("counts").path("succeeded").asInt()).isEqualTo(1);
        assertThat(answer.json().path("totals").path("succeeded").asInt()).isEqualTo(1);
        assertThat(answer.json().path("totals").path("failed").asInt()).isZero();
        assertThat(answer.text("oldestQueuedAge")).isEqualTo("1500ms");
        assertThat(answer.json().path("settings").path("retention").asText()).isEqualTo("1d");
        assertThat(answer.json().path("rates").path("perMinute").path("succeeded").asDouble()).isPositive();
        assertThat(api.get("/v1/queues").json().path("queues")).hasSize(1);
    }

    @Test
    void anUnknownQueueIsNotFoundAndNotMade() {
        for (TestApi.Answer answer : List.of(api.get("/v1/queues/nope"), api.call("POST", "/v1/queues/nope/pause"),
                api.call("POST", "/v1/queues/nope/resume"), api.call("POST", "/v1/queues/nope/purge"),
                api.get("/v1/queues/nope/jobs?state=dead"), api.call("POST", "/v1/queues/nope/dead:retry"),
                api.call("POST", "/v1/queues/nope/dead:delete"))) {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.problem()).isEqualTo("unknown-queue");
        }
        assertThat(api.get("/v1/queues/No!").status()).isEqualTo(422);
        assertThat(api.broker.queues().all()).isEmpty();
    }

    @Test
    void aPausedQueueTakesJobsAndIsNotWorkedOn() {
        api.submit();
        assertThat(api.call("POST", MAIL + "/pause").json().path("paused").asBoolean()).isTrue();
        assertThat(api.post(MAIL + "/jobs", "{\"type\":\"t\"}").status()).isEqualTo(202);
        assertThat(api.post(MAIL + "/resume", "{}").json().path("paused").asBoolean()).isFalse();
    }

    @Test
    void settingsAreChangedOneByOneAndMakeTheQueue() {
        TestApi.Answer made = api.patch(MAIL, "{\"maxBacklog\":5,\"paused\":true}");
        assertThat(made.status()).isEqualTo(200);
        assertThat(made.body()).contains("\"settings\":{\"maxBacklog\":5,\"retention\":\"1d\",\"maxKept\":100000}",
                "\"paused\":true");
        assertThat(api.patch(MAIL, "{\"retention\":\"90m\",\"paused\":false,\"maxKept\":null}").body())
                .contains("\"settings\":{\"maxBacklog\":5,\"retention\":\"90m\",\"maxKept\":100000}",
                        "\"paused\":false");
        assertThat(api.patch(MAIL, "{}").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"maxBacklog":-1}      | 422 | maxBacklog
            {"maxBacklog":1.5}     | 422 | maxBacklog
            {"maxBacklog":10000000000000000} | 422 | maxBacklog
            {"maxBacklog":1000000001} | 422 | maxBacklog
            {"retention":"400d"}   | 422 | retention
            {"maxKept":99999999}   | 422 | maxKept
            {"maxKept":99999999999999999999} | 422 | maxKept
            {"paused":"yes"}       | 422 | paused
            {"pausd":true}         | 422 | pausd
            [true]                 | 422 | body
            """)
    void aSettingOutOfBoundsIsRefused(String body, int status, String field) {
        TestApi.Answer answer = api.patch(MAIL, body);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("field")).isEqualTo(field);
    }

    @Test
    void whatIsOutOfBoundsIsToldWithWhatWasSentAndWhatIsAllowed() {
        assertThat(api.patch(MAIL, "{\"maxBacklog\":10000000000000000}").body())
                .contains("must be a whole number, 0 to 1000000000, was 10000000000000000");
        assertThat(api.patch(MAIL, "{\"maxKept\":10000001}").body())
                .contains("must be a whole number, 0 to 10000000, was 10000001");
    }

    @Test
    void aPatchThatIsNotJsonIsRefused() {
        assertThat(api.patch(MAIL, "{").status()).isEqualTo(400);
        assertThat(api.call("PATCH", MAIL).status()).isEqualTo(400);
    }

    @Test
    void aPurgeCancelsWhatIsInLine() {
        api.submit();
        api.submit();
        assertThat(api.call("POST", MAIL + "/purge").body()).isEqualTo("{\"cancelled\":2,\"more\":false}");
        assertThat(api.get(MAIL).json().path("counts").path("queued").asInt()).isZero();
    }

    @Test
    void jobsAreListedPageByPage() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            ids.add(api.submit().toString());
        }
        List<String> seen = new ArrayList<>();
        String next = MAIL + "/jobs?state=queued&limit=3";
        int pages = 0;
        while (!next.isEmpty()) {
            TestApi.Answer page = api.get(next);
            page.json().path("jobs").forEach(job -> seen.add(job.path("id").asText()));
            String link = page.header("Link");
            assertThat(link.isEmpty()).isEqualTo(page.text("next").isEmpty());
            next = link.isEmpty() ? "" : link.replaceFirst("<(.*)>; rel=\"next\"", "$1");
            pages++;
        }
        assertThat(seen).isEqualTo(ids);
        assertThat(pages).isGreaterThanOrEqualTo(3);
    }

    @Test
    void jobsAreFilteredByTypeAndError() {
        api.submit();
        api.bury(api.claim(), "SocketTimeout");
        api.post(MAIL + "/jobs", "{\"type\":\"a:b\"}");
        api.bury(api.claim(), "http_503");
        assertThat(api.get(MAIL + "/jobs?state=dead").json().path("jobs")).hasSize(2);
        assertThat(api.get(MAIL + "/jobs?state=dead&type=a:b").json().path("jobs")).hasSize(1);
        assertThat(api.get(MAIL + "/jobs?state=dead&error=timeout&limit=200").json().path("jobs")).hasSize(1);
        assertThat(api.get(MAIL + "/jobs?state=succeeded").json().path("jobs")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            state=gone          | state
            limit=5             | state
            state=dead&limit=0  | limit
            state=dead&limit=201 | limit
            state=dead&limit=x  | limit
            state=dead&cursor=!!not-a-cursor | cursor
            state=dead&type=a+b | type
            state=dead&sate=x   | sate
            state=dead&state=queued | state
            """)
    void aListThatMakesNoSenseIsRefused(String query, String field) {
        api.submit();
        TestApi.Answer answer = api.get(MAIL + "/jobs?" + query);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo(field);
    }

    private void dead(int count, String error) {
        for (int i = 0; i < count; i++) {
            api.submit();
            api.bury(api.claim(), error);
        }
    }

    @Test
    void deadJobsAreRetriedByFilterAfterADryRun() {
        dead(450, "Timeout");
        dead(3, "Refused");
        String retry = MAIL + "/dead:retry";
        TestApi.Answer dry = api.post(retry, "{\"error\":\"time\",\"dryRun\":true}");
        assertThat(dry.json().path("count").asInt()).isEqualTo(450);
        assertThat(api.get(MAIL).json().path("counts").path("dead").asInt()).isEqualTo(453);

        TestApi.Answer done = api.post(retry, "{\"error\":\"time\"}");
        assertThat(done.json().path("count").asInt()).isEqualTo(450);
        assertThat(done.json().path("ids")).hasSize(450);
        assertThat(done.json().path("more").asBoolean()).isFalse();
        assertThat(api.get(MAIL).json().path("counts").path("dead").asInt()).isEqualTo(3);
        assertThat(api.post(retry, "{\"limit\":2}").json().path("count").asInt()).isEqualTo(2);
        assertThat(api.call("POST", retry).json().path("count").asInt()).isEqualTo(1);
    }

    @Test
    void deadJobsAreDeletedByIdAndOthersAreLeftAlone() {
        dead(2, "Timeout");
        JobId queued = api.submit();
        TestApi.Answer page = api.get(MAIL + "/jobs?state=dead");
        String id = page.json().path("jobs").get(0).path("id").asText();
        TestApi.Answer answer = api.post(MAIL + "/dead:delete",
                "{\"ids\":[\"" + id + "\",\"" + queued + "\",\"mail_n1-0\",\"" + id + "\"]}");
        assertThat(answer.json().path("count").asInt()).isEqualTo(1);
        assertThat(answer.json().path("ids").get(0).asText()).isEqualTo(id);
        assertThat(api.get("/v1/jobs/" + id).status()).isIn(404, 410);
        assertThat(api.get("/v1/jobs/" + queued).text("state")).isEqualTo("queued");
    }

    @Test
    void queuesComeInPagesByName() {
        List<String> all = List.of("a", "b", "c", "d", "e");
        all.forEach(name -> api.broker.queues().pause(new QueueName(name)));
        List<String> seen = new ArrayList<>();
        String address = "/v1/queues?limit=2";
        while (!address.isEmpty()) {
            TestApi.Answer page = api.get(address);
            assertThat(page.json().path("queues").size()).isBetween(1, 2);
            page.json().path("queues").forEach(queue -> seen.add(queue.path("queue").asText()));
            address = page.header("Link").replaceAll("^<(.*)>; rel=\"next\"$", "$1");
            assertThat(page.json().has("next")).isEqualTo(!address.isEmpty());
        }
        assertThat(seen).isEqualTo(all);
        assertThat(api.get("/v1/queues").json().path("queues")).hasSize(5);
        assertThat(api.get("/v1/queues?cursor=NOT+A+NAME").text("field")).isEqualTo("cursor");
        assertThat(api.get("/v1/queues?limit=1001").text("field")).isEqualTo("limit");
    }

    @Test
    void aQueueIsDeletedWhenItHoldsNoJob() {
        JobId job = api.submit();
        TestApi.Answer refused = api.call("DELETE", MAIL);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.problem()).isEqualTo("queue-not-empty");
        assertThat(refused.text("detail")).contains("holds 1 queued job");
        api.succeed(api.claim(), "1");
        TestApi.Answer deleted = api.call("DELETE", MAIL);
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.body()).isEqualTo("{\"queue\":\"mail\",\"dropped\":0}");
        assertThat(api.get(MAIL).status()).isEqualTo(404);
        assertThat(api.get("/v1/jobs/" + job).status()).isEqualTo(404);
        assertThat(api.get("/v1/queues").body()).isEqualTo("{\"queues\":[]}");
        assertThat(api.call("DELETE", MAIL).problem()).isEqualTo("unknown-queue");
        assertThat(api.get("/v1/audit?action=queue.delete").json().path("entries")).hasSize(1);
        api.submit();
        assertThat(api.get(MAIL).status()).isEqualTo(200);
    }

    @Test
    void jobsThatDoNotRunGoWithTheirQueueWhenThatIsAskedFor() {
        api.submit();
        JobId running = api.submit();
        api.claim();
        assertThat(api.call("DELETE", MAIL + "?purge=yes").text("field")).isEqualTo("purge");
        assertThat(api.call("DELETE", MAIL + "?purge=true").text("detail"))
                .contains("holds 1 queued, 1 running jobs; running jobs end first");
        assertThat(api.get("/v1/jobs/" + running).status()).isEqualTo(200);
        api.submit();
    }

    @Test
    void aRetryThatMeetsAnotherWithItsUniqueKeyIsCounted() {
        api.post(MAIL + "/jobs", "{\"type\":\"t\",\"uniqueKey\":\"u\"}");
        api.bury(api.claim(), "Timeout");
        api.post(MAIL + "/jobs", "{\"type\":\"t\",\"uniqueKey\":\"u\"}");
        TestApi.Answer answer = api.call("POST", MAIL + "/dead:retry");
        assertThat(answer.json().path("count").asInt()).isZero();
        assertThat(answer.json().path("refused").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"ids":["nonsense"]}              | ids
            {"ids":["other_n1-0"]}            | ids
            {"ids":[1]}                       | ids
            {"ids":"mail_n1-0"}               | ids
            {"ids":["mail_n1-0"],"type":"t"}  | ids
            {"limit":0}                       | limit
            {"dryRun":1}                      | dryRun
            {"dryrun":true}                   | dryrun
            {"type":"a b"}                    | type
            {"type":""}                       | type
            {"error":"","dryRun":true}        | error
            {"error":""}                      | error
            {"fingerprint":""}                | fingerprint
            """)
    void aFilterThatMakesNoSenseIsRefused(String body, String field) {
        api.submit();
        TestApi.Answer answer = api.post(MAIL + "/dead:retry", body);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo(field);
    }

    @Test
    void workersShowWhatTheyRun() {
        assertThat(api.get("/v1/workers").body()).isEqualTo("{\"workers\":[]}");
        JobId id = api.submit();
        api.broker.heartbeat(
                new WorkerInfo(new WorkerId("w-1"), "host", 7, api.clock.now(), List.of(new QueueName("mail")),
                        List.of(new JobType("t")), 10, 1, Duration.ofSeconds(30), "running", "0.1",
                        List.of(new WorkerInfo.Running(id, new JobType("t"), 1, api.clock.now()))),
                Duration.ofMinutes(1));
        Instant heard = api.clock.now();
        api.clock.advance(Duration.ofSeconds(9));
        assertThat(api.get("/v1/workers").body()).contains("\"id\":\"w-1\"", "\"lease\":\"30s\"",
                "\"job\":\"" + id + "\"");
        assertThat(Instant.parse(api.get("/v1/workers").json().path("workers").get(0).path("heartbeatAt").asText()))
                .as("what it tells is as of then").isEqualTo(heard);
        assertThat(api.get(MAIL).json().path("workers").asInt()).isEqualTo(1);
    }

    @Test
    void aClosedApiTakesJobsForQueuesThatExistOnly() {
        try (TestApi closed = new TestApi("CLOSED_QUEUES=true")) {
            closed.patch("/v1/queues/gone", "{}");
            assertThat(closed.post("/v1/queues/gone/jobs", "{\"type\":\"t\"}").status()).isEqualTo(202);
            assertThat(closed.call("DELETE", "/v1/queues/gone?purge=true").status()).isEqualTo(200);
            assertThat(closed.post("/v1/queues/gone/jobs", "{\"type\":\"t\"}").problem()).isEqualTo("unknown-queue");
            TestApi.Answer refused = closed.post(MAIL + "/jobs", "{\"type\":\"t\"}");
            assertThat(refused.status()).isEqualTo(404);
            assertThat(refused.problem()).isEqualTo("unknown-queue");
            assertThat(closed.post(MAIL + "/jobs:batch", "[{\"type\":\"t\"}]").status()).isEqualTo(404);

            closed.patch(MAIL, "{}");
            assertThat(closed.post(MAIL + "/jobs", "{\"type\":\"t\"}").status()).isEqualTo(202);
            assertThat(closed.post(MAIL + "/jobs:batch", "[{\"type\":\"t\"}]").status()).isEqualTo(202);
        }
    }
}
