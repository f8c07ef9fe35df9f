package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.redis.connection.Replies;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** A Redis for tests: each kind that this machine has, started once a JVM and ended with it. */
public final class TestServer {
    private static final Map<String, TestServer> STARTED = new ConcurrentHashMap<>();

    private final String name;
    private final String url;

    TestServer(String name, String url) {
        this.name = name;
        this.url = url;
    }

    /**
     * The servers of this machine: the one that is named by the environment variable {@code HEADRACE_TEST_REDIS}, the
     * one in the jar, alone and as a cluster of three, and those on the PATH.
     */
    static Stream<TestServer> all() {
        List<TestServer> all = new ArrayList<>();
        String given = System.getenv("HEADRACE_TEST_REDIS");
        if (given != null) {
            all.add(STARTED.computeIfAbsent("given", kind -> new TestServer(given, given)));
        }
        all.add(embedded());
        all.add(cluster());
        for (String program : List.of("redis-server", "valkey-server")) {
            onPath(program).ifPresent(path -> all.add(
                    STARTED.computeIfAbsent(program,
                            kind -> new TestServer(path.toString(), start(path, Map.of()).url()))));
        }
        return all.stream();
    }

    /**
     * What can be started here.
     *
     * @param path null for the server in the jar
     */
    public record Program(@Nullable Path path) {
        @Override
        public String toString() {
            return path == null ? "embedded" : path.toString();
        }
    }

    /** The programs of this machine. */
    static Stream<Program> programs() {
        return Stream.concat(Stream.of(new Program(null)),
                Stream.of("redis-server", "valkey-server").flatMap(name -> onPath(name).stream()).map(Program::new));
    }

    /** The server in the jar. */
    public static TestServer embedded() {
        return STARTED.computeIfAbsent("embedded", kind -> new TestServer("embedded", start(null, Map.of()).url()));
    }

    /** Three masters that share the slots. */
    public static TestServer cluster() {
        return STARTED.computeIfAbsent("cluster", kind -> new TestServer("cluster of 3", startCluster()));
    }

    public String url() {
        return url;
    }

    @Override
    public String toString() {
        return name;
    }

    private static Optional<Path> onPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(":")).map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static EmbeddedRedis start(@Nullable Path program, Map<String, String> settings) {
        try {
            EmbeddedRedis redis = EmbeddedRedis.start(Files.createTempDirectory("headrace-test"), 0, program, settings);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    redis.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
            return redis;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String startCluster() {
        List<EmbeddedRedis> nodes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            nodes.add(start(null, Map.of("cluster-enabled", "yes", "cluster-node-timeout", "5000")));
        }
        join(nodes);
        return url(nodes);
    }

    public static String url(List<EmbeddedRedis> nodes) {
        return "redis-cluster://" + String.join(",", nodes.stream().map(node -> "127.0.0.1:" + node.port()).toList());
    }

    /**
     * Makes a cluster of servers that know nothing yet: three masters, and replicas of the first from the fourth on.
     */
    static void join(List<EmbeddedRedis> nodes) {
        int share = 16384 / 3 + 1;
        for (int i = 0; i < nodes.size(); i++) {
            if (i < 3) {
                int from = i * share;
                int to = Math.min(16383, from + share - 1);
                ask(nodes.get(i), "ADDSLOTSRANGE", Integer.toString(from), Integer.toString(to));
            }
            ask(nodes.get(i), "MEET", "127.0.0.1", Integer.toString(nodes.get((i + 1) % nodes.size()).port()));
        }
        for (EmbeddedRedis node : nodes) {
            Eventually.until("the nodes know each other", () -> ask(node, "INFO").contains("cluster_known_nodes:"
                    + nodes.size()));
        }
        for (EmbeddedRedis replica : nodes.subList(3, nodes.size())) {
            Eventually.until("the replica knows its master", () -> ask(replica, "REPLICATE", ask(nodes.get(0), "MYID"))
                    .equals("OK"));
        }
        for (EmbeddedRedis node : nodes) {
            Eventually.until("the cluster agrees", () -> ask(node, "INFO").contains("cluster_state:ok"));
        }
    }

    /** Sends a signal by its name without {@code SIG}, such as {@code STOP}. */
    public static void signal(String name, EmbeddedRedis redis) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(redis.process().pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    /** The answer to a CLUSTER command, or its error. */
    static String ask(EmbeddedRedis node, String... words) {
        try (Connection connection = new Connection("127.0.0.1", node.port())) {
            connection.sendCommand(Command.CLUSTER, words);
            return Replies.text(connection.getOne());
        } catch (JedisDataException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
