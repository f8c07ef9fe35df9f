package io.headrace.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.access.Digest;
import io.headrace.api.ApiConfig;
import io.headrace.api.ApiServer;
import io.headrace.broker.BrokerObserver;
import io.headrace.cli.Ran;
import io.headrace.format.JsonFormat;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/** Keys, sessions and the audit log, with two replicas of the api on one real Redis. */
final class AccessCommandsTest {
    private static final String ROOT = "root-of-all-secrets";
    private static final String ENVIRONMENT_KEYS = "root=admin:" + ROOT;

    @TempDir
    Path folder;

    private EmbeddedRedis redis;
    private RedisBroker broker;
    private RedisBroker anotherBroker;
    private ApiServer api;
    private ApiServer another;

    @BeforeEach
    void start() throws IOException {
        redis = EmbeddedRedis.start(folder.resolve("redis"), 0);
        broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
        anotherBroker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
        api = serve(broker);
        another = serve(anotherBroker);
    }

    private static ApiServer serve(RedisBroker broker) {
        ApiConfig config = ApiConfig.from(Map.of("HEADRACE_API_KEYS", ENVIRONMENT_KEYS)).withAddress("127.0.0.1", 0);
        return ApiServer.start(config, broker, new SimpleMeterRegistry());
    }

    @AfterEach
    void stop() throws IOException {
        api.close();
        another.close();
        broker.close();
        anotherBroker.close();
        redis.close();
    }

    private Ran headrace(String... args) {
        return as(ROOT, api, args);
    }

    private static Ran as(String secret, ApiServer server, String... args) {
        return Ran.with().environment("HEADRACE_API", server.uri().toString())
                .environment("HEADRACE_API_KEY", secret).run(args);
    }

