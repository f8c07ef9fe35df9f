package io.headrace.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.QueueName;
import io.headrace.access.AccessStore.AuditQuery;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import io.headrace.api.OpenApi;
import io.headrace.api.TestApi;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every call of the document, tried by every role; so a call that is added is tried too. */
@Timeout(60)
class RolesTest {
    private static final String KEYS = "KEYS=eye=viewer:v,ci=producer:p,ops=operator:o,root=admin:a,"
            + "mail-eye=viewer@mail:mv,mail-ci=producer@mail:mp,mail-ops=operator@mail:mo";
    private static final Map<String, String> SECRETS = Map.of("viewer", "v", "producer", "p", "operator", "o", "admin",
            "a");
    private static final QueueName OTHER = new QueueName("other");

    private final TestApi api = new TestApi(KEYS);
    private final JobId mail = queued("mail");
    private final JobId other = queued("other");

    @AfterEach
    void close() {
        api.close();
    }

    private JobId queued(String queue) {
        return JobId.parse(api.post("/v1/queues/" + queue + "/jobs", "{\"type\":\"t\"}", bearer("a")).text("id"));
    }

    private static String[] bearer(String secret) {
        return new String[]{"Authorization", "Bearer " + secret};
    }

    private static JsonNode operation(String operation) {
        String[] parts = operation.split(" ", 2);
        return OpenApi.DOCUMENT.path("paths").path(parts[1]).path(parts[0].toLowerCase(Locale.ROOT));
    }

    private static Set<String> roles(String operation) {
        Set<String> roles = new TreeSet<>();
        operation(operation).path("x-headrace-role").forEach(role -> roles.add(role.asText()));
        return roles;
    }

    private static boolean reads(String operation) {
        return operation.startsWith("GET ");
    }

    /** Streams, and the handshakes of protocols other than HTTP, are begun by calls that wait for nothing. */
    private static boolean streams(String operation) {
        JsonNode responses = operation(operation).path("responses");
        return responses.path("200").path("content").has("text/event-stream") || responses.has("101");
    }

