package io.headrace.api.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobState;
import io.headrace.api.OpenApi;
import io.headrace.api.TestApi;
import io.headrace.api.http.ProblemType;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.config.Meter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SystemTest {
    private final TestApi api = new TestApi();

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void readinessMeansThatJobsCanBeStored() {
        assertThat(api.get("/livez").body()).isEqualTo("{\"status\":\"live\"}");
        assertThat(api.get("/readyz").body()).isEqualTo("{\"status\":\"ready\"}");
    }

    @Test
    void aServerWhoseBrokerIsAwayIsAliveAndNotReady() {
        api.broker.unavailable(true);
        TestApi.Answer answer = api.get("/readyz");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("not-ready");
        assertThat(answer.text("detail")).isNotBlank();
        assertThat(api.get("/livez").status()).isEqualTo(200);
    }

    @Test
    void whyAServerIsNotReadyIsToldToThoseWithAKey() {
        try (TestApi keyed = new TestApi("KEYS=viewer:secret")) {
            keyed.broker.unavailable(true);
            String reason = "the in-memory broker was told to be away";
            assertThat(keyed.get("/readyz", "Authorization", "Bearer secret").text("detail")).contains(reason);
            for (String stranger : new String[]{"Bearer other", "Basic x", "Bearer"}) {
                TestApi.Answer answer = keyed.get("/readyz", "Authorization", stranger);
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.body()).doesNotContain("away");
            }
            assertThat(keyed.get("/readyz").body()).doesNotContain("away");
        }
    }

    @Test
    void theScrapedFiguresAreThoseThatWereDeclared() {
        api.submit();
        api.submit();
        api.post("/v1/queues/mail/jobs:batch", "[{\"type\":\"b\"},{\"type\":\"b\"},{}]");
        api.claim();
        TestApi.Answer answer = api.get("/metrics");
        assertThat(answer.header("Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body()).contains("headrace_jobs_enqueued_total{queue=\"mail\",type=\"welcome\"} 2.0",
                "headrace_jobs_enqueued_total{queue=\"mail\",type=\"b\"} 2.0",
                "headrace_jobs{queue=\"mail\",state=\"queued\"} 3.0",
                "headrace_jobs{queue=\"mail\",state=\"running\"} 1.0",
                "headrace_oldest_queued_age_seconds{queue=\"mail\"} ",
                "headrace_overdue_age_seconds{queue=\"mail\"} 0.0", "headrace_queue_workers{queue=\"mail\"} 0.0",
                "headrace_queue_paused{queue=\"mail\"} 0.0",
                "headrace_jobs_ended_total{queue=\"mail\",state=\"dead\"} 0.0", "headrace_redis_memory_bytes ",
                "headrace_redis_memory_limit_bytes ");
        for (String line : answer.body().lines().toList()) {
            Matcher type = Pattern.compile("# TYPE (headrace_\\S+) (\\S+)").matcher(line);
            if (type.matches()) {
                Meter meter = Arrays.stream(Meter.values()).filter(m -> m.exported().equals(type.group(1))).findFirst()
                        .orElseThrow();
                assertThat(meter.source()).isNotEqualTo(Meter.Source.WORKER);
                assertThat(type.group(2)).isEqualToIgnoringCase(meter.kind().name());
            }
        }
    }

    @Test
    void jobsThatEndedAreCountedByTheBroker() {
        api.submit();
        api.succeed(api.claim(), "1");
        api.post("/v1/queues/mail/pause", "");
        assertThat(api.get("/metrics").body()).contains(
                "headrace_jobs_ended_total{queue=\"mail\",state=\"succeeded\"} 1.0",
                "headrace_jobs_ended_total{queue=\"mail\",state=\"cancelled\"} 0.0",
                "headrace_queue_paused{queue=\"mail\"} 1.0");
    }

    @Test
    void onlyWorkersThatClaimAreCounted() {
        api.submit();
        for (String state : List.of("running", "quiet", "stopping")) {
            api.broker.heartbeat(new WorkerInfo(new WorkerId("w-" + state), "host", 1, api.clock.now(),
                    List.of(TestApi.MAIL), List.of(), 1, 0, Duration.ofSeconds(30), state, "0.1.0", List.of()),
                    Duration.ofMinutes(1));
        }
        assertThat(api.get("/metrics").body()).contains("headrace_queue_workers{queue=\"mail\"} 1.0");
    }

    @Test
    void whoAcceptsOpenMetricsGetsIt() {
        api.submit();
        TestApi.Answer answer = api.get("/metrics", "Accept", "application/openmetrics-text");
        assertThat(answer.header("Content-Type"))
                .isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(answer.body()).contains("# TYPE headrace_jobs_ended counter").endsWith("# EOF\n");
        assertThat(api.get("/metrics", "Accept", "text/plain").body()).doesNotContain("# EOF");
        assertThat(api.get("/metrics", "Accept", "image/png").status()).isEqualTo(406);
    }

    @Test
    void figuresThatCannotBeAskedForAreLeftOutRatherThanOld() {
        api.submit();
        api.broker.unavailable(true);
        TestApi.Answer answer = api.get("/metrics");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("headrace_jobs_enqueued_total").doesNotContain("headrace_jobs{",
                "headrace_jobs_ended_total{", "headrace_redis_memory_bytes ");
    }

    @Test
    void inventedTypesDoNotFillTheRegistry() {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            body.append(i == 0 ? "[" : ",").append("{\"type\":\"t").append(i).append("\"}");
        }
        api.post("/v1/queues/mail/jobs:batch", body.append("]").toString());
        String metrics = api.get("/metrics").body();
        assertThat(metrics.lines().filter(line -> line.startsWith("headrace_jobs_enqueued_total{")).count())
                .isBetween(2_000L, 2_010L);
        assertThat(metrics).contains("type=\"other\"} 1000.0");
    }

    @Test
    void everyTypeOfProblemHasAPage() {
        for (ProblemType type : ProblemType.values()) {
            TestApi.Answer answer = api.get("/problems/" + type.slug());
            assertThat(answer.json().path("status").asInt()).isEqualTo(type.status());
            assertThat(answer.text("help")).isEqualTo(type.help()).endsWith(".");
        }
        assertThat(api.get("/problems/none").status()).isEqualTo(404);
    }

    @Test
    void theHttpPageListsEveryTypeOfProblem() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "http-api.md"));
        List<String> rows = page.lines().filter(line -> line.startsWith("| `/problems/")).toList();
        assertThat(rows)
                .isEqualTo(Arrays.stream(ProblemType.values()).map(type -> "| `/problems/" + type.slug() + "` | "
                        + type.status() + " | " + type.title() + " | " + type.help() + " |").toList());
    }

    @Test
    void statesOfTheDocumentAreThoseOfTheCode() {
        List<String> documented = new java.util.ArrayList<>();
        OpenApi.DOCUMENT.path("components").path("schemas").path("State").path("enum")
                .forEach(state -> documented.add(state.asText()));
        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(JobState.values()).map(JobState::label).toList());
    }
}
