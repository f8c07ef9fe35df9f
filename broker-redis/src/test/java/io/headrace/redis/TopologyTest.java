package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerUnavailable;
import io.headrace.Durability;
import io.headrace.DurabilityUnavailable;
import io.headrace.HeadraceException;
import io.headrace.JobClient;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WriteResult;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisClusterCRC16;

/** The ways to reach Redis that the contract suite does not go: with a login, over TLS, through Sentinel. */
final class TopologyTest {
    @TempDir
    Path folder;

    @Test
    void aUserWithRightsToThePrefixAloneCanDoEverything() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0)) {
            acl(redis, "SETUSER", "app", "on", ">s@cret", "~hr:*", "&hr:*", "&headrace:*", "+@all", "-@admin",
                    "-@dangerous", "+info");
            acl(redis, "SETUSER", "default", "off");
            String url = redis.url().replace("redis://", "redis://app:s%40cret@");
            aJobRunsTo(url);

            assertThatThrownBy(() -> aJobRunsTo(redis.url())).isInstanceOf(BrokerUnavailable.class)
                    .hasMessageContaining("NOAUTH");
            assertThatThrownBy(() -> aJobRunsTo(redis.url().replace("redis://", "redis://app:wrong@")))
                    .isInstanceOf(BrokerUnavailable.class).hasMessageContaining("WRONGPASS");
        }
    }

    @Test
    void tlsIsSpokenAndCertificatesAreChecked() throws Exception {
        Path trusted = keyStore("trusted");
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0)) {
            String before = System.getProperty("javax.net.ssl.trustStore");
            System.setProperty("javax.net.ssl.trustStore", trusted.toString());
            System.setProperty("javax.net.ssl.trustStorePassword", "changeit");
            try (TlsProxy proxy = new TlsProxy(trusted, redis.port());
                    TlsProxy stranger = new TlsProxy(keyStore("stranger"), redis.port())) {
                aJobRunsTo("rediss://localhost:" + proxy.port());
                assertThatThrownBy(() -> aJobRunsTo("rediss://localhost:" + stranger.port()))
                        .isInstanceOf(BrokerUnavailable.class);
            } finally {
                if (before == null) {
                    System.clearProperty("javax.net.ssl.trustStore");
                } else {
                    System.setProperty("javax.net.ssl.trustStore", before);
                }
                System.clearProperty("javax.net.ssl.trustStorePassword");
            }
        }
    }

    @Test
    void theMasterIsFoundThroughSentinel() throws Exception {
        Path own = Files.createDirectory(folder.resolve("sentinel"));
        try (EmbeddedRedis master = EmbeddedRedis.start(folder.resolve("master"), 0);
                EmbeddedRedis reserved = EmbeddedRedis.start(folder.resolve("reserved"), 0)) {
            int port = reserved.port();
            reserved.close();
            Path config = own.resolve("sentinel.conf");
            Files.writeString(config, "port " + port + "\nbind 127.0.0.1\ndir " + own
                    + "\nsentinel monitor mymaster 127.0.0.1 " + master.port() + " 1\n");
            Process sentinel = new ProcessBuilder(EmbeddedRedis.unpack().toString(), config.toString(), "--sentinel")
                    .redirectErrorStream(true).redirectOutput(own.resolve("log").toFile()).start();
            try {
                Eventually.until("the sentinel answers", () -> answers(port));
                aJobRunsTo("redis-sentinel://127.0.0.1:" + port + "/mymaster");
            } finally {
                sentinel.destroy();
                sentinel.waitFor();
            }
        }
    }

    @Test
    void aClusterIsServedAgainWhenAReplicaHasReplacedADeadMaster() throws Exception {
        List<EmbeddedRedis> nodes = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                nodes.add(EmbeddedRedis.start(folder.resolve("node" + i), 0, null, Map.of("cluster-enabled", "yes",
                        "cluster-node-timeout", "1000", "repl-diskless-sync-delay", "0", "shutdown-timeout", "0")));
            }
            TestServer.join(nodes);
            try (RedisBroker broker = RedisBroker.connect(RedisConfig.parse(TestServer.url(nodes)),
                    BrokerObserver.NONE)) {
                String queue = onTheFirst();
                NewJob job = NewJob.of(queue, "welcome", 1).durability(Durability.replicated(1)).build();
                JobClient client = new JobClient(broker);
                Eventually.until("the replica follows", () -> accepts(client, job));
                nodes.get(0).process().destroyForcibly();
                Eventually.until("the queue is served again", () -> accepts(client,
                        NewJob.of(queue, "welcome", 1).build()));
                // The other masters, whose keys this reads too, hear of the failover each in its own time.
                Eventually.until("every node answers", () -> queued(broker, queue).isPresent());
                assertThat(queued(broker, queue)).hasValue(2);
            }
        } finally {
            for (EmbeddedRedis node : nodes) {
                node.close();
            }
        }
    }

    @Test
    void aSlotThatHasMovedIsFollowedByWaitsAndByQuestionsAboutItsServerThoughNoConnectionBreaks() throws Exception {
        List<EmbeddedRedis> nodes = new ArrayList<>();
        AtomicLong later = new AtomicLong();
        try {
            for (String sync : List.of("everysec", "always", "everysec")) {
                nodes.add(EmbeddedRedis.start(folder.resolve("node" + nodes.size()), 0, null,
                        Map.of("cluster-enabled", "yes", "appendfsync", sync)));
            }
            TestServer.join(nodes);
            try (RedisBroker broker = RedisBroker.connect(RedisConfig.parse(TestServer.url(nodes)), BrokerObserver.NONE,
                    () -> System.nanoTime() + later.get());
                    Jedis first = new Jedis("127.0.0.1", nodes.get(0).port())) {
                QueueName queue = new QueueName(onTheFirst());
                NewJob job = NewJob.of(queue.value(), "welcome", 1).durability(Durability.FSYNC).build();
                JobClient client = new JobClient(broker);
                assertThatThrownBy(() -> client.enqueue(job)).isInstanceOf(DurabilityUnavailable.class);
                broker.awaitReady(Set.of(queue), Duration.ofMillis(50));
                first.flushAll(); // a server gives away a slot without keys only
                String slot = Integer.toString(JedisClusterCRC16.getSlot("hr:{" + queue + "}:"));
                String second = TestServer.ask(nodes.get(1), "MYID");
                for (int owner : new int[]{1, 0, 2}) {
                    assertThat(TestServer.ask(nodes.get(owner), "SETSLOT", slot, "NODE", second)).isEqualTo("OK");
                }
                later.addAndGet(Duration.ofSeconds(10).toNanos()); // what was believed of the servers is no longer

                assertThatCode(() -> broker.awaitReady(Set.of(queue), Duration.ofMillis(50)))
                        .doesNotThrowAnyException();
                assertThat(client.enqueue(job).kind()).isEqualTo(Submission.Kind.ACCEPTED);
            }
        } finally {
            for (EmbeddedRedis node : nodes) {
                node.close();
            }
        }
    }

    /** Some queue whose slot the first master serves. */
    private static String onTheFirst() {
        return IntStream.range(0, 100).mapToObj(i -> "q" + i)
                .filter(name -> JedisClusterCRC16.getSlot("hr:{" + name + "}:") < 5_000).findFirst().orElseThrow();
    }

    /** How many jobs the queue holds, or nothing while a node refuses to answer. */
    private static OptionalLong queued(RedisBroker broker, String queue) {
        try {
            return OptionalLong.of(broker.queues().info(new QueueName(queue)).orElseThrow().counts()
                    .getOrDefault(JobState.QUEUED, 0L));
        } catch (BrokerUnavailable e) {
            return OptionalLong.empty();
        }
    }

    private static boolean accepts(JobClient client, NewJob job) {
        try {
            return client.enqueue(job).kind() == Submission.Kind.ACCEPTED;
        } catch (HeadraceException e) {
            return false;
        }
    }

    @Test
    void aServerThatIsNoMasterAnyMoreIsConnectedToAnew() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0);
                RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
                Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            JobClient client = new JobClient(broker);
            NewJob job = NewJob.of("email", "welcome", 1).build();
            client.enqueue(job);
            jedis.replicaof("127.0.0.1", 1);
            assertThatThrownBy(() -> client.enqueue(job)).isInstanceOf(BrokerUnavailable.class)
                    .hasMessageContaining("READONLY");
            long before = connectionsSoFar(jedis);
            assertThatThrownBy(() -> client.enqueue(job)).isInstanceOf(BrokerUnavailable.class);
            Eventually.until("it connects anew", () -> connectionsSoFar(jedis) > before);
            jedis.replicaofNoOne();
            assertThat(accepts(client, job)).isTrue();
        }
    }

    private static long connectionsSoFar(Jedis jedis) {
        return jedis.info("stats").lines().filter(line -> line.startsWith("total_connections_received:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip())).sum();
    }

    private static boolean answers(int port) {
        try (Connection connection = new Connection("127.0.0.1", port)) {
            return connection.ping();
        } catch (JedisException e) {
            return false;
        }
    }

    /** Submits, hears of, claims and finishes a job. */
    private static void aJobRunsTo(String url) throws Exception {
        QueueName queue = new QueueName("email");
        try (RedisBroker broker = RedisBroker.connect(RedisConfig.parse(url), BrokerObserver.NONE)) {
            Submission job = new JobClient(broker).enqueue(NewJob.of("email", "welcome", Map.of("to", "a")).build());
            assertThat(broker.awaitReady(Set.of(queue), Duration.ofSeconds(5))).isTrue();
            ClaimedJob claimed = broker.claim(
                    new ClaimRequest(queue, new WorkerId("w1"), 1, Duration.ofSeconds(30), List.of(Priority.NORMAL)))
                    .jobs().get(0);
            Verdict verdict = Verdict.finish(claimed.lease(), claimed.document()
                    .with(claimed.document().history().ended(JobState.SUCCEEDED, claimed.claimedAt(), null)));
            assertThat(broker.settle(verdict).toCompletableFuture().join()).isEqualTo(WriteResult.RECORDED);
            assertThat(new JobClient(broker).await(job.id(), Duration.ofSeconds(5)).state())
                    .isEqualTo(JobState.SUCCEEDED);
            assertThat(broker.queues().all()).hasSize(1);
            assertThat(broker.readiness()).isEmpty();
        }
    }

    private static void acl(EmbeddedRedis redis, String... words) {
        try (Connection connection = new Connection("127.0.0.1", redis.port())) {
            connection.sendCommand(Command.ACL, words);
            assertThat(connection.getStatusCodeReply()).isEqualTo("OK");
        }
    }

    private Path keyStore(String name) throws IOException, InterruptedException {
        Path store = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-keystore", store.toString(),
                "-storepass", "changeit", "-storetype", "PKCS12", "-alias", name, "-keyalg", "EC", "-dname",
                "CN=localhost", "-ext",
                "SAN=dns:localhost,ip:127.0.0.1").redirectErrorStream(true).start();
        assertThat(keytool.waitFor()).as(new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isZero();
        return store;
    }
}
