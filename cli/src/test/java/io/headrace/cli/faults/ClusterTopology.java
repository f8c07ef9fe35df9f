package io.headrace.cli.faults;

import io.headrace.contract.process.RedisConnection;
import io.headrace.contract.process.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Three masters that share the slots, and a replica of each. */
final class ClusterTopology implements RedisTopology {
    private static final int SLOTS = 16_384;

    private final List<RedisServer> servers = new ArrayList<>();
    private String slot = "";

    private ClusterTopology() {}

    static RedisTopology start(Path folder, DurabilityMode mode) throws IOException {
        ClusterTopology all = new ClusterTopology();
        try {
            for (int i = 1; i <= 6; i++) {
                all.servers.add(RedisForms.server(folder.resolve("redis" + i), mode, Map.of("cluster-enabled", "yes",
                        "cluster-node-timeout", "2000", "cluster-replica-validity-factor", "0",
                        "repl-diskless-sync-delay", "0")));
            }
            all.join();
        } catch (IOException | RuntimeException | Error e) {
            all.close();
            throw e;
        }
        return all;
    }

    private void join() throws IOException {
        int share = SLOTS / 3 + 1;
        for (int i = 0; i < 3; i++) {
            servers.get(i).ask("CLUSTER", "ADDSLOTSRANGE", "" + i * share,
                    "" + Math.min(SLOTS - 1, (i + 1) * share - 1));
        }
        for (RedisServer server : servers.subList(1, 6)) {
            server.ask("CLUSTER", "MEET", "127.0.0.1", "" + servers.get(0).port());
        }
        for (RedisServer server : servers) {
            RedisForms.await("everybody is known", () -> RedisForms.cluster(server).contains("cluster_known_nodes:6"));
        }
        for (int i = 0; i < 3; i++) {
            String master = servers.get(i).ask("CLUSTER", "MYID");
            RedisServer replica = servers.get(i + 3);
            RedisForms.await("a replica is attached", () -> {
                try {
                    return replica.ask("CLUSTER", "REPLICATE", master).equals("OK");
                } catch (IOException e) {
                    return false; // it has not heard of the master yet
                }
            });
        }
        for (RedisServer server : servers) {
            RedisForms.await("the cluster is ready", () -> RedisForms.cluster(server).contains("cluster_state:ok"));
        }
        for (RedisServer replica : servers.subList(3, 6)) {
            RedisForms.await("replicas follow", () -> RedisForms.info(replica, "replication").contains(
                    "master_link_status:up"));
        }
        slot = servers.get(0).ask("CLUSTER", "KEYSLOT", BASE);
    }

    @Override
    public String url() {
        return "redis-cluster://" + String.join(",",
                servers.stream().map(server -> "127.0.0.1:" + server.port()).toList());
    }

    /** The master whose slot the queue is in, as a server sees it that is no replica of it. */
    @Override
    public RedisServer primary() throws IOException {
        for (RedisServer server : servers) {
            if (server.alive() && RedisForms.info(server, "replication").contains("role:master") && owns(server)) {
                return server;
            }
        }
        throw new IOException("no master owns slot " + slot);
    }

    private boolean owns(RedisServer server) throws IOException {
        long wanted = Long.parseLong(slot);
        return server.ask("CLUSTER", "NODES").lines().filter(line -> line.contains("myself"))
                .flatMap(line -> List.of(line.split(" ", -1)).stream().skip(8))
                .filter(range -> range.matches("[0-9]+(-[0-9]+)?"))
                .anyMatch(range -> {
                    String[] ends = range.split("-", -1);
                    return Long.parseLong(ends[0]) <= wanted && wanted <= Long.parseLong(ends[ends.length - 1]);
                });
    }

    private void awaitOther(RedisServer former) {
        RedisForms.await("another master", () -> {
            try {
                return primary() != former && RedisForms.cluster(primary()).contains("cluster_state:ok");
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Moves the queue's slot to another master, key by key, as redis-cli does. */
    void migrate() throws IOException {
        RedisServer from = primary();
        RedisServer to = servers.stream().filter(server -> server != from).filter(server -> RedisForms
                .info(server, "replication").contains("role:master")).findFirst().orElseThrow();
        String source = from.ask("CLUSTER", "MYID");
        String target = to.ask("CLUSTER", "MYID");
        to.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", source);
        from.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", target);
        try (RedisConnection redis = from.connect()) {
            List<String> keys = redis.list("CLUSTER", "GETKEYSINSLOT", slot, "1");
            while (!keys.isEmpty()) {
                redis.call("MIGRATE", "127.0.0.1", "" + to.port(), keys.get(0), "0", "5000");
                keys = redis.list("CLUSTER", "GETKEYSINSLOT", slot, "1");
            }
        }
        to.ask("CLUSTER", "SETSLOT", slot, "NODE", target);
        for (RedisServer server : servers) {
            if (server != to && RedisForms.info(server, "replication").contains("role:master")) {
                server.ask("CLUSTER", "SETSLOT", slot, "NODE", target);
            }
        }
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
        servers.forEach(RedisServer::close);
    }

    /** What can go wrong with the master that holds the queue. */
    static final class Failovers {
        private Failovers() {}

        static final InjectedFault MASTER_KILLED = InjectedFault.of("Cluster: kill -9 of the queue's master",
                (stage, random) -> {
                    ClusterTopology redis = (ClusterTopology) stage.topology();
                    RedisServer former = redis.primary();
                    long killedAt = System.currentTimeMillis();
                    former.kill9();
                    redis.awaitOther(former);
                    former.restart();
                    return InjectedFault.Damage.since(killedAt, Set.of());
                });

        static final InjectedFault SLOT_MOVED = InjectedFault.of(
                "Cluster: the queue's slot moves to another master, three times",
                InjectedFault.Blow.lasting((stage, random) -> {
                    for (int i = 0; i < 3; i++) {
                        ((ClusterTopology) stage.topology()).migrate();
                        ProcessFaults.last(java.time.Duration.ofMillis(500));
                    }
                }));

        static final List<InjectedFault> ALL = List.of(MASTER_KILLED, SLOT_MOVED);
    }
}
