package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.api.ApiConfig;
import io.headrace.api.ApiServer;
import io.headrace.broker.Broker;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two api servers on one Redis: what happens through one is seen on the other. */
@Timeout(60)
class LiveReplicasTest {
    private static final QueueName MAIL = new QueueName("mail");

    @TempDir
    Path folder;
    private EmbeddedRedis redis;
    private RedisBroker here;
    private RedisBroker there;
    private ApiServer other;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws Exception {
        redis = EmbeddedRedis.start(folder.resolve("redis"), 0);
        here = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
        there = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
        other = ApiServer.start(ApiConfig.from(Map.of("HEADRACE_API_PORT", "0")), there,
                new SimpleMeterRegistry());
    }

    @AfterEach
    void stop() throws IOException {
        other.close();
        there.close();
        here.close();
        redis.close();
    }

    /** Collects the messages of a WebSocket. */
    private static final class Messages implements WebSocket.Listener {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                heard.add(message.toString());
                message.setLength(0);
            }
            socket.request(1);
            return null;
        }

        String next(String... parts) throws InterruptedException {
            while (true) {
                String next = heard.poll(15, TimeUnit.SECONDS);
                assertThat(next).as("a message with %s", List.of(parts)).isNotNull();
                if (next != null && Stream.of(parts).allMatch(next::contains)) {
                    return next;
                }
            }
        }
    }

    private WebSocket connect(Messages messages) {
        return http.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + other.uri().getPort() + "/v1/live"), messages)
                .orTimeout(15, TimeUnit.SECONDS).join();
    }

    private static JobId submit(Broker broker) {
        return broker.enqueue(NewJob.of("mail", "welcome", 1).build())
                .toCompletableFuture().join().id();
    }

    private static void runOne(Broker broker) {
        ClaimedJob job = broker.claim(
                new ClaimRequest(MAIL, new WorkerId("w-test"), 1, Duration.ofSeconds(30), List.of(Priority.values())))
                .jobs().get(0);
        broker.settle(Verdict.finish(job.lease(), job.document()
                .with(job.document().history().ended(JobState.SUCCEEDED, Instant.now(), Json.parse("2")))))
                .toCompletableFuture().join();
    }

    @Test
    void aJobFinishedThroughOneIsSeenByClientsOfTheOther() throws Exception {
        JobId id = submit(here);
        Messages messages = new Messages();
        WebSocket socket = connect(messages);
        socket.sendText("{\"subscribe\":\"job:" + id + "\"}", true).join();
        messages.next("\"queued\"");
        socket.sendText("{\"subscribe\":\"queue:mail\"}", true).join();
        messages.next("queue:mail", "\"event\":\"queue\"");
        try (Stream<String> lines = http.send(HttpRequest.newBuilder(other.uri().resolve("/v1/jobs/" + id + "/events"))
                .build(), BodyHandlers.ofLines()).body()) {
            Iterator<String> events = lines.iterator();
            runOne(here);
            messages.next("job:" + id, "\"succeeded\"");
            messages.next("queue:mail", "\"changed\"", id.toString());
            while (!events.next().equals("event: succeeded")) {
                // what came before
            }
        }
        socket.abort();
    }

    @Test
    void whenRedisComesBackChangesAreHeardAgain() throws Exception {
        submit(here);
        Messages messages = new Messages();
        WebSocket socket = connect(messages);
        socket.sendText("{\"subscribe\":\"queue:mail\"}", true).join();
        messages.next("\"event\":\"queue\"");
        int port = URI.create(redis.url()).getPort();
        redis.close();
        messages.next("queue:mail", "\"error\"", "broker-unavailable");
        redis = EmbeddedRedis.start(folder.resolve("redis"), port);
        messages.next("queue:mail", "\"event\":\"queue\"");
        do { // until the subscription stands again
            submit(there);
            runOne(there);
        } while (!messages.next("queue:mail").contains("\"changed\""));
        socket.abort();
    }
}
