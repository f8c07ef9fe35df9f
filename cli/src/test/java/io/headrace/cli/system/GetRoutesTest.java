package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.api.ApiConfig;
import io.headrace.api.ApiServer;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.contract.process.RedisConnection;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * No GET of the API changes anything in Redis, but those by which somebody follows one job or a WebSocket is opened.
 */
@Timeout(60)
class GetRoutesTest {
    private static final QueueName MAIL = new QueueName("mail");
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Set<String> FOLLOWING = Set.of("/v1/jobs/{id}/events", "/v1/live");
    private static final Pattern STATISTIC = Pattern.compile("cmdstat_([a-z|]+):");

    @TempDir
    Path folder;
    private EmbeddedRedis redis;
    private RedisBroker broker;
    private ApiServer api;
    private RedisConnection connection;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws Exception {
        redis = EmbeddedRedis.start(folder.resolve("redis"), 0);
        connection = new RedisConnection(redis.port(), Duration.ofSeconds(10));
        broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
        api = ApiServer.start(ApiConfig.from(Map.of("HEADRACE_API_PORT", "0")), broker,
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    }

    @AfterEach
    void stop() throws IOException {
        api.close();
        broker.close();
        connection.close();
        redis.close();
    }

    @Test
    void aGetWritesNothing() throws Exception {
        JobId job = submit();
        submit();
        for (String worker : List.of("alive", "dead")) {
            broker.heartbeat(new WorkerInfo(new WorkerId(worker), "host", 1, Instant.EPOCH, List.of(MAIL), List.of(), 1,
                    1, LEASE, "running", "1", List.of()), LEASE);
        }
        broker.claim(new ClaimRequest(MAIL, new WorkerId("alive"), 1, LEASE, List.of(Priority.values())));
        connection.call("XGROUP", "CREATECONSUMER", "hr:{mail}:ready:n", "workers", "dead");
        connection.call("DEL", "hr:worker:dead");
        List<String> asked = addresses(job);
        connection.call("CONFIG", "RESETSTAT");

        for (String address : asked) {
            try (InputStream body = http.send(HttpRequest.newBuilder(api.uri().resolve(address)).build(),
                    BodyHandlers.ofInputStream()).body()) {
                assertThat(body.read()).as(address).isPositive(); // the streams among them have no end
            }
        }

        assertThat(asked).hasSizeGreaterThan(20);
        assertThat(writes()).isEmpty();
        assertThat(connection.list("SMEMBERS", "hr:workers")).contains("dead");
    }

    /**
     * What the API says it has, with something in place of what is open, and the parameters that make it look further.
     */
    private List<String> addresses(JobId job) throws IOException, InterruptedException {
        JsonNode paths = RunningApi.tree(new RunningApi(api.uri()).get("/openapi.json")).get("paths");
        List<String> all = new ArrayList<>();
        paths.properties().forEach(path -> {
            if (path.getValue().has("get") && !FOLLOWING.contains(path.getKey())) {
                all.add(path.getKey().replace("{queue}", "mail").replace("{id}", job.toString())
                        .replace("{name}", "queue-full"));
            }
        });
        for (String state : List.of("queued", "running", "scheduled", "retrying", "parked", "succeeded", "dead")) {
            all.add("/v1/queues/mail/jobs?state=" + state);
        }
        all.replaceAll(address -> address.equals("/v1/queues/mail/jobs") ? address + "?state=cancelled" : address);
        return all;
    }

    private JobId submit() {
        return broker.enqueue(NewJob.of("mail", "welcome", 1).build()).toCompletableFuture().join().id();
    }

    private Set<String> writes() throws IOException {
        Set<String> writes = new TreeSet<>();
        Matcher statistic = STATISTIC.matcher(connection.ask("INFO", "commandstats"));
        while (statistic.find()) {
            if (connection.list("COMMAND", "INFO", statistic.group(1)).get(0).contains("write,")) {
                writes.add(statistic.group(1));
            }
        }
        return writes;
    }
}
