package io.headrace.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.api.TestApi;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WaitingRequestTest {
    private static final String JOBS = "/v1/queues/mail/jobs";

    private final TestApi api = new TestApi("MAX_WAITERS=100");

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void aSubmissionThatWaitsIsAnsweredWithTheFinishedJob() {
        CompletableFuture<TestApi.Answer> sent = api
                .sendAsync(api.json(JOBS, "{\"type\":\"t\"}").header("Prefer", "wait=30").build());
        api.awaitWaiting(1);
        api.succeed(api.claim(), "{\"n\":1}");

        TestApi.Answer answer = sent.orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait=30");
        assertThat(answer.text("state")).isEqualTo("succeeded");
        assertThat(answer.body()).contains("\"result\":{\"n\":1}");
        api.awaitWaiting(0);
    }

    @Test
    void aWaitThatIsTooShortIsAnswered202WithTheJobAsItIs() {
        TestApi.Answer answer = api.post(JOBS, "{\"type\":\"t\"}", "Prefer", "respond-async, wait=1");
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait=1");
        assertThat(answer.text("state")).isEqualTo("queued");
    }

    @Test
    void preferencesThatMakeNoSenseArePassedOver() {
        for (String prefer : List.of("wait", "wait=", "wait=-1", "wait=abc", "wait=0", "return=minimal", "await=5")) {
            TestApi.Answer answer = api.post(JOBS, "{\"type\":\"t\"}", "Prefer", prefer);
            assertThat(answer.status()).as(prefer).isEqualTo(202);
            assertThat(answer.header("Preference-Applied")).isEmpty();
        }
    }

    @Test
    void aDuplicateAndAReplayCanWaitAsWell() {
        api.post(JOBS, "{\"type\":\"t\",\"uniqueKey\":\"u\"}", "Idempotency-Key", "k");
        CompletableFuture<TestApi.Answer> duplicate = api.sendAsync(
                api.json(JOBS, "{\"type\":\"t\",\"uniqueKey\":\"u\",\"maxRetries\":1}").header("Prefer", "wait=30")
                        .build());
        CompletableFuture<TestApi.Answer> replay = api.sendAsync(api.json(JOBS, "{\"type\":\"t\",\"uniqueKey\":\"u\"}")
                .header("Idempotency-Key", "k").header("Prefer", "wait=30").build());
        api.awaitWaiting(2);
        api.succeed(api.claim(), "1");
        assertThat(duplicate.orTimeout(10, TimeUnit.SECONDS).join().header("Headrace-Duplicate")).isEqualTo("true");
        assertThat(replay.orTimeout(10, TimeUnit.SECONDS).join().header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(replay.join().text("state")).isEqualTo("succeeded");
    }

    @Test
    void aLookThatWaitsIsAnsweredWhenTheJobEndsAndAtOnceWhenItHas() {
        JobId id = api.submit();
        CompletableFuture<TestApi.Answer> look = api.sendAsync(api.request("/v1/jobs/" + id + "?wait=60s").build());
        api.awaitWaiting(1);
        api.succeed(api.claim(), "1");
        assertThat(look.orTimeout(10, TimeUnit.SECONDS).join().text("state")).isEqualTo("succeeded");
        assertThat(api.get("/v1/jobs/" + id + "?wait=60s").text("state")).isEqualTo("succeeded");
    }

    @Test
    void aLookAnswersWithTheStateWhenTheTimeIsUp() {
        JobId id = api.submit();
        assertThat(api.get("/v1/jobs/" + id + "?wait=50ms").text("state")).isEqualTo("queued");
        assertThat(api.get("/v1/jobs/" + id + "?wait=0s").text("state")).isEqualTo("queued");
        assertThat(api.get("/v1/jobs/" + id + "?wait=61s").status()).isEqualTo(422);
        assertThat(api.get("/v1/jobs/" + id + "?wait=soon").text("field")).isEqualTo("wait");
    }

    @Test
    void manyWaitForManyJobsAndEachHearsOfItsOwn() {
        List<JobId> ids = new ArrayList<>();
        List<CompletableFuture<TestApi.Answer>> waits = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            ids.add(api.submit());
            waits.add(api.sendAsync(api.request("/v1/jobs/" + ids.get(i) + "?wait=30s").build()));
        }
        api.awaitWaiting(90);
        for (int i = 0; i < 90; i++) {
            api.succeed(api.claim(), Integer.toString(i));
        }
        for (int i = 0; i < 90; i++) {
            TestApi.Answer answer = waits.get(i).orTimeout(20, TimeUnit.SECONDS).join();
            assertThat(answer.text("id")).isEqualTo(ids.get(i).toString());
            assertThat(answer.text("state")).isEqualTo("succeeded");
        }
    }

    @Test
    void aMissedHintDelaysAWaiterButDoesNotLoseIt() {
        JobId id = api.submit();
        api.broker.unavailable(true); // the subscription and the first look fail
        CompletableFuture<TestApi.Answer> look = api.sendAsync(api.request("/v1/jobs/" + id + "?wait=30s").build());
        api.awaitWaiting(1);
        api.broker.unavailable(false);
        api.succeed(api.claim(), "1");
        assertThat(look.orTimeout(10, TimeUnit.SECONDS).join().text("state")).isEqualTo("succeeded");
    }

    @Test
    void whenTooManyWaitOthersAreToldAndSubmissionsAreNotHeldUp() throws IOException {
        JobId id = api.submit();
        List<CompletableFuture<TestApi.Answer>> waits = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waits.add(api.sendAsync(api.request("/v1/jobs/" + id + "?wait=30s").build()));
        }
        api.awaitWaiting(100);
        TestApi.Answer look = api.get("/v1/jobs/" + id + "?wait=5s");
        assertThat(look.status()).isEqualTo(503);
        assertThat(look.problem()).isEqualTo("overloaded");
        assertThat(api.get("/v1/jobs/" + id + "/events").status()).isEqualTo(503);
        TestApi.Answer submission = api.post(JOBS, "{\"type\":\"t\"}", "Prefer", "wait=30");
        assertThat(submission.status()).isEqualTo(202);
        assertThat(submission.header("Preference-Applied")).isEmpty();

        api.succeed(api.claim(), "1");
        waits.forEach(wait -> assertThat(wait.orTimeout(10, TimeUnit.SECONDS).join().status()).isEqualTo(200));
        api.awaitWaiting(0);
    }

    @Test
    void aWaiterThatGoesAwayIsForgotten() throws IOException {
        JobId id = api.submit();
        for (String path : Set.of("?wait=60s", "/events")) {
            try (Socket socket = api.socket()) {
                socket.getOutputStream().write(("GET /v1/jobs/" + id + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                api.awaitWaiting(1);
            }
            api.awaitWaiting(0);
        }
    }

    @Test
    void aServerThatStopsAnswersThoseWhoWait() {
        JobId id = api.submit();
        CompletableFuture<TestApi.Answer> look = api.sendAsync(api.request("/v1/jobs/" + id + "?wait=60s").build());
        CompletableFuture<TestApi.Answer> events = api.sendAsync(api.request("/v1/jobs/" + id + "/events").build());
        CompletableFuture<TestApi.Answer> submission = api
                .sendAsync(api.json(JOBS, "{\"type\":\"t\"}").header("Prefer", "wait=60").build());
        api.awaitWaiting(3);
        // a look is done by now
        assertThat(api.get("/v1/jobs/" + id + "?wait=100ms").text("state")).isEqualTo("queued");
        api.server.close();
        assertThat(look.orTimeout(10, TimeUnit.SECONDS).join().text("state")).isEqualTo("queued");
        assertThat(submission.orTimeout(10, TimeUnit.SECONDS).join().status()).isEqualTo(202);
        assertThat(events.orTimeout(10, TimeUnit.SECONDS).join().body()).contains("event: queued");
    }
}
