package io.headrace.cli.faults;

import io.headrace.contract.process.RedisConnection;
import io.headrace.contract.process.RedisServer;
import io.headrace.contract.process.TcpProxy;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A primary with two replicas, and three sentinels that watch over them. */
final class SentinelTopology implements RedisTopology {
    private static final String NAME = "mymaster";
    private static final Duration LAG = Duration.ofMillis(700);

    private final List<RedisServer> servers = new ArrayList<>();
    private final List<RedisServer> sentinels = new ArrayList<>();
    /** Between the first primary and its replicas, when replication lags. */
    private @Nullable TcpProxy lagging;

    private SentinelTopology() {}

    static RedisTopology start(Path folder, DurabilityMode mode) throws IOException {
        return start(folder, mode, Duration.ZERO);
    }

    /** The same with replicas that hear of everything later. */
    static RedisTopology startLagging(Path folder, DurabilityMode mode) throws IOException {
        return start(folder, mode, LAG);
    }

    private static RedisTopology start(Path folder, DurabilityMode mode, Duration lag) throws IOException {
        SentinelTopology all = new SentinelTopology();
        try {
            all.startServers(folder, mode, lag);
            all.startSentinels(folder);
        } catch (IOException | RuntimeException | Error e) {
            all.close();
            throw e;
        }
        return all;
    }

    private void startServers(Path folder, DurabilityMode mode, Duration lag) throws IOException {
        RedisServer first = RedisForms.server(folder.resolve("redis1"), mode, Map.of("repl-diskless-sync-delay", "0"));
        servers.add(first);
        int source = first.port();
        if (!lag.isZero()) {
            lagging = TcpProxy.to(source);
            source = lagging.port();
        }
        for (int i = 2; i <= 3; i++) {
            servers.add(RedisForms.server(folder.resolve("redis" + i), mode,
                    Map.of("repl-diskless-sync-delay", "0", "replicaof", "127.0.0.1 " + source)));
        }
        RedisForms.await("two replicas are online", () -> RedisForms.info(first, "replication").lines()
                .filter(line -> line.startsWith("slave") && line.contains("state=online")).count() == 2);
        if (lagging != null) {
            lagging.delay(lag);
        }
    }

    private void startSentinels(Path folder) throws IOException {
        for (int i = 1; i <= 3; i++) {
            sentinels.add(RedisServer.sentinel(EmbeddedRedis.unpack(), folder.resolve("sentinel" + i),
                    List.of("sentinel monitor " + NAME + " 127.0.0.1 " + servers.get(0).port() + " 2",
                            "sentinel down-after-milliseconds " + NAME + " 1000",
                            "sentinel failover-timeout " + NAME + (lagging == null ? " 5000" : " 60000"))));
        }
        for (RedisServer sentinel : sentinels) {
            RedisForms.await("the sentinels know each other", () -> known(sentinel, "num-slaves").equals("2")
                    && known(sentinel, "num-other-sentinels").equals("2"));
        }
    }

    private static String known(RedisServer sentinel, String field) {
        try (RedisConnection connection = sentinel.connect()) {
            List<String> all = connection.list("SENTINEL", "MASTER", NAME);
            return all.get(all.indexOf(field) + 1);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public String url() {
        return "redis-sentinel://" + String.join(",",
                sentinels.stream().map(sentinel -> "127.0.0.1:" + sentinel.port()).toList()) + "/" + NAME;
    }

    /** The one that the sentinels name. */
    @Override
    public RedisServer primary() throws IOException {
        try (RedisConnection connection = sentinels.get(0).connect()) {
            String port = connection.list("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME).get(1);
            return servers.stream().filter(server -> port.equals("" + server.port())).findFirst().orElseThrow();
        }
    }

    /** Waits until the sentinels have made another one primary, and it has taken over. */
    RedisServer awaitOther(RedisServer former) {
        RedisForms.await("another primary", () -> {
            try {
                RedisServer now = primary();
                return now != former && now.info("role").equals("master");
            } catch (IOException e) {
                return false;
            }
        });
        try {
            return primary();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Asks the sentinels to make a replica primary. */
    void failOver() throws IOException {
        sentinels.get(0).ask("SENTINEL", "FAILOVER", NAME);
    }

    /** Waits until a server has become a replica and holds what the primary holds. */
    void awaitReplica(RedisServer server) {
        RedisForms.await("the former primary follows", () -> RedisForms.info(server, "replication")
                .contains("master_link_status:up"));
    }

    @Override
    public List<RedisServer> servers() {
        return servers;
    }

    @Override
    public Optional<Path> history() {
        return Optional.empty();
    }

    @Override
    public void close() {
        if (lagging != null) {
            lagging.close();
        }
        sentinels.forEach(RedisServer::close);
        servers.forEach(RedisServer::close);
    }

    /** What can go wrong with a primary that sentinels watch over. */
    static final class Failovers {
        private Failovers() {}

        static final InjectedFault PRIMARY_KILLED = InjectedFault.of("Sentinel: kill -9 of the primary",
                (stage, random) -> {
                    SentinelTopology redis = (SentinelTopology) stage.topology();
                    RedisServer former = redis.primary();
                    long killedAt = System.currentTimeMillis();
                    former.kill9();
                    redis.awaitOther(former);
                    former.restart();
                    return InjectedFault.Damage.since(killedAt, Set.of());
                });

        /** What is on its way to the replicas dies with the primary. */
        static final InjectedFault LAGGING_PRIMARY_KILLED = InjectedFault.of(
                "Sentinel: kill -9 of the primary, replicas 0.7–1.4 s behind",
                (stage, random) -> {
                    SentinelTopology redis = (SentinelTopology) stage.topology();
                    RedisServer former = redis.primary();
                    long killedAt = System.currentTimeMillis();
                    if (redis.lagging != null) {
                        redis.lagging.close();
                    }
                    former.kill9();
                    redis.awaitOther(former);
                    former.restart();
                    return InjectedFault.Damage.since(killedAt, Set.of());
                });

        static final InjectedFault PLANNED = InjectedFault.of("Sentinel: planned failover", (stage, random) -> {
            SentinelTopology redis = (SentinelTopology) stage.topology();
            RedisServer former = redis.primary();
            long askedAt = System.currentTimeMillis();
            redis.failOver();
            redis.awaitOther(former);
            return InjectedFault.Damage.since(askedAt, Set.of());
        });

        static final InjectedFault PRIMARY_FROZEN = InjectedFault.of(
                "Sentinel: primary stands still, is replaced, wakes up",
                (stage, random) -> {
                    SentinelTopology redis = (SentinelTopology) stage.topology();
                    RedisServer former = redis.primary();
                    long frozenAt = System.currentTimeMillis();
                    former.freeze();
                    redis.awaitOther(former);
                    ProcessFaults.last(Duration.ofMillis(random.nextInt(1_500)));
                    former.thaw();
                    redis.awaitReplica(former);
                    return InjectedFault.Damage.since(frozenAt, Set.of());
                });

        static final List<InjectedFault> ALL = List.of(PRIMARY_KILLED, PLANNED, PRIMARY_FROZEN);
    }
}
