package io.headrace.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.QueueName;
import io.headrace.api.EventReader;
import io.headrace.api.TestApi;
import io.headrace.api.socket.SlowClientsTest;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code GET /v1/events}. */
@Timeout(60)
class OverviewEventsTest {
    private static EventReader listen(TestApi api, String query, String... headers) throws Exception {
        return new EventReader(api.http.send(TestApi.with(api.request("/v1/events" + query), headers).build(),
                BodyHandlers.ofLines()));
    }

    private static JsonNode data(EventReader.Event event) throws IOException {
        return JsonFormat.mapper().readTree(event.data());
    }

    @Test
    void theStateOfEverythingComesAtOnceAndThenEverySecond() throws Exception {
        try (TestApi api = new TestApi(); EventReader events = listen(api, "")) {
            EventReader.Event first = events.next();
            assertThat(first.name()).isEqualTo("overview");
            assertThat(data(first).path("queues").size()).isZero();
            api.submit();
            EventReader.Event second = events.next();
            assertThat(data(second).at("/queues/0/counts/queued").asInt()).isEqualTo(1);
            assertThat(Long.parseLong(second.id())).isGreaterThan(Long.parseLong(first.id()));
        }
    }

    @Test
    void aQueueIsToldAsItsCallTellsIt() throws Exception {
        try (TestApi api = new TestApi()) {
            api.submit();
            try (EventReader events = listen(api, "?queue=mail")) {
                EventReader.Event event = events.next();
                assertThat(event.name()).isEqualTo("queue");
                assertThat(data(event)).isEqualTo(api.get("/v1/queues/mail").json());
            }
            assertThat(api.get("/v1/events?queue=nowhere").status()).isEqualTo(404);
            assertThat(api.get("/v1/events?queue=No").status()).isEqualTo(422);
            api.awaitNobody();
        }
    }

    @Test
    void whoComesBackGetsTheNewestStateWhateverItSawLast() throws Exception {
        try (TestApi api = new TestApi()) {
            api.submit();
            for (String last : new String[]{"1", "99999999999999", "nonsense"}) {
                try (EventReader events = listen(api, "", "Last-Event-ID", last)) {
                    assertThat(data(events.next()).at("/queues/0/queue").asText()).isEqualTo("mail");
                }
            }
            api.awaitNobody();
        }
    }

    @Test
    void aLimitedKeyHearsOfItsQueuesOnly() throws Exception {
        try (TestApi api = new TestApi("KEYS=all=admin:root,a=viewer@mail:m,p=producer:p")) {
            api.broker.queues().pause(new QueueName("mail"));
            api.broker.queues().pause(new QueueName("other"));
            try (EventReader one = listen(api, "", "Authorization", "Bearer m");
                    EventReader all = listen(api, "", "Authorization", "Bearer root")) {
                assertThat(data(one.next()).path("queues").findValuesAsText("queue")).containsExactly("mail");
                assertThat(data(all.next()).path("queues").findValuesAsText("queue")).containsExactly("mail", "other");
                assertThat(data(one.next()).path("queues").findValuesAsText("queue")).containsExactly("mail");
            }
            assertThat(api.get("/v1/events?queue=other", "Authorization", "Bearer m").status()).isEqualTo(403);
            assertThat(api.get("/v1/events", "Authorization", "Bearer p").status()).isEqualTo(403);
            assertThat(api.get("/v1/events").status()).isEqualTo(401);
        }
    }

    @Test
    void anOutageIsToldAndSatThrough() throws Exception {
        try (TestApi api = new TestApi(); EventReader events = listen(api, "")) {
            events.next();
            api.broker.unavailable(true);
            EventReader.Event event = events.next();
            while (event.name().equals("overview")) {
                event = events.next();
            }
            assertThat(event.name()).isEqualTo("problem");
            assertThat(data(event).path("type").asText()).isEqualTo("/problems/broker-unavailable");
            assertThat(api.get("/v1/events").status()).isEqualTo(503);
            api.broker.unavailable(false);
            while (event.name().equals("problem")) {
                event = events.next();
            }
            assertThat(event.name()).isEqualTo("overview");
        }
    }

    @Test
    void whoDoesNotReadIsDroppedAndHoldsNobodyUp() throws Exception {
        try (TestApi api = new TestApi(); Socket deaf = new Socket()) {
            SlowClientsTest.manyQueues(api);
            deaf.setReceiveBufferSize(8 * 1024);
            deaf.connect(new InetSocketAddress(api.server.uri().getHost(), api.server.uri().getPort()));
            deaf.getOutputStream()
                    .write("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            try (EventReader other = listen(api, "")) {
                other.next();
                while (api.liveClients() > 1) {
                    other.next();
                }
                assertThat(other.next().name()).isEqualTo("overview");
            }
            api.awaitNobody();
        }
    }

    @Test
    void aServerThatStopsEndsItsStreams() throws Exception {
        TestApi api = new TestApi();
        try (EventReader events = listen(api, "")) {
            events.next();
            api.close();
            while (!events.next().name().isEmpty()) {
                // what was on its way
            }
            assertThat(events.ended()).isTrue();
        }
    }

    @Test
    void asManyListenAsMayAndNoMore() throws Exception {
        try (TestApi api = new TestApi("MAX_WAITERS=1"); EventReader events = listen(api, "")) {
            events.next();
            assertThat(api.get("/v1/events").problem()).isEqualTo("overloaded");
        }
    }
}
