package io.headrace.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.BrokerUnavailable;
import io.headrace.JobId;
import io.headrace.api.Interposer;
import io.headrace.api.TestApi;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

@Timeout(60)
class AuditTest {
    private final TestApi api = new TestApi("KEYS=root=admin:a,on.call=operator:o,eye=viewer:v");

    @AfterEach
    void close() {
        api.close();
    }

    private static final String[] OPERATOR = {"Authorization", "Bearer o"};
    private static final String[] ADMIN = {"Authorization", "Bearer a"};

    private JobId submitted(String more) {
        return JobId.parse(
                api.post("/v1/queues/mail/jobs", "{\"type\":\"t\"" + more + "}", ADMIN).text("id"));
    }

    private JobId dead() {
        JobId id = submitted("");
        api.bury(api.claim(), "Timeout");
        return id;
    }

    private List<JsonNode> entries(String query) {
        List<JsonNode> entries = new ArrayList<>();
        api.get("/v1/audit" + query, OPERATOR).json().path("entries").forEach(entries::add);
        return entries;
    }

    private JsonNode only(String action) {
        List<JsonNode> entries = entries("?action=" + action);
        assertThat(entries).as(action).hasSize(1);
        JsonNode entry = entries.get(0);
        assertThat(entry.path("address").asText()).isEqualTo("127.0.0.1");
        assertThat(entry.path("at").asText()).isEqualTo("2026-11-22T08:00:00.000Z");
        return entry;
    }

    private static void done(TestApi.Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isBetween(200, 202);
    }

    @Test
    void everyActionOfAnOperatorIsWrittenDown() {
        JobId first = dead();
        dead();
        dead();
        done(api.call("POST", "/v1/jobs/" + first + "/retry", OPERATOR));
        done(api.post("/v1/queues/mail/dead:retry", "{ \"error\" : \"Time\",\n\"limit\":1}", OPERATOR));
        done(api.post("/v1/queues/mail/dead:delete", "{}", OPERATOR));
        JobId waiting = submitted(",\"delay\":\"1h\"");
        done(api.call("POST", "/v1/jobs/" + waiting + "/run-now", OPERATOR));
        done(api.call("DELETE", "/v1/jobs/" + waiting, OPERATOR));
        done(api.call("POST", "/v1/queues/mail/pause", OPERATOR));
        done(api.call("POST", "/v1/queues/mail/resume", OPERATOR));
        done(api.call("POST", "/v1/queues/mail/purge", OPERATOR));
        done(api.send(TestApi.with(api.json("/v1/queues/mail", ""), OPERATOR)
                .method("PATCH", java.net.http.HttpRequest.BodyPublishers.ofString("{\"maxKept\":5}")).build()));
        assertThat(api.post("/v1/keys", "{\"name\":\"ci\",\"role\":\"viewer\"}", ADMIN).status()).isEqualTo(201);
        done(api.call("DELETE", "/v1/keys/ci", ADMIN));

        assertThat(only("job.retry").path("job").asText()).isEqualTo(first.toString());
        assertThat(only("job.retry").path("queue").asText()).isEqualTo("mail");
        assertThat(only("dead.retry").path("count").asInt()).isEqualTo(1);
        assertThat(only("dead.retry").path("filter")).hasToString("{\"error\":\"Time\",\"limit\":1}");
        assertThat(only("dead.delete").path("count").asInt()).isEqualTo(1);
        assertThat(only("job.run-now").path("job").asText()).isEqualTo(waiting.toString());
        assertThat(only("job.cancel").path("job").asText()).isEqualTo(waiting.toString());
        assertThat(only("queue.pause").path("actor").asText()).isEqualTo("on.call");
        assertThat(only("queue.pause").path("role").asText()).isEqualTo("operator");
        assertThat(only("queue.resume").has("count")).isFalse();
        assertThat(only("queue.purge").path("count").asInt()).isEqualTo(2);
        assertThat(only("queue.settings").path("settings")).hasToString("{\"maxKept\":5}");
        assertThat(only("key.create").path("target").asText()).isEqualTo("ci");
        assertThat(only("key.revoke").path("actor").asText()).isEqualTo("root");
        assertThat(entries("?actor=root")).hasSize(2);
        assertThat(entries("?queue=mail")).hasSize(9);
        assertThat(entries("")).hasSize(11).extracting(entry -> entry.path("action").asText()).startsWith("key.revoke");
    }