    private String created(String name, String... more) {
        String[] args = new String[4 + more.length];
        System.arraycopy(new String[]{"key", "create", name, "--role"}, 0, args, 0, 4);
        System.arraycopy(more, 0, args, 4, more.length);
        Ran ran = headrace(args);
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.err()).contains("keep its secret");
        return ran.out().strip();
    }

    private static void await(String secret, ApiServer server, int code) {
        Awaitility.await().atMost(Duration.ofSeconds(5)).pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(as(secret, server, "queue", "list").code()).isEqualTo(code));
    }

    @Test
    void aKeyIsMadeListedAndRevokedForEveryReplica() {
        String secret = created("eye", "viewer", "-q", "mail", "-q", "sms", "--expires-in", "90d");

        assertThat(as(secret, api, "queue", "list").code()).isZero();
        await(secret, another, 0);
        assertThat(headrace("key", "list").out()).containsPattern("(?m)^NAME\tROLE\tQUEUES\tFROM\tAGE\tEXPIRES$")
                .containsPattern("(?m)^root\tadmin\tall\tenvironment\t\t$")
                .containsPattern("(?m)^eye\tviewer\tmail sms\tstore\t\\S+\t89d23h$");
        assertThat(headrace("key", "list", "-o", "json").out()).doesNotContain(secret);
        Ran refused = as(secret, api, "queue", "pause", "mail");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("this needs the role operator; the key 'eye' has the role viewer");

        assertThat(headrace("key", "revoke", "eye").code()).isZero();
        assertThat(as(secret, api, "queue", "list").code()).isEqualTo(1);
        await(secret, another, 1);
        assertThat(headrace("key", "revoke", "eye").err()).contains("there is no key named 'eye'");
        assertThat(headrace("key", "revoke", "root").err()).contains("HEADRACE_API_KEYS");
    }

    @Test
    void whatPeopleCopyIsNeverCut() {
        String name = "nightly-import-of-the-north-american-warehouse-no-17";
        String queue = "a-queue-whose-name-says-all-there-is-to-say";
        created(name, "operator", "-q", queue, "-q", "mail", "-q", "sms");
        String id = headrace("enqueue", "welcome", "-q", queue, "--delay", "1h").out().strip();
        assertThat(headrace("job", "cancel", id).code()).isZero();

        assertThat(headrace("key", "list").out()).containsPattern("(?m)^" + name + "\t");
        assertThat(headrace("audit").out()).containsPattern("(?m)\tjob.cancel\t" + id + "\t\t$")
                .containsPattern("(?m)\tkey.create\t" + name + "\t");
    }

    @Test
    void badKeysAreRefusedInWords() {
        assertThat(headrace("key", "create", "x").code()).isEqualTo(2);
        assertThat(headrace("key", "create", "x", "--role", "viewr").err()).contains("role must be one of viewer,");
        assertThat(headrace("key", "create", "x", "--role", "admin", "-q", "mail").err()).contains("queues");
    }

    @Test
    void whatOperatorsDoIsInTheAuditLog() throws IOException {
        assertThat(headrace("audit").err()).contains("nothing was done");
        headrace("enqueue", "welcome", "-q", "mail");
        assertThat(headrace("queue", "pause", "mail").code()).isZero();
        assertThat(headrace("queue", "set", "mail", "--max-kept", "5").code()).isZero();
        assertThat(headrace("queue", "purge", "mail", "--yes").code()).isZero();
        assertThat(headrace("dead", "retry", "-q", "mail", "--error", "Timeout", "--yes").code()).isZero();

        Ran table = as(ROOT, another, "audit");
        Ran seen = Ran.with().environment("HEADRACE_API", another.uri().toString())
                .environment("HEADRACE_API_KEY", ROOT).terminal().run("audit");
        assertThat(seen.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(table.out()).containsPattern("(?m)^AT\tACTOR\tACTION\tWHAT\tCOUNT\tDETAIL$")
                .containsPattern("(?m)Z\troot\tqueue.pause\tmail\t\t$")
                .containsPattern("(?m)Z\troot\tqueue.settings\tmail\t\tmaxKept=5$")
                .containsPattern("(?m)Z\troot\tqueue.purge\tmail\t1\t$")
                .containsPattern("(?m)Z\troot\tdead.retry\tmail\t0\terror=Timeout limit=.*$");
        assertThat(headrace("audit", "--action", "queue.purge").out().lines()).hasSize(2);
        Ran page = headrace("audit", "--limit", "1");
        assertThat(page.out()).contains("dead.retry");
        String cursor = page.err().strip().replaceFirst(".*--cursor ", "");
        assertThat(headrace("audit", "--limit", "1", "--cursor", cursor).out()).contains("queue.purge");
        JsonNode json = JsonFormat.mapper().readTree(headrace("audit", "--actor", "root", "-o", "json").out());
        assertThat(json.path("entries")).hasSize(4);
        assertThat(json.at("/entries/0/address").asText()).isEqualTo("127.0.0.1");
        assertThat(headrace("audit", "--actor", "nobody").out()).isEmpty();
    }

    @Test
    void nothingOfASecretIsInRedisAndTheDoctorKnowsWhatIs() throws Exception {
        String secret = created("ci", "operator", "-q", "mail");
        String session = login(secret);
        String ticket = JsonFormat.mapper().readTree(
                send("POST", "/v1/live/tickets", "", "Authorization", "Bearer " + secret).body()).get("ticket")
                .asText();
        headrace("enqueue", "welcome", "-q", "mail");
        as(secret, api, "queue", "pause", "mail");

        String all = dump();

        assertThat(all).contains("hr:keys", "hr:session:", "hr:ticket:", "hr:audit", Digest.of(secret).hex());
        assertThat(all).doesNotContain(secret, session, ticket, ROOT, Digest.of(ROOT).hex());
        assertThat(Ran.headrace("doctor", "--redis", redis.url()).err()).isEqualTo("all is well\n");
    }

    @Test
    void aSessionIsKnownToEveryReplicaAndDiesWithItsKey() throws Exception {
        String secret = created("ann", "viewer");
        String session = login(secret);
        Awaitility.await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(status(another, session)).isEqualTo(200));

        headrace("key", "revoke", "ann");

        assertThat(status(api, session)).isEqualTo(401);
        Awaitility.await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(status(another, session)).isEqualTo(401));
    }

    private String login(String secret) throws IOException, InterruptedException {
        HttpResponse<String> answer = send("POST", "/v1/session", "{\"key\":\"" + secret + "\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String cookie = answer.headers().firstValue("set-cookie").orElseThrow();
        return cookie.substring("headrace_session=".length(), cookie.indexOf(';'));
    }

    private static int status(ApiServer server, String session) throws IOException, InterruptedException {
        return send(server.uri().resolve("/v1/session"), "GET", "", "Cookie", "headrace_session=" + session)
                .statusCode();
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return send(api.uri().resolve(path), method, body, headers);
    }

    private static HttpResponse<String> send(URI uri, String method, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json").method(method, BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    /** Every key and everything in it, as text. */
    private String dump() {
        StringBuilder all = new StringBuilder();
        URI uri = URI.create(redis.url());
        try (Connection connection = new Connection(uri.getHost(), uri.getPort())) {
            for (Object name : (List<?>) ask(connection, Command.KEYS, "*")) {
                String key = text(name);
                Object value = switch (text(ask(connection, Command.TYPE, key))) {
                    case "string" -> ask(connection, Command.GET, key);
                    case "hash" -> ask(connection, Command.HGETALL, key);
                    case "set" -> ask(connection, Command.SMEMBERS, key);
                    case "list" -> ask(connection, Command.LRANGE, key, "0", "-1");
                    case "zset" -> ask(connection, Command.ZRANGE, key, "0", "-1");
                    default -> ask(connection, Command.XRANGE, key, "-", "+");
                };
                all.append(key).append(' ').append(text(value)).append('\n');
            }
        }
        return all.toString();
    }

    private static Object ask(Connection connection, Command command, String... arguments) {
        connection.sendCommand(command, arguments);
        return connection.getOne();
    }

    private static String text(Object reply) {
        if (reply instanceof List<?> items) {
            return items.stream().map(AccessCommandsTest::text).toList().toString();
        }
        return reply instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(reply);
    }
}
