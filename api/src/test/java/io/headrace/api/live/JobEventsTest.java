package io.headrace.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.Progress;
import io.headrace.api.EventReader;
import io.headrace.api.TestApi;
import io.headrace.broker.ClaimedJob;
import io.headrace.format.JsonFormat;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JobEventsTest {
    private final TestApi api = new TestApi();

    @AfterEach
    void close() {
        api.close();
    }

    private EventReader follow(JobId id, String... headers) throws Exception {
        return new EventReader(api.http.send(TestApi.with(api.request("/v1/jobs/" + id + "/events"), headers).build(),
                BodyHandlers.ofLines()));
    }

    @Test
    void aJobIsFollowedFromItsPresentStateToItsEnd() throws Exception {
        JobId id = JobId
                .parse(api.post("/v1/queues/mail/jobs", "{\"type\":\"t\",\"payload\":{\n\"a\":\r\n1}}").text("id"));
        EventReader events = follow(id);
        EventReader.Event queued = events.next();
        assertThat(queued.name()).isEqualTo("queued");
        assertThat(queued.data()).contains("\"payload\":{ \"a\":  1}");

        ClaimedJob claimed = api.claim();
        assertThat(events.next().name()).isEqualTo("running");

        api.broker.report(claimed.lease(), new Progress(0.5, "half"), 0, List.of("hello", "world"))
                .toCompletableFuture()
                .join();
        EventReader.Event log = events.next();
        assertThat(log.name()).isEqualTo("log");
        assertThat(log.data()).isEqualTo("{\"lines\":[\"hello\",\"world\"],\"next\":2}");
        assertThat(log.id()).isEqualTo("2");
        EventReader.Event progress = events.next();
        assertThat(progress.name()).isEqualTo("running");
        assertThat(progress.data()).contains("\"progress\":{\"fraction\":0.5,\"message\":\"half\"}");

        api.succeed(claimed, "{\"n\":1}");
        EventReader.Event ended = events.next();
        assertThat(ended.name()).isEqualTo("succeeded");
        assertThat(ended.data()).contains("\"result\":{\"n\":1}");
        assertThat(events.ended()).isTrue();
        api.awaitWaiting(0);
    }

    @Test
    void aJobThatHasEndedIsToldAtOnce() throws Exception {
        JobId id = api.submit();
        ClaimedJob claimed = api.claim();
        api.broker.report(claimed.lease(), null, 0, List.of("one", "two")).toCompletableFuture().join();
        api.bury(claimed, "Timeout");
        EventReader events = follow(id);
        assertThat(events.next().name()).isEqualTo("log");
        assertThat(events.next().name()).isEqualTo("dead");
        assertThat(events.ended()).isTrue();
    }

    @Test
    void aLongLogComesWhole() throws Exception {
        JobId id = api.submit();
        ClaimedJob claimed = api.claim();
        List<String> lines = IntStream.range(0, 1_000).mapToObj(i -> "line " + i).toList();
        api.broker.report(claimed.lease(), null, 0, lines).toCompletableFuture().join();
        api.succeed(claimed, "1");
        EventReader events = follow(id);
        List<String> told = new ArrayList<>();
        EventReader.Event event = events.next();
        for (; event.name().equals("log"); event = events.next()) {
            JsonFormat.mapper().readTree(event.data()).get("lines").forEach(line -> told.add(line.asText()));
            assertThat(event.id()).isEqualTo("" + told.size());
        }
        assertThat(told).isEqualTo(lines);
        assertThat(event.name()).isEqualTo("succeeded");
    }

    @Test
    void whoComesBackGetsNoLineTwiceAndNonsenseDoesNoHarm() throws Exception {
        JobId id = api.submit();
        ClaimedJob claimed = api.claim();
        api.broker.report(claimed.lease(), null, 0, List.of("one", "two", "three")).toCompletableFuture().join();
        EventReader back = follow(id, "Last-Event-ID", "2");
        EventReader.Event now = back.next();
        assertThat(now.name()).isEqualTo("running");
        assertThat(now.id()).isEqualTo("2");
        EventReader.Event log = back.next();
        assertThat(log.data()).contains("[\"three\"]");
        assertThat(log.id()).isEqualTo("3");
        for (String junk : List.of("abc", "-1", "99999999999999999999", "1; DROP")) {
            EventReader events = follow(id, "Last-Event-ID", junk);
            assertThat(events.next().name()).isEqualTo("running");
            assertThat(events.next().data()).as(junk).contains("\"one\"");
        }
        assertThat(follow(id, "Last-Event-ID", "999999").next().name()).isEqualTo("running");
    }

    @Test
    void anotherMediaTypeIsNotAcceptable() {
        JobId id = api.submit();
        assertThat(api.get("/v1/jobs/" + id + "/events", "Accept", "application/json").status()).isEqualTo(406);
    }

    @Test
    void anOutageIsSatThrough() throws Exception {
        JobId id = api.submit();
        EventReader events = follow(id);
        assertThat(events.next().name()).isEqualTo("queued");
        ClaimedJob claimed = api.claim();
        assertThat(events.next().name()).isEqualTo("running");
        api.broker.unavailable(true);
        api.broker.unavailable(false);
        api.succeed(claimed, "1");
        assertThat(events.next().name()).isEqualTo("succeeded");
    }
}