    @Test
    void theLogOfTheProcessTellsWhatThereIsToTell() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger audit = (Logger) LoggerFactory.getLogger("io.headrace.audit");
        Level before = audit.getLevel();
        audit.setLevel(Level.INFO);
        audit.addAppender(log);
        try {
            submitted("");
            done(api.post("/v1/queues/mail/pause", "", OPERATOR));

            assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly("action=queue.pause actor=on.call role=operator address=127.0.0.1 queue=mail");
        } finally {
            audit.detachAppender(log);
            audit.setLevel(before);
        }
    }

    @Test
    void whatAGroupOfDeadJobsDiedOfIsToldWhenTheyAreGone() {
        dead();
        dead();
        String fingerprint = api.get("/v1/queues/mail/dead/groups", OPERATOR).json()
                .at("/groups/0/fingerprint").asText();
        done(api.post("/v1/queues/mail/dead:delete", "{\"fingerprint\":\"" + fingerprint + "\"}", OPERATOR));
        assertThat(only("dead.delete").path("filter")).hasToString(
                "{\"fingerprint\":\"" + fingerprint + "\",\"groupType\":\"t\",\"groupError\":\"Timeout\"}");
        done(api.post("/v1/queues/mail/dead:retry", "{\"fingerprint\":\"" + fingerprint + "\"}", OPERATOR));
        assertThat(only("dead.retry").path("filter")).hasToString("{\"fingerprint\":\"" + fingerprint + "\"}");
    }

    @Test
    void theLogComesInPages() {
        dead();
        for (int i = 0; i < 5; i++) {
            done(api.call("POST", "/v1/queues/mail/pause", OPERATOR));
        }
        TreeSet<String> ids = new TreeSet<>();
        String query = "?limit=2";
        while (!query.isEmpty()) {
            TestApi.Answer page = api.get("/v1/audit" + query, OPERATOR);
            page.json().path("entries").forEach(entry -> ids.add(entry.path("id").asText()));
            query = page.json().has("next") ? "?limit=2&cursor=" + page.text("next") : "";
        }
        assertThat(ids).hasSize(5);
        assertThat(api.get("/v1/audit?cursor=x", OPERATOR).status()).isEqualTo(422);
        assertThat(api.get("/v1/audit?action=queue.burn", OPERATOR).text("detail")).contains("queue.purge");
    }

    @Test
    void whatWasNotDoneIsNotWrittenDown() {
        JobId id = dead();
        assertThat(api.call("POST", "/v1/queues/mail/pause", "Authorization", "Bearer v").status()).isEqualTo(403);
        assertThat(api.call("POST", "/v1/queues/nowhere/pause", OPERATOR).status()).isEqualTo(404);
        assertThat(api.call("POST", "/v1/jobs/" + id + "/run-now", OPERATOR).status()).isEqualTo(409);
        assertThat(api.post("/v1/queues/mail/dead:delete", "{\"dryRun\":true}", OPERATOR).status()).isEqualTo(200);
        assertThat(api.post("/v1/queues/mail/dead:delete", "{\"nonsense\":1}", OPERATOR).status()).isEqualTo(422);
        assertThat(api.call("DELETE", "/v1/keys/nobody", ADMIN).status()).isEqualTo(404);
        assertThat(api.post("/v1/keys", "{\"name\":\"root\",\"role\":\"viewer\"}", ADMIN).status()).isEqualTo(409);
        api.broker.unavailable(true);
        assertThat(api.call("POST", "/v1/queues/mail/pause", OPERATOR).status()).isEqualTo(503);
        api.broker.unavailable(false);
        assertThat(entries("")).isEmpty();
    }

    @Test
    void whatMayHaveBeenDoneIsWrittenDownAsUnfinished() {
        JobId id = submitted("");
        api.broker.answersLost(true);
        assertThat(api.call("DELETE", "/v1/jobs/" + id, OPERATOR).status()).isEqualTo(503);
        api.broker.answersLost(false);
        assertThat(only("job.cancel").path("unfinished").asBoolean()).isTrue();
        assertThat(only("job.cancel").path("job").asText()).isEqualTo(id.toString());
    }

    /** What each change is followed by, and what fails then. */
    @ParameterizedTest
    @CsvSource({"pause,POST,/v1/queues/mail/pause,queue.pause,info,false",
        "resume,POST,/v1/queues/mail/resume,queue.resume,info,false",
        "pause,PATCH,/v1/queues/mail,queue.settings,info,false",
        "change,PATCH,/v1/queues/mail,queue.settings,pause,true",
        "cancel,DELETE,/v1/jobs/%s,job.cancel,find,false", "runNow,POST,/v1/jobs/%s/run-now,job.run-now,find,false",
        "retry,POST,/v1/jobs/%s/retry,job.retry,find,false"})
    void whatWasDoneIsWrittenDownThoughItsAnswerFails(String change, String method, String path, String action,
            String fails, boolean unfinished) {
        Interposer interposer = new Interposer();
        try (TestApi failing = new TestApi(interposer, "KEYS=on.call=operator:o")) {
            String id = failing.post("/v1/queues/mail/jobs", "{\"type\":\"t\",\"delay\":\"1h\"}", OPERATOR).text("id");
            interposer.on(change, call -> {
                Object answer = call.call();
                interposer.on(fails, ignored -> {
                    throw new BrokerUnavailable("it went away just then", null);
                });
                return answer;
            });
            HttpRequest.Builder request = TestApi.with(failing.json(path.formatted(id), ""), OPERATOR);
            TestApi.Answer answer = failing.send(request.method(method, method.equals("PATCH")
                    ? BodyPublishers.ofString("{\"maxKept\":5,\"paused\":true}")
                    : BodyPublishers.noBody()).build());
            assertThat(answer.status()).as(answer.toString()).isEqualTo(503);

            JsonNode log = failing.get("/v1/audit", OPERATOR).json().path("entries");
            assertThat(log).as(log.toString()).hasSize(1);
            assertThat(log.at("/0/action").asText()).isEqualTo(action);
            assertThat(log.at("/0/unfinished").asBoolean()).isEqualTo(unfinished);
        }
    }

    @Test
    void withoutKeysTheActorIsLocal() {
        try (TestApi open = new TestApi()) {
            open.submit();
            done(open.call("POST", "/v1/queues/mail/pause"));
            JsonNode entry = open.get("/v1/audit").json().at("/entries/0");
            assertThat(entry.path("actor").asText()).isEqualTo("local");
            assertThat(entry.path("role").asText()).isEqualTo("admin");
        }
    }
}
