package io.headrace.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.api.http.Route;
import io.headrace.api.socket.Pings;
import io.headrace.api.socket.SocketCall;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.runtime.ByteBudget;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The published document is the truth: the same calls, and real answers, good and bad, of every call. */
@Timeout(60)
class OpenApiTest {
    private static final String JOBS = "/v1/queues/mail/jobs";

    @Test
    void theDocumentListsExactlyTheCallsThatAreServed() {
        try (TestApi api = new TestApi()) {
            ApiParts parts = new ApiParts(ApiConfig.from(Map.of()), api.broker,
                    new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), Pings.USUAL, ByteBudget.ofHeap());
            Set<String> served = new TreeSet<>();
            for (Route route : new Routes(parts).all()) {
                served.add(route.method() + " " + route.template());
                assertQuery(route);
                assertAccess(route);
            }
            assertThat(served).isEqualTo(OpenApi.operations());
            assertThat(api.get("/openapi.json").json()).isEqualTo(OpenApi.DOCUMENT);
        }
    }

    @Test
    void everyOperationHasANameOfItsOwnThatBeginsWithAVerb() {
        List<String> names = new ArrayList<>();
        OpenApi.DOCUMENT.path("paths").forEach(path -> path.forEach(operation -> {
            if (operation.has("operationId")) {
                names.add(operation.path("operationId").asText());
            }
        }));
        assertThat(names).hasSameSizeAs(OpenApi.operations()).doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z]+[A-Z][a-zA-Z]*"), "a verb and what it is done to");
    }

    private static void assertAccess(Route route) {
        JsonNode operation = operation(route.method() + " " + route.template());
        List<String> documented = new ArrayList<>();
        operation.path("x-headrace-role").forEach(role -> documented.add(role.asText()));
        assertThat(operation.has("x-headrace-role")).as(route.template()).isTrue();
        assertThat(documented).as(route.template()).isEqualTo(route.access().roles());
        assertThat(operation.path("x-headrace-unlimited").asBoolean()).as(route.template())
                .isEqualTo(route.access().whole());
    }

    private static void assertQuery(Route route) {
        JsonNode operation = OpenApi.DOCUMENT.path("paths").path(route.template())
                .path(route.method().name().toLowerCase(Locale.ROOT));
        List<String> documented = new ArrayList<>();
        operation.path("parameters").forEach(parameter -> {
            if (parameter.path("in").asText().equals("query")) {
                documented.add(parameter.path("name").asText());
            }
        });
        assertThat(documented).as(route.template()).isEqualTo(route.query());
        if (route.template().equals(SocketCall.TEMPLATE)) {
            assertThat(operation.path("responses").has("101")).isTrue(); // it has no media type, and SocketTest sees it
            return;
        }
        String ok = List.of("200", "201", "202").stream().filter(operation.path("responses")::has).findFirst()
                .orElse("");
        assertThat(operation.path("responses").path(ok).path("content").has(route.mediaType())).as(route.template())
                .isTrue();
    }

    @Test
    void everyReferenceInTheDocumentLeadsSomewhere() {
        List<String> broken = new ArrayList<>();
        OpenApi.DOCUMENT.findValuesAsText("$ref").forEach(reference -> {
            if (OpenApi.DOCUMENT.at(reference.substring(1)).isMissingNode()) {
                broken.add(reference);
            }
        });
        assertThat(broken).isEmpty();
        Set<String> used = OpenApi.DOCUMENT.findValuesAsText("$ref").stream().collect(Collectors.toSet());
        OpenApi.DOCUMENT.path("components").properties().stream()
                .filter(part -> !part.getKey().equals("securitySchemes"))
                .forEach(part -> part.getValue().fieldNames().forEachRemaining(name -> assertThat(used)
                        .contains("#/components/" + part.getKey() + "/" + name)));
    }

    /**
     * Each answer is checked against the document as it comes in; here it matters that all that is documented comes.
     */
    @Test
    void everyCallAnswersAsDocumentedWhenAllGoesWellAndWhenNot() {
        try (TestApi api = new TestApi("MAX_BATCH_BYTES=1000000")) {
            endedJobs(api);
            unfinishedJobs(api);
            deadJobs(api);
            queues(api);
            OpenApi.operations().forEach(operation -> refused(api, operation));
            fullQueue(api);
            outage(api);
        }
        try (TestApi locked = new TestApi("KEYS=k", "CLOSED_QUEUES=true")) {
            OpenApi.operations().forEach(operation -> call(locked, operation, ""));
            for (String path : List.of(JOBS, JOBS + ":batch")) {
                locked.post(path, path.endsWith("batch") ? "[{\"type\":\"t\"}]" : "{\"type\":\"t\"}", "Authorization",
                        "Bearer k");
            }
        }
        access();
        Set<String> missing = new TreeSet<>();
        for (String operation : OpenApi.operations()) {
            operation(operation).path("responses").fieldNames().forEachRemaining(status -> {
                if (!OpenApi.SEEN.contains(operation + " " + status) && !metElsewhere(operation, status)) {
                    missing.add(operation + " " + status);
                }
            });
        }
        assertThat(missing).isEmpty();
    }

    /**
     * 408 takes time (HttpTest, BatchTest); 500 is what nobody foresaw; a submission is answered 409 only when the
     * holder of its key ends at that moment; metrics are always at hand here, and told without figures of queues when
     * the broker is away.
     */
    private static boolean metElsewhere(String operation, String status) {
        return status.equals("408") || status.equals("500")
                || Set.of("GET /v1/live 101", "GET /v1/live 401", "GET /v1/events 200",
                        "POST /v1/queues/{queue}/jobs 409", "GET /metrics 404", "GET /metrics 503")
                        .contains(operation + " " + status);
    }

    private static JsonNode operation(String operation) {
        String[] parts = operation.split(" ", 2);
        return OpenApi.DOCUMENT.path("paths").path(parts[1]).path(parts[0].toLowerCase(Locale.ROOT));
    }

    private static String path(String operation) {
        return operation.split(" ", 2)[1].replace("{queue}", "mail").replace("{id}", "mail_n1-0").replace("{name}",
                "gone");
    }

    private static void call(TestApi api, String operation, String query, String... headers) {
        if (operation.equals("GET /v1/events") && query.isEmpty()) {
            call(api, operation, "?queue=nowhere", headers); // any other answer would have no end
            return;
        }
        api.call(operation.split(" ", 2)[0], path(operation) + query, headers);
    }

    /** What any call may be refused for, whatever it is about. */
    private static void refused(TestApi api, String operation) {
        String method = operation.split(" ", 2)[0];
        call(api, operation, "");
        call(api, operation, "?nonsense=1");
        raw(api, method, path(operation), "?x=%zz", "localhost");
        raw(api, method, path(operation), "", "evil.example");
        call(api, operation, "", "Accept", "image/png");
        if (!method.equals("GET")) {
            call(api, operation, "", "Origin", "https://evil.example");
            for (String body : List.of("{", "{\"nonsense\":1}", "[{", " ".repeat(2_000_000))) {
                api.send(api.json(path(operation), body).method(method, BodyPublishers.ofString(body)).build());
            }
            api.send(api.request(path(operation)).header("Content-Type", "text/plain")
                    .method(method, BodyPublishers.ofString("x")).build());
            api.send(api.json(path(operation), "[").header("Idempotency-Key", "k").build());
        }
        String elsewhere = path(operation).replace("mail", "nowhere").replace("gone", "nothing");
        if (!operation.equals("GET /v1/events")) {
            api.call(method, elsewhere + (operation.equals("GET /v1/queues/{queue}/jobs") ? "?state=dead" : ""));
        }
    }

    /** Sends what an HTTP client would not. */
    private static void raw(TestApi api, String method, String path, String query, String host) {
        String answer = api
                .raw(method + " " + path + query + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
        int body = answer.indexOf("\r\n\r\n") + 4;
        Map<String, List<String>> headers = answer.substring(0, body).lines().filter(line -> line.contains(": "))
                .map(line -> line.split(": ", 2))
                .collect(Collectors.toMap(pair -> pair[0].toLowerCase(Locale.ROOT), pair -> List.of(pair[1])));
        OpenApi.check(method, path,
                new TestApi.Answer(Integer.parseInt(answer.substring(9, 12)), headers, answer.substring(body)));
    }

    private static void endedJobs(TestApi api) {
        JobId id = api.submit();
        api.broker.queues().settings(TestApi.MAIL, new QueueSettings(0, Duration.ofHours(1), 100));
        api.succeed(api.claim(), "{\"n\":1}");
        aboutJob(api, id);
        api.clock.advance(Duration.ofDays(2));
        aboutJob(api, id);
    }

    private static void aboutJob(TestApi api, JobId id) {
        String job = "/v1/jobs/" + id;
        api.get(job);
        api.get(job + "/log");
        api.get(job + "/why");
        api.get(job + "/events");
        api.call("DELETE", job);
        api.call("POST", job + "/retry");
        api.call("POST", job + "/run-now");
    }

    private static void unfinishedJobs(TestApi api) {
        String first = api.post(JOBS, "{\"type\":\"t\",\"uniqueKey\":\"u\",\"expiresIn\":\"2h\"}").text("id");
        api.post(JOBS, "{\"type\":\"t\",\"uniqueKey\":\"u\"}");
        api.claim();
        api.call("DELETE", "/v1/jobs/" + first);
        String scheduled = api.post(JOBS, "{\"type\":\"t\",\"delay\":\"1h\"}").text("id");
        api.get(JOBS + "?state=scheduled");
        api.call("POST", "/v1/jobs/" + scheduled + "/run-now");
        api.call("DELETE", "/v1/jobs/" + scheduled);
    }

    private static void deadJobs(TestApi api) {
        for (int i = 0; i < 3; i++) {
            api.submit();
            api.bury(api.claim(), "Timeout");
        }
        TestApi.Answer page = api.get(JOBS + "?state=dead&limit=1");
        api.post("/v1/jobs/" + page.json().path("jobs").get(0).path("id").asText() + "/retry", "{\"payload\":1}");
        api.get("/v1/queues/mail/dead/groups");
        api.post("/v1/queues/mail/dead:retry", "{\"limit\":1,\"pace\":1}");
        api.post("/v1/queues/mail/dead:delete", "{\"dryRun\":true}");
    }

    private static void queues(TestApi api) {
        api.patch("/v1/queues/mail", "{\"paused\":false}");
        api.post(JOBS + ":batch", "[{\"type\":\"t\"},{}]");
        api.get("/v1/queues/mail");
        api.call("POST", "/v1/queues/mail/purge");
        api.patch("/v1/queues/spare", "{}");
        api.call("DELETE", "/v1/queues/spare");
        api.broker.heartbeat(new WorkerInfo(new WorkerId("w-1"), "host", 1, api.clock.now(), List.of(TestApi.MAIL),
                List.of(new JobType("t")), 1, 0, Duration.ofSeconds(30), "running", "1", List.of()),
                Duration.ofMinutes(1));
        api.call("POST", "/v1/workers/w-1/quiet");
        api.call("POST", "/v1/workers/w-1/resume");
    }

    private static void access() {
        String[] key = {"Authorization", "Bearer k"};
        try (TestApi api = new TestApi("KEYS=k")) {
            TestApi.Answer login = api.post("/v1/session", "{\"key\":\"k\"}");
            String cookie = login.header("set-cookie").replaceFirst(";.*", "");
            api.get("/v1/session", key);
            api.call("DELETE", "/v1/session", key);
            while (api.call("POST", "/v1/live/tickets", key).status() == 200) {
                // until there are too many
            }
            api.post("/v1/keys", "{\"name\":\"gone\",\"role\":\"viewer\"}", key);
            api.post("/v1/keys", "{\"name\":\"gone\",\"role\":\"viewer\"}", key);
            api.get("/v1/keys", key);
            api.call("DELETE", "/v1/keys/gone", key);
            api.get("/v1/audit", key);
            api.broker.unavailable(true);
            api.post("/v1/session", "{\"key\":\"k\"}");
            api.get("/v1/session", "Cookie", cookie);
            api.call("DELETE", "/v1/session", "Cookie", cookie, "Origin",
                    api.at("/").toString().replaceFirst("/$", ""));
            api.post("/v1/keys", "{\"name\":\"new\",\"role\":\"viewer\"}", key);
            for (int i = 0; i <= 10; i++) {
                api.post("/v1/session", "{\"key\":\"guess\"}");
            }
        }
    }

    private static void fullQueue(TestApi api) {
        api.broker.queues().settings(TestApi.MAIL, new QueueSettings(1, Duration.ofHours(1), 100));
        api.post(JOBS, "{\"type\":\"t\"}");
        api.post(JOBS, "{\"type\":\"t\"}");
        api.post(JOBS + ":batch", "[{\"type\":\"t\"}]");
    }

    private static void outage(TestApi api) {
        try (TestApi fresh = new TestApi()) { // one that has neither an overview nor its readiness at hand
            fresh.broker.unavailable(true);
            fresh.get("/v1/overview");
            fresh.get("/readyz");
        }
        api.broker.unavailable(true);
        OpenApi.operations().forEach(
                operation -> call(api, operation,
                        operation.equals("GET /v1/queues/{queue}/jobs") ? "?state=dead" : ""));
        api.post(JOBS, "{\"type\":\"t\"}");
        api.post(JOBS + ":batch", "[{\"type\":\"t\"}]");
        api.patch("/v1/queues/mail", "{}");
        api.call("POST", "/v1/workers/w-1/quiet");
        api.call("POST", "/v1/workers/w-1/resume");
    }
}
