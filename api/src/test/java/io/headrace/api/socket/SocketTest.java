package io.headrace.api.socket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.Progress;
import io.headrace.QueueName;
import io.headrace.api.Interposer;
import io.headrace.api.TestApi;
import io.headrace.api.TestSocket;
import io.headrace.api.live.ChangedJobs;
import io.headrace.broker.ClaimedJob;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WebSockets, with a real client. */
@Timeout(60)
public class SocketTest {
    @Test
    void anOverviewComesAtOnceAndThenEverySecondUntilNobodyListens() {
        try (TestApi api = new TestApi();
                TestSocket one = TestSocket.open(api);
                TestSocket two = TestSocket.open(api)) {
            api.submit();
            JsonNode first = one.subscribe("overview").next();
            assertThat(first.path("event").asText()).isEqualTo("overview");
            assertThat(first.path("data").path("queues").path(0).path("queue").asText()).isEqualTo("mail");
            JsonNode second = one.next();
            assertThat(second.path("id").asLong()).isGreaterThan(first.path("id").asLong());
            two.subscribe("overview").next("overview", "overview");
            assertThat(api.topics()).isEqualTo(1);

            one.send("{\"unsubscribe\":\"overview\"}").next("overview", "end");
            two.send("{\"unsubscribe\":\"overview\"}").next("overview", "end");
            assertThat(api.topics()).isZero();
        }
    }

    @Test
    void aQueueTellsItsFiguresAndWhichOfItsJobsChange() {
        try (TestApi api = new TestApi(); TestSocket socket = TestSocket.open(api)) {
            JobId id = api.submit();
            JsonNode figures = socket.subscribe("queue:mail").next("queue:mail", "queue");
            assertThat(figures.path("counts").path("queued").asInt()).isEqualTo(1);
            assertThat(figures.path("settings").isObject()).isTrue();
            ClaimedJob job = api.claim();
            assertThat(socket.next("queue:mail", "changed")).hasToString("{\"jobs\":[{\"id\":\"" + id
                    + "\",\"type\":\"welcome\",\"state\":\"running\"}],\"more\":0}");
            api.succeed(job, "1");
            assertThat(socket.next("queue:mail", "changed").at("/jobs/0/state").asText()).isEqualTo("succeeded");
        }
    }

    @Test
    void manyChangesAreCountedRatherThanTold() {
        try (TestApi api = new TestApi(); TestSocket socket = TestSocket.open(api)) {
            for (int i = 0; i < ChangedJobs.MAX_JOBS + 50; i++) {
                api.submit();
            }
            socket.subscribe("queue:mail").next("queue:mail", "queue");
            for (int i = 0; i < ChangedJobs.MAX_JOBS + 50; i++) {
                api.claim();
            }
            long told = 0;
            long left = 0;
            while (told + left < ChangedJobs.MAX_JOBS + 50) {
                JsonNode changed = socket.next("queue:mail", "changed");
                assertThat(changed.path("jobs").size()).isLessThanOrEqualTo(ChangedJobs.MAX_JOBS);
                told += changed.path("jobs").size();
                left += changed.path("more").asLong();
            }
            assertThat(told + left).isEqualTo(ChangedJobs.MAX_JOBS + 50);
        }
    }

    @Test
    void aJobIsFollowedWithItsLogToItsEnd() {
        try (TestApi api = new TestApi(); TestSocket socket = TestSocket.open(api)) {
            JobId id = api.submit();
            String topic = "job:" + id;
            assertThat(socket.subscribe(topic).next(topic, "queued").path("id").asText()).isEqualTo(id.toString());
            ClaimedJob job = api.claim();
            socket.next(topic, "running");
            api.broker.report(job.lease(), new Progress(0.5, "half"), 0, List.of("hello", "world"))
                    .toCompletableFuture().join();
            assertThat(socket.next(topic, "log")).hasToString("{\"lines\":[\"hello\",\"world\"],\"next\":2}");
            assertThat(socket.next(topic, "running").at("/progress/message").asText()).isEqualTo("half");
            api.succeed(job, "{\"n\":1}");
            assertThat(socket.next(topic, "succeeded").at("/result/n").asInt()).isEqualTo(1);
            assertThat(socket.next().path("event").asText()).isEqualTo("end");
            assertThat(api.listeners()).isZero();
        }
    }

