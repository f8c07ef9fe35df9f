package io.headrace.redis.connection;

import io.headrace.BrokerUnavailable;
import io.headrace.broker.BrokerObserver;
import io.headrace.redis.config.RedisConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;

/**
 * The servers of a deployment, each with a connection of its own: one, the master and replicas that Sentinel watches,
 * or a cluster.
 */
public final class Nodes implements AutoCloseable {
    private static final byte[] ANY = {'n'};

    /**
     * One server that answers.
     *
     * @param name host and port
     * @param info what it said of itself
     */
    public record Node(String name, boolean master, Redis redis, ServerInfo info) {}

    /** One server that does not. */
    public record Absent(String name, boolean master, String why) {}

    private final RedisConfig config;
    private final List<Node> present = new ArrayList<>();
    private final List<Absent> absent = new ArrayList<>();
    /** Opened here, to be closed here. */
    private final List<Redis> opened = new ArrayList<>();

    private Nodes(RedisConfig config) {
        this.config = config;
    }

    /** @param redis to the deployment; it stays the caller's */
    public static Nodes of(RedisConfig config, Redis redis) {
        Nodes nodes = new Nodes(config);
        try {
            nodes.discover(redis);
            return nodes;
        } catch (RuntimeException e) {
            nodes.close();
            throw e;
        }
    }

    public List<Node> all() {
        return present;
    }

    public List<Node> masters() {
        return present.stream().filter(Node::master).toList();
    }

    public List<Absent> absent() {
        return absent;
    }

    /** Why the scripts of Headrace cannot run here, in words for people. */
    public Optional<String> obstacle() {
        for (Node node : masters()) {
            ServerInfo info = node.info();
            if (info.tooOld()) {
                return Optional.of("that needs Redis 7.0 or later");
            }
            if (config.kind() == RedisConfig.Kind.STANDALONE && info.number("cluster_enabled") == 1) {
                return Optional.of("this is a node of a cluster; use a redis-cluster:// address");
            }
            if (info.text("role").equals("slave")) {
                return Optional.of("this is a replica; use the address of its master");
            }
        }
        return absent.stream().filter(Absent::master).findFirst().map(node -> node.name() + " is not there");
    }

    private void discover(Redis redis) {
        if (config.kind() == RedisConfig.Kind.CLUSTER) {
            Replies.text(redis.ask(ANY, Request.of(Command.CLUSTER, "NODES"))).lines()
                    .forEach(this::clusterNode);
            return;
        }
        ServerInfo info = ServerInfo.of(redis);
        String name = config.kind() == RedisConfig.Kind.SENTINEL ? String.valueOf(config.master())
                : config.nodes().iterator().next().toString();
        present.add(new Node(name, true, redis, info));
        if (config.kind() == RedisConfig.Kind.SENTINEL) {
            for (ServerInfo.Replica replica : info.replicas()) {
                open(replica.address(), false);
            }
        }
    }

    /** A line such as {@code <id> 127.0.0.1:7001@17001 myself,master - 0 0 1 connected 0-5460}. */
    private void clusterNode(String line) {
        String[] words = line.split(" ", -1);
        if (words.length < 8 || words[2].contains("noaddr") || words[2].contains("handshake")) {
            return;
        }
        boolean master = words[2].contains("master");
        if (master && words.length == 8) {
            return; // it serves no slots, so it holds nothing
        }
        String address = words[1].split("@", 2)[0];
        if (words[2].matches(".*\\bfail\\b.*")) {
            absent.add(new Absent(address, master, "the cluster says that it has failed"));
        } else {
            open(HostAndPort.from(address), master);
        }
    }

    private void open(HostAndPort address, boolean master) {
        RedisConfig own = new RedisConfig(RedisConfig.Kind.STANDALONE, Set.of(address), null, config.tls(),
                config.user(), config.password(), 0, config.prefix(), config.dev());
        Redis redis = new Redis(own, BrokerObserver.NONE, 1, System::nanoTime);
        opened.add(redis);
        try {
            present.add(new Node(address.toString(), master, redis, ServerInfo.of(redis)));
        } catch (BrokerUnavailable e) {
            absent.add(new Absent(address.toString(), master, String.valueOf(e.getMessage())));
        }
    }

    @Override
    public void close() {
        opened.forEach(Redis::close);
    }
}
