package io.headrace.api.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobType;
import io.headrace.QueueName;
import io.headrace.api.TestApi;
import io.headrace.api.view.OperatorJson;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OverviewTest {
    private final TestApi api = new TestApi();

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void theOverviewAddsUpQueuesAndWorkers() {
        api.submit();
        api.submit();
        api.succeed(api.claim(), "1");
        api.post("/v1/queues/other/jobs", "{\"type\":\"t\"}");
        heartbeat("ann", "running", 10, 3);
        heartbeat("bob", "quiet", 5, 1);
        JsonNode overview = api.get("/v1/overview").json();
        assertThat(overview.path("queues")).extracting(queue -> queue.path("queue").asText()).containsExactly("mail",
                "other");
        assertThat(overview.path("totals").path("queued").asInt()).isEqualTo(2);
        assertThat(overview.path("totals").path("succeeded").asInt()).isEqualTo(1);
        assertThat(overview.path("workers").toString())
                .isEqualTo("{\"count\":2,\"quiet\":1,\"slots\":15,\"busy\":4}");
        assertThat(overview.path("redis").path("usedBytes").asLong()).isPositive();
        assertThat(Instant.parse(overview.path("time").asText())).isEqualTo(api.clock.now());
    }

    @Test
    void anOverviewListsAThousandQueuesAndCountsTheOthers() {
        for (int i = 0; i < OperatorJson.MOST_QUEUES + 3; i++) {
            api.broker.queues().pause(new QueueName("tenant-" + i));
        }
        api.post("/v1/queues/zebra/jobs", "{\"type\":\"t\"}");
        JsonNode overview = api.get("/v1/overview").json();
        assertThat(overview.path("queues")).hasSize(OperatorJson.MOST_QUEUES);
        assertThat(overview.path("moreQueues").asInt()).isEqualTo(4);
        assertThat(overview.path("totals").path("queued").asInt()).as("of all queues").isEqualTo(1);
    }

    private void heartbeat(String id, String state, int slots, int busy) {
        api.broker.heartbeat(new WorkerInfo(new WorkerId(id), "host", 1, api.clock.now(), List.of(TestApi.MAIL),
                List.of(new JobType("t")), slots, busy, Duration.ofSeconds(30), state, "1", List.of()),
                Duration.ofMinutes(1));
    }

    @Test
    void aKeyLimitedToAQueueSeesNoOther() {
        try (TestApi limited = new TestApi("KEYS=boss=admin:b,ann=viewer@mail:a")) {
            limited.post("/v1/queues/mail/jobs", "{\"type\":\"t\"}", "Authorization", "Bearer b");
            limited.post("/v1/queues/other/jobs", "{\"type\":\"t\"}", "Authorization", "Bearer b");
            JsonNode overview = limited.get("/v1/overview", "Authorization", "Bearer a").json();
            assertThat(overview.path("queues")).extracting(queue -> queue.path("queue").asText())
                    .containsExactly("mail");
            assertThat(overview.path("totals").path("queued").asInt()).isEqualTo(1);
        }
    }

    @Test
    void theHistoryHasEveryMinuteAndZerosWhereNothingWas() {
        api.submit();
        api.succeed(api.claim(), "1");
        api.clock.advance(Duration.ofMinutes(2));
        api.submit();
        api.bury(api.claim(), "Timeout");
        JsonNode minutes = api.get("/v1/queues/mail/history?minutes=4").json().path("minutes");
        assertThat(minutes).extracting(minute -> minute.path("succeeded").asInt()).containsExactly(0, 1, 0, 0);
        assertThat(minutes).extracting(minute -> minute.path("dead").asInt()).containsExactly(0, 0, 0, 1);
        assertThat(minutes.get(0).path("expired").isInt()).isTrue();
        assertThat(api.get("/v1/queues/mail/history").json().path("minutes")).hasSize(60);
    }

    @Test
    void aHistoryComesInBucketsThatStandStill() {
        api.submit();
        api.succeed(api.claim(), "1"); // 08:00
        api.clock.advance(Duration.ofMinutes(9));
        api.submit();
        api.succeed(api.claim(), "1"); // 08:09
        api.clock.advance(Duration.ofMinutes(4));
        api.submit();
        api.bury(api.claim(), "Timeout"); // 08:13
        JsonNode history = api.get("/v1/queues/mail/history?minutes=30&bucket=10").json();
        assertThat(history.path("bucket").asInt()).isEqualTo(10);
        assertThat(history.path("minutes")).extracting(bucket -> bucket.path("start").asText()).containsExactly(
                "2026-11-22T07:50:00.000Z", "2026-11-22T08:00:00.000Z", "2026-11-22T08:10:00.000Z");
        assertThat(history.path("minutes")).extracting(bucket -> bucket.path("succeeded").asInt())
                .containsExactly(0, 2, 0);
        assertThat(history.path("minutes").get(2).path("dead").asInt()).isEqualTo(1);
        JsonNode day = api.get("/v1/queues/mail/history?minutes=1440&bucket=10").json();
        assertThat(day.path("minutes")).hasSize(144);
        assertThat(api.get("/v1/queues/mail/history").json().path("bucket").asInt()).isEqualTo(1);
    }

    @Test
    void bucketsThatDoNotMakeUpTheTimeAreRefused() {
        api.submit();
        for (String bucket : List.of("0", "61", "x", "7")) {
            TestApi.Answer answer = api.get("/v1/queues/mail/history?minutes=30&bucket=" + bucket);
            assertThat(answer.status()).as(bucket).isEqualTo(422);
            assertThat(answer.text("field")).isEqualTo("bucket");
        }
        assertThat(api.get("/v1/queues/mail/history?minutes=30&bucket=7").text("detail")).contains("30", "7");
    }

    @Test
    void aHistoryOfNoMinuteOrTooManyIsRefused() {
        api.submit();
        for (String minutes : List.of("0", "1441", "x", "-1")) {
            TestApi.Answer answer = api.get("/v1/queues/mail/history?minutes=" + minutes);
            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.text("field")).isEqualTo("minutes");
        }
        assertThat(api.get("/v1/queues/nope/history").problem()).isEqualTo("unknown-queue");
    }
}