    @Test
    void whoComesBackGoesOnWithTheLogWhereItStopped() {
        try (TestApi api = new TestApi()) {
            JobId id = api.submit();
            ClaimedJob job = api.claim();
            api.broker.report(job.lease(), null, 0, List.of("one", "two", "three")).toCompletableFuture().join();
            String next;
            try (TestSocket socket = TestSocket.open(api)) {
                assertThat(socket.subscribe("job:" + id).next().path("event").asText()).isEqualTo("running");
                JsonNode log = socket.next();
                assertThat(log.at("/data/lines").size()).isEqualTo(3);
                next = log.path("id").asText();
            }
            api.broker.report(job.lease(), null, 3, List.of("four")).toCompletableFuture().join();
            try (TestSocket socket = TestSocket.open(api)) {
                socket.send("{\"subscribe\":\"job:" + id + "\",\"from\":" + next + "}");
                assertThat(socket.next("job:" + id, "log").path("lines")).hasToString("[\"four\"]");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"hello|malformed-json", "[]|invalid-field",
        "{}|invalid-field",
        "{\"subscrib\":\"overview\"}|invalid-field", "{\"subscribe\":\"overview\",\"unsubscribe\":\"x\"}|invalid-field",
        "{\"subscribe\":7}|invalid-field", "{\"subscribe\":\"everything\"}|invalid-field",
        "{\"subscribe\":\"queue:\"}|invalid-field", "{\"subscribe\":\"queue:No Such\"}|invalid-field",
        "{\"subscribe\":\"job:1\"}|invalid-field", "{\"subscribe\":\"overview\",\"from\":1}|invalid-field",
        "{\"subscribe\":\"job:mail_n1-0\",\"from\":-1}|invalid-field", "{\"unsubscribe\":\"overview\"}|invalid-field",
        "{\"subscribe\":\"queue:nowhere\"}|unknown-queue", "{\"subscribe\":\"job:mail_n1-0\"}|unknown-job",
        "{\"auth\":\"k\"}|invalid-field"})
    void whatCannotBeDoneIsSaidAndTheConnectionStays(String message, String problem) {
        try (TestApi api = new TestApi(); TestSocket socket = TestSocket.open(api)) {
            socket.send(message);
            assertThat(socket.problem()).isEqualTo(problem);
            socket.subscribe("overview").next("overview", "overview");
            socket.send("{\"unsubscribe\":\"overview\"}").next("overview", "end");
            assertThat(api.topics()).isZero();
        }
    }

    @Test
    void longMessagesBytesAndTooManyTopicsAreRefused() {
        try (TestApi api = new TestApi(); TestSocket socket = TestSocket.open(api)) {
            socket.send("{\"subscribe\":\"" + "x".repeat(SocketFrames.MAX_BYTES) + "\"}");
            assertThat(socket.problem()).isEqualTo("payload-too-large");
            socket.sendBytes("{}".getBytes(StandardCharsets.UTF_8));
            assertThat(socket.problem()).isEqualTo("malformed-json");
            for (int i = 0; i < 100; i++) {
                api.broker.queues().pause(new QueueName("q" + i));
                socket.subscribe("queue:q" + i);
            }
            socket.subscribe("overview");
            assertThat(socket.problem()).isEqualTo("invalid-field");
            socket.subscribe("queue:q7").send("{\"unsubscribe\":\"queue:q8\"}").next("queue:q8", "end");
            socket.subscribe("overview").next("overview", "overview");
        }
    }

    @Test
    void asManyListenAsMayAndNoMore() {
        try (TestApi api = new TestApi("MAX_WAITERS=1"); TestSocket first = TestSocket.open(api)) {
            try (TestSocket second = TestSocket.open(api, "")) {
                assertThat(second.problem()).isEqualTo("overloaded");
                assertThat(second.closed()).isEqualTo(1013);
            }
            assertThat(first.open()).isTrue();
        }
    }

    @Test
    void aConnectionTakesAPlaceForEachOfItsTopics() {
        try (TestApi api = new TestApi("MAX_WAITERS=2"); TestSocket socket = TestSocket.open(api)) {
            String job = "job:" + api.submit();
            socket.subscribe("queue:mail").next("queue:mail", "queue");
            assertThat(api.waiting()).isEqualTo(1);
            socket.subscribe(job).next(job, "queued");
            assertThat(api.waiting()).isEqualTo(2);
            socket.subscribe("overview");
            assertThat(socket.problem()).isEqualTo("overloaded");
            assertThat(api.get("/v1/events").problem()).isEqualTo("overloaded");
            socket.send("{\"unsubscribe\":\"" + job + "\"}").next(job, "end");
            socket.subscribe("overview").next("overview", "overview");
            socket.subscribe("overview").next("overview", "overview");
            socket.close();
            api.awaitNobody();
        }
    }

    @Test
    void nothingIsListenedToForAQueueThatThereIsNot() {
        List<Object> heard = new CopyOnWriteArrayList<>();
        Interposer interposer = new Interposer();
        interposer.noting("onChange", arguments -> heard.add(arguments[0]));
        try (TestApi api = new TestApi(interposer); TestSocket socket = TestSocket.open(api)) {
            api.submit();
            socket.subscribe("queue:nowhere");
            assertThat(socket.problem()).isEqualTo("unknown-queue");
            socket.next("queue:nowhere", "end");
            socket.subscribe("queue:mail").next("queue:mail", "queue");
            assertThat(heard).containsExactly(TestApi.MAIL);
        }
    }

    @Test
    void aServerThatStopsSaysSo() {
        TestApi api = new TestApi();
        try (TestSocket socket = TestSocket.open(api)) {
            socket.subscribe("overview").next("overview", "overview");
            api.close();
            assertThat(socket.closed()).isEqualTo(1001);
        }
    }

    @Test
    void anOutageIsToldAndSatThrough() {
        try (TestApi api = new TestApi(); TestSocket socket = TestSocket.open(api)) {
            api.submit();
            socket.subscribe("queue:mail").next("queue:mail", "queue");
            api.broker.unavailable(true);
            assertThat(socket.problem()).isEqualTo("broker-unavailable");
            api.broker.unavailable(false);
            socket.next("queue:mail", "queue");
        }
    }

    @Test
    void anOrdinaryRequestIsToldToUpgrade() {
        try (TestApi api = new TestApi()) {
            TestApi.Answer answer = api.get("/v1/live");
            assertThat(answer.status()).isEqualTo(426);
            assertThat(answer.problem()).isEqualTo("upgrade-required");
            assertThat(answer.header("Upgrade")).isEqualTo("websocket");
        }
    }

    @Test
    void metricsTellHowManyListenAndHow() {
        try (TestApi api = new TestApi(); TestSocket ignored = TestSocket.open(api)) {
            assertThat(api.get("/metrics").body()).contains("headrace_api_live_clients{kind=\"websocket\"} 1.0",
                    "headrace_api_live_clients{kind=\"events\"} 0.0");
        }
    }
}
