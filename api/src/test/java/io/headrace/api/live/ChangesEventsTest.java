package io.headrace.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.headrace.QueueName;
import io.headrace.api.EventReader;
import io.headrace.api.TestApi;
import io.headrace.format.JsonFormat;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream of what has changed is put together to what the stream of everything tells. */
@Timeout(60)
class ChangesEventsTest {
    private final TestApi api = new TestApi();

    @AfterEach
    void close() {
        api.close();
    }

    private EventReader follow(String path) throws Exception {
        return new EventReader(api.http.send(api.request(path).build(), BodyHandlers.ofLines()));
    }

    private static JsonNode json(EventReader.Event event) throws Exception {
        return JsonFormat.mapper().readTree(event.data());
    }

    /** RFC 7396, as its section 2 writes it. */
    private static JsonNode merged(JsonNode target, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode result = target.isObject() ? target.deepCopy() : JsonFormat.mapper().createObjectNode();
        patch.properties().forEach(member -> {
            if (member.getValue().isNull()) {
                result.remove(member.getKey());
            } else {
                result.set(member.getKey(), merged(result.path(member.getKey()), member.getValue()));
            }
        });
        return result;
    }

    /** An overview with its queues by name. */
    private static ObjectNode byName(JsonNode overview) {
        ObjectNode all = overview.deepCopy();
        Map<String, JsonNode> queues = new TreeMap<>();
        all.path("queues").forEach(queue -> queues.put(queue.path("queue").asText(), queue));
        all.putObject("queues").setAll(queues);
        return all;
    }

    private static ObjectNode without(JsonNode overview, String... names) {
        ObjectNode rest = overview.deepCopy();
        rest.remove(java.util.List.of(names));
        return rest;
    }

    @Test
    void whatHasChangedIsToldAndNothingElse() throws Exception {
        for (int i = 0; i < 30; i++) {
            api.broker.queues().pause(new QueueName("queue-" + i));
        }
        try (EventReader events = follow("/v1/events?changes=true")) {
            EventReader.Event first = events.next();
            assertThat(first.name()).isEqualTo("overview");
            JsonNode state = byName(json(first));
            EventReader.Event quiet = events.next();
            assertThat(quiet.name()).isEqualTo("changes");
            assertThat(quiet.data()).hasSizeLessThan(200);
            state = merged(state, json(quiet));
            api.broker.queues().resume(new QueueName("queue-7"));
            api.submit();
            api.broker.queues().delete(new QueueName("queue-8"), true);
            while (!state.path("queues").has("mail") || state.path("queues").has("queue-8")
                    || state.at("/queues/queue-7/paused").asBoolean()) {
                EventReader.Event event = events.next();
                assertThat(event.name()).isEqualTo("changes");
                assertThat(event.data()).hasSizeLessThan(1_000);
                state = merged(state, json(event));
            }
            assertThat(state.at("/totals/queued").asInt()).isEqualTo(1);
            JsonNode now = byName(api.get("/v1/overview").json());
            assertThat(without(state, "time", "redis")).isEqualTo(without(now, "time", "redis"));
        }
    }

    @Test
    void oneQueueIsToldInTheSameWay() throws Exception {
        api.submit();
        try (EventReader events = follow("/v1/events?changes=true&queue=mail")) {
            EventReader.Event first = events.next();
            assertThat(first.name()).isEqualTo("queue");
            JsonNode state = json(first);
            api.submit();
            while (state.at("/counts/queued").asInt() < 2) {
                EventReader.Event event = events.next();
                assertThat(event.name()).isEqualTo("changes");
                state = merged(state, json(event));
            }
            assertThat(state.at("/settings/maxKept").isInt()).isTrue();
        }
    }

    @Test
    void whoDoesNotAskForChangesIsToldEverythingEachSecond() throws Exception {
        api.submit();
        try (EventReader events = follow("/v1/events?changes=false")) {
            for (int i = 0; i < 3; i++) {
                EventReader.Event event = events.next();
                assertThat(event.name()).isEqualTo("overview");
                assertThat(json(event).path("queues")).hasSize(1);
            }
        }
    }

    @Test
    void aWishForChangesIsYesOrNo() {
        TestApi.Answer answer = api.get("/v1/events?changes=1");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo("changes");
        assertThat(answer.text("detail")).contains("true or false").contains("'1'");
    }

    @Test
    void keysThatSeeOtherQueuesAreToldOtherChanges() throws Exception {
        try (TestApi limited = new TestApi("KEYS=boss=admin:b,ann=viewer@mail:a")) {
            limited.post("/v1/queues/mail/jobs", "{\"type\":\"t\"}", "Authorization", "Bearer b");
            try (EventReader ann = new EventReader(limited.http.send(
                    limited.request("/v1/events?changes=true").header("Authorization", "Bearer a").build(),
                    BodyHandlers.ofLines()));
                    EventReader boss = new EventReader(limited.http.send(
                            limited.request("/v1/events?changes=true").header("Authorization", "Bearer b").build(),
                            BodyHandlers.ofLines()))) {
                ann.next();
                boss.next();
                limited.post("/v1/queues/other/jobs", "{\"type\":\"t\"}", "Authorization", "Bearer b");
                while (!boss.next().data().contains("\"other\"")) {
                    assertThat(ann.next().data()).doesNotContain("other");
                }
                assertThat(ann.next().data()).doesNotContain("other");
            }
        }
    }
}
