package io.headrace.redis.embedded;

import io.headrace.redis.config.RedisConfig;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A redis-server of our own, for {@code dev}, {@code bench} and tests: a child process on loopback that keeps its data
 * in a folder, with the append-only file on, and ends when this process does, in whatever way. The program is the
 * statically linked Redis 7.0 that comes with the jar, or a given one.
 *
 * <p>The folder is for the user of this process alone, and locked while this object lives.
 */
public final class EmbeddedRedis implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedis.class);
    /** A start replays the append-only file, which takes about a second per GB. */
    private static final Duration START = Duration.ofSeconds(60);
    /** The first port that a new folder is given, unless it is taken, and how many are tried after it. */
    private static final int FIRST_PORT = 6390;
    private static final int PORTS = 100;
    /**
     * Runs the server in its own place, with a companion that ends it when the standard input of both has ended: this
     * process holds its other end, and the system closes that whatever this process dies of.
     */
    private static final List<String> UNTIL_INPUT_ENDS = List.of("sh", "-c", "umask 077; exec 3<&0; "
            + "(read -r unused <&3; kill $$ 2>/dev/null) & exec \"$@\" 3<&- </dev/null", "sh");
    /**
     * What every version says of an append-only file that it cannot read: to use a program that does not come along.
     */
    private static final String DAMAGED = "redis-check-aof --fix";
    /** What every version says of a port that somebody listens on, in the words of either C library. */
    private static final Pattern TAKEN = Pattern.compile("bind: Address (already )?in use");
    /** So many ports are tried, should each be taken in the moment after its choice. */
    private static final int MAX_PORTS = 5;
    /**
     * What clients may make the server hold in all, so that one who has no password cannot fill the memory with
     * refusals.
     */
    private static final String CLIENTS_MEMORY = "512mb";

    private final DataFolder folder;
    private final Process process;
    private final int port;
    private final String secret;

    private EmbeddedRedis(DataFolder folder, Process process, int port, String secret) {
        this.folder = folder;
        this.process = process;
        this.port = port;
        this.secret = secret;
    }

    /** Starts the server that comes with the jar, without a password: for tests, on machines that nobody shares. */
    public static EmbeddedRedis start(Path folder, int port) throws IOException {
        return start(folder, port, null, Map.of());
    }

    /**
     * Starts a server without a password and waits until it answers: for tests, on machines that nobody shares.
     *
     * @param folder where its data lies; created if need be
     * @param port on 127.0.0.1; 0 for any free one
     * @param program a redis-server or valkey-server to run instead of the one in the jar, or null
     * @param settings further lines of its configuration
     * @throws IOException when the folder is in use by another process, the port is taken, or the server does not
     *             start; the message says which
     */
    public static EmbeddedRedis start(Path folder, int port, @Nullable Path program, Map<String, String> settings)
            throws IOException {
        return start(folder, at -> port == 0 ? anyPort() : port, "", program, settings);
    }

    /**
     * Starts a server that lets in only who can read the folder, which is the user of this process, and waits until it
     * answers. Its port is the one that it had on this folder before, as long as that is free.
     *
     * @param folder as {@link #start(Path, int, Path, Map)}, likewise the others
     * @throws IOException as {@link #start(Path, int, Path, Map)}, and when the folder or a file in it belongs to
     *         another user
     */
    public static EmbeddedRedis startPrivate(Path folder, @Nullable Path program, Map<String, String> settings)
            throws IOException {
        // A new one each time: who took the port in between may have been told the last one.
        return start(folder, EmbeddedRedis::stablePort, secret(), program, settings);
    }

    private static String secret() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** How the port is chosen. */
    private interface Ports {
        int choose(DataFolder folder) throws IOException;
    }

    private static EmbeddedRedis start(Path path, Ports ports, String secret, @Nullable Path program,
            Map<String, String> settings) throws IOException {
        DataFolder folder = DataFolder.open(path);
        try {
            folder.endOrphan();
            Path executable = program == null ? unpack() : program;
            EmbeddedRedis redis = answering(folder, ports, secret, executable, settings);
            folder.listening(redis.port, secret);
            return redis;
        } catch (IOException | RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /** Between the choice of a port and its use another process may take it; then there is another choice, or none. */
    private static EmbeddedRedis answering(DataFolder folder, Ports ports, String secret, Path executable,
            Map<String, String> settings) throws IOException {
        int port = ports.choose(folder);
        for (int tried = 1;; tried++) {
            Process process = launch(folder, port, secret, executable, settings);
            folder.started(process.toHandle());
            EmbeddedRedis redis = new EmbeddedRedis(folder, process, port, secret);
            try {
                redis.awaitAnswer();
                return redis;
            } catch (IOException e) {
                boolean taken = TAKEN.matcher(String.valueOf(e.getMessage())).find();
                int next = taken && tried < MAX_PORTS ? ports.choose(folder) : port;
                if (next == port) {
                    throw e;
                }
                port = next;
            }
        }
    }

    /** The server's address, for {@link RedisConfig#parse}; it holds the password, if there is one. */
    public String url() {
        return secret.isEmpty() ? "redis://127.0.0.1:" + port : "redis://:" + secret + "@127.0.0.1:" + port;
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** Its process. */
    public ProcessHandle process() {
        return process.toHandle();
    }

    /**
     * Whether a server that {@link #startPrivate} has started, in this process or another one of the same user, runs on
     * a folder; then {@code dev:FOLDER} is its address for {@link RedisConfig#parse}. False when the folder is another
     * user's.
     */
    public static boolean runsOn(Path folder) {
        try {
            return DataFolder.port(folder).isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The program that comes with the jar, copied out into the user's cache folder.
     *
     * @throws IOException when none comes for this platform
     */
    public static Path unpack() throws IOException {
        return RedisProgram.unpack();
    }

    private static int stablePort(DataFolder folder) throws IOException {
        OptionalInt last = folder.lastPort();
        if (last.isPresent()) {
            if (isFree(last.getAsInt())) {
                return last.getAsInt();
            }
            LOG.warn("the port of this folder is taken by another program; choosing another one port={}",
                    last.getAsInt());
        }
        OptionalInt next = IntStream.range(FIRST_PORT, FIRST_PORT + PORTS).filter(EmbeddedRedis::isFree).findFirst();
        return next.isPresent() ? next.getAsInt() : anyPort();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static int anyPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public static Process launch(DataFolder folder, int port, String secret, Path executable,
            Map<String, String> settings) throws IOException {
        StringBuilder config = new StringBuilder();
        config.append("port ").append(port).append("\nbind 127.0.0.1\nprotected-mode yes\ndaemonize no\n");
        config.append("dir ").append('"')
                .append(folder.path().toString().replace("\\", "\\\\").replace("\"", "\\\""))
                .append("\"\n");
        config.append("appendonly yes\nappendfsync everysec\nsave \"\"\nmaxmemory-policy noeviction\n");
        if (!secret.isEmpty()) {
            config.append("requirepass ").append(secret).append('\n');
            config.append("maxmemory-clients ").append(CLIENTS_MEMORY).append('\n');
        }
        settings.forEach((name, value) -> config.append(name).append(' ').append(value).append('\n'));
        OwnFiles.write(folder.config(), config.toString());
        OwnFiles.write(folder.log(), "");
        List<String> command = new ArrayList<>(ownSession());
        command.addAll(UNTIL_INPUT_ENDS);
        command.add(executable.toString());
        command.add(folder.config().toString());
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.log().toFile()).start();
    }

    /** Ctrl-C reaches every process of the terminal's group; the server must outlive those who still write to it. */
    private static List<String> ownSession() {
        boolean there = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .anyMatch(folder -> !folder.isEmpty() && Files.isExecutable(Path.of(folder, "setsid")));
        return there ? List.of("setsid") : List.of();
    }

    private void awaitAnswer() throws IOException {
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                String why = lastLog();
                throw why.contains(DAMAGED)
                        ? new DataUnreadable(why.replaceFirst("(?s).*append only file (\\S+?)[:.]? .*",
                                "the data is damaged: $1 cannot be read to its end"))
                        : new IOException("redis-server did not start: " + why);
            }
            if (answers()) {
                return;
            }
            try {
                process.waitFor(20, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                process.destroy();
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while redis-server was starting", e);
            }
        }
        process.destroy();
        throw new IOException("redis-server did not answer within " + START.toSeconds() + " s: " + lastLog());
    }

    /**
     * Whether it is our process that answers there, and serves data: it tells about itself earlier, while it still
     * loads.
     */
    private boolean answers() {
        try (Connection connection = connect()) {
            connection.sendCommand(Command.INFO, "server");
            String own = "process_id:" + process.pid();
            return connection.getOne() instanceof byte[] info
                    && new String(info, StandardCharsets.UTF_8).lines().anyMatch(line -> line.strip().equals(own))
                    && connection.ping();
        } catch (JedisException e) {
            return false;
        }
    }

    /** The reason that the server gives, from the end of its log. */
    private String lastLog() throws IOException {
        List<String> lines = Files.readAllLines(folder.log());
        return String.join(" / ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    }

    private Connection connect() {
        Connection connection = new Connection(new HostAndPort("127.0.0.1", port),
                DefaultJedisClientConfig.builder().protocol(RedisProtocol.RESP2)
                        .password(secret.isEmpty() ? null : secret).connectionTimeoutMillis(1_000)
                        .socketTimeoutMillis(2_000).build());
        connection.connect();
        return connection;
    }

    /** Stops the server, which writes its data to disk first, and frees the folder. */
    @Override
    public void close() throws IOException {
        try {
            DataFolder.end(process.toHandle());
            process.getOutputStream().close(); // the companion ends, while the number of the process is still its own
            folder.ended();
        } finally {
            folder.close();
        }
    }
}