    /** Makes the call with what it needs to go well. */
    private TestApi.Answer call(String operation, QueueName queue, JobId job, String secret) {
        String[] parts = operation.split(" ", 2);
        String path = parts[1].replace("{queue}", queue.value()).replace("{name}", "nobody");
        path = path.replace("{id}", path.startsWith("/v1/jobs/") ? job.toString() : "w-1");
        if (operation.equals("GET /v1/queues/{queue}/jobs")) {
            path += "?state=queued";
        }
        String body = body(operation);
        return api.send(TestApi.with(body == null ? api.request(path) : api.json(path, body), bearer(secret))
                .method(parts[0], body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body)).build());
    }

    private static @org.jspecify.annotations.Nullable String body(String operation) {
        return switch (operation) {
            case "POST /v1/queues/{queue}/jobs" -> "{\"type\":\"t\"}";
            case "POST /v1/queues/{queue}/jobs:batch" -> "[{\"type\":\"t\"}]";
            case "PATCH /v1/queues/{queue}" -> "{\"maxKept\":7,\"paused\":true}";
            case "POST /v1/keys" -> "{\"name\":\"mallory\",\"role\":\"admin\"}";
            default -> null;
        };
    }

    /** All that a call could have changed. */
    private String everything() {
        List<Object> all = new ArrayList<>();
        for (QueueInfo queue : api.broker.queues().all()) {
            all.add(queue.queue() + " " + queue.paused() + new java.util.TreeMap<>(queue.counts())
                    + new java.util.TreeMap<>(queue.totals()) + queue.kept());
            all.add(api.broker.queues().settings(queue.queue()));
        }
        all.add(api.broker.workers().live());
        all.add(api.broker.access().keys());
        all.add(audit());
        all.add(api.broker.find(mail));
        all.add(api.broker.find(other));
        return all.toString();
    }

    private List<?> audit() {
        return api.broker.access().audit(new AuditQuery(null, null, null, Scope.ALL, null, 1000)).entries();
    }

    @Test
    void everyCallSaysWhoMayMakeIt() {
        assertThat(OpenApi.operations()).hasSizeGreaterThan(25).allSatisfy(operation -> {
            assertThat(operation(operation).path("x-headrace-role").isArray()).as(operation).isTrue();
            assertThat(Role.labels()).containsAll(roles(operation));
            if (!roles(operation).isEmpty()) {
                assertThat(roles(operation)).as(operation).contains("admin");
            }
        });
        assertThat(OpenApi.operations())
                .filteredOn(operation -> !reads(operation) && roles(operation).contains("viewer"))
                .as("what a viewer may do that is no look").containsExactlyInAnyOrder("DELETE /v1/session",
                        "POST /v1/live/tickets");
        assertThat(OpenApi.operations()).filteredOn(operation -> reads(operation) && operation.contains("/v1/")
                && !roles(operation).contains("viewer")).containsExactlyInAnyOrder("GET /v1/keys", "GET /v1/audit",
                        "GET /v1/live"); // which asks who it is by itself
    }

    @Test
    void whoeverLacksTheRoleIsRefusedAndNothingIsChanged() {
        String before = everything();
        for (String operation : OpenApi.operations()) {
            if (roles(operation).isEmpty()) {
                continue;
            }
            SECRETS.forEach((role, secret) -> {
                if (!roles(operation).contains(role)) {
                    TestApi.Answer answer = call(operation, TestApi.MAIL, mail, secret);
                    assertThat(answer.status()).as("%s by %s: %s", operation, role, answer).isEqualTo(403);
                    assertThat(answer.problem()).isEqualTo("not-allowed");
                    assertThat(answer.text("detail")).contains("needs the role").contains(role);
                }
            });
            assertThat(call(operation, TestApi.MAIL, mail, "nonsense").status()).as(operation).isEqualTo(401);
        }
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void whoeverHasTheRoleIsLetIn() {
        for (String operation : OpenApi.operations()) {
            SECRETS.forEach((role, secret) -> {
                if (roles(operation).contains(role) && reads(operation) && !streams(operation)) {
                    TestApi.Answer answer = call(operation, TestApi.MAIL, mail, secret);
                    assertThat(answer.status()).as("%s by %s: %s", operation, role, answer).isNotIn(401, 403);
                }
            });
        }
        assertThat(call("POST /v1/queues/{queue}/jobs", TestApi.MAIL, mail, "p").status()).isEqualTo(202);
        assertThat(call("POST /v1/queues/{queue}/pause", TestApi.MAIL, mail, "o").status()).isEqualTo(200);
    }

    /** So a call that is added and forgets the audit log is noticed. */
    @Test
    void whateverOnlyOperatorsAndAdminsMayChangeLeavesOneEntryInTheAuditLog() {
        JobId dead = mail;
        api.bury(api.claim(), "Timeout");
        JobId later = JobId.parse(api.post("/v1/queues/mail/jobs", "{\"type\":\"t\",\"delay\":\"1h\"}", bearer("a"))
                .text("id"));
        worker("w-1", List.of(TestApi.MAIL), List.of());
        QueueName empty = new QueueName("empty");
        api.broker.queues().resume(empty);
        api.post("/v1/keys", "{\"name\":\"nobody\",\"role\":\"viewer\"}", bearer("a"));
        for (String operation : OpenApi.operations()) {
            if (reads(operation) || roles(operation).isEmpty() || roles(operation).contains("viewer")
                    || roles(operation).contains("producer")) {
                continue;
            }
            JobId job = operation.endsWith("/retry") ? dead : operation.endsWith("/run-now") ? later : queued("mail");
            QueueName queue = operation.equals("DELETE /v1/queues/{queue}") ? empty : TestApi.MAIL;
            int before = audit().size();
            TestApi.Answer answer = call(operation, queue, job, "a");
            assertThat(answer.status()).as("%s: %s", operation, answer).isBetween(200, 204);
            assertThat(audit()).as(operation).hasSize(before + 1);
        }
    }

    @Test
    void aLimitedKeyIsRefusedWhateverIsOfAnotherQueue() {
        JobId nowhere = JobId.parse(other.toString().replace("other", "nowhere"));
        String before = everything();
        for (String operation : OpenApi.operations()) {
            if (roles(operation).isEmpty()
                    || (!operation.contains("{queue}") && !operation.contains("/v1/jobs/{id}"))) {
                continue;
            }
            for (String role : List.of("viewer", "producer", "operator")) {
                if (roles(operation).contains(role)) {
                    String secret = "m" + SECRETS.get(role);
                    TestApi.Answer answer = call(operation, OTHER, other, secret);
                    assertThat(answer.status()).as("%s by %s: %s", operation, role, answer).isEqualTo(403);
                    assertThat(answer.text("detail")).contains("limited to mail");
                    assertThat(call(operation, new QueueName("nowhere"), nowhere, secret).status()).as(operation)
                            .isEqualTo(403);
                }
            }
        }
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void aLimitedKeyIsRefusedWhatConcernsAllQueues() {
        String before = everything();
        for (String operation : OpenApi.operations()) {
            if (operation(operation).path("x-headrace-unlimited").asBoolean()) {
                TestApi.Answer answer = call(operation, TestApi.MAIL, mail, "mo");
                assertThat(answer.status()).as("%s: %s", operation, answer).isEqualTo(403);
            }
        }
        assertThat(api.get("/v1/audit?queue=other", bearer("mo")).status()).isEqualTo(403);
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void aLimitedKeySeesNothingOfOtherQueues() {
        WorkerInfo.Running ours = new WorkerInfo.Running(mail, new JobType("t"), 1, api.clock.now());
        WorkerInfo.Running theirs = new WorkerInfo.Running(other, new JobType("t"), 1, api.clock.now());
        worker("w-both", List.of(TestApi.MAIL, OTHER), List.of(ours, theirs));
        worker("w-other", List.of(OTHER), List.of(theirs));
        call("POST /v1/queues/{queue}/pause", OTHER, other, "o");
        call("POST /v1/queues/{queue}/pause", TestApi.MAIL, mail, "o");
        for (String operation : OpenApi.operations()) {
            if (reads(operation) && !operation.contains("{") && roles(operation).contains("operator")
                    && !streams(operation) && !operation(operation).path("x-headrace-unlimited").asBoolean()) {
                TestApi.Answer answer = call(operation, TestApi.MAIL, mail, "mo");
                assertThat(answer.status()).as("%s: %s", operation, answer).isEqualTo(200);
                assertThat(answer.body()).as(operation).doesNotContain("other");
            }
        }
        assertThat(api.get("/v1/queues", bearer("mv")).json().path("queues")).hasSize(1);
        assertThat(api.get("/v1/queues", bearer("v")).json().path("queues")).hasSize(2);
        assertThat(api.get("/v1/workers", bearer("mv")).json().path("workers")).hasSize(1);
        assertThat(api.get("/v1/workers", bearer("mv")).json().at("/workers/0/running")).hasSize(1);
        assertThat(api.get("/v1/workers", bearer("v")).json().path("workers")).hasSize(2);
        assertThat(api.get("/v1/audit", bearer("mo")).json().path("entries")).hasSize(1);
        assertThat(api.get("/v1/audit", bearer("o")).json().path("entries")).hasSize(2);
    }

    private void worker(String id, List<QueueName> queues, List<WorkerInfo.Running> running) {
        api.broker.heartbeat(new WorkerInfo(new WorkerId(id), "host", 1, api.clock.now(), queues,
                List.of(new JobType("t")), 2, running.size(), Duration.ofSeconds(30), "running", "1", running),
                Duration.ofHours(1));
    }

    @Test
    void aLimitedKeyWorksOnItsOwnQueue() {
        assertThat(call("POST /v1/queues/{queue}/jobs", TestApi.MAIL, mail, "mp").status()).isEqualTo(202);
        assertThat(call("POST /v1/queues/{queue}/jobs:batch", TestApi.MAIL, mail, "mp").status()).isEqualTo(202);
        assertThat(call("GET /v1/jobs/{id}", TestApi.MAIL, mail, "mp").status()).isEqualTo(200);
        assertThat(call("GET /v1/queues/{queue}", TestApi.MAIL, mail, "mv").status()).isEqualTo(200);
        assertThat(call("DELETE /v1/jobs/{id}", TestApi.MAIL, mail, "mo").status()).isEqualTo(200);
        assertThat(call("PATCH /v1/queues/{queue}", TestApi.MAIL, mail, "mo").status()).isEqualTo(200);
        assertThat(api.broker.queues().settings(TestApi.MAIL))
                .isEqualTo(new QueueSettings(0, QueueSettings.DEFAULT.retention(), 7));
    }
}
