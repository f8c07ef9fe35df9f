package io.headrace.redis;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A redis-server of our own, for {@code dev} and for tests: a child process on loopback that keeps its data in a folder, with
 * the append-only file on. The program is the statically linked Redis 7.0 that comes with the jar, or a given one.
 *
 * <p>The folder is locked while this object lives. If the process that owned it was killed, its server may still run: the
 * next start ends that one in good order and goes on with its data.
 */
public final class EmbeddedRedis implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedis.class);
    /** A start replays the append-only file, which takes about a second per GB. */
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final String VERSION = "7.0.15";
    private static final String PORT_FILE = "redis.port";
    /**
     * Runs the server in its own place, with a companion that ends it when the standard input of both has ended: this process
     * holds its other end, and the system closes that whatever this process dies of.
     */
    private static final List<String> UNTIL_INPUT_ENDS = List.of("sh", "-c",
            "exec 3<&0; (read -r unused <&3; kill $$ 2>/dev/null) & exec \"$@\" 3<&- </dev/null", "sh");

    private final Path folder;
    private final Process process;
    private final int port;
    private final RandomAccessFile lockFile;

    private EmbeddedRedis(Path folder, Process process, int port, RandomAccessFile lockFile) {
        this.folder = folder;
        this.process = process;
        this.port = port;
        this.lockFile = lockFile;
    }

    /** Starts the server that comes with the jar. */
    public static EmbeddedRedis start(Path folder, int port) throws IOException {
        return start(folder, port, null, Map.of());
    }

    /**
     * Starts a server and waits until it answers.
     *
     * @param folder where its data lies; created if need be
     * @param port on 127.0.0.1; 0 for any free one
     * @param program a redis-server or valkey-server to run instead of the one in the jar, or null
     * @param settings further lines of its configuration
     * @throws IOException when the folder is in use by another process, the port is taken, or the server does not start; the message
     *             says which
     */
    public static EmbeddedRedis start(Path folder, int port, @Nullable Path program, Map<String, String> settings)
            throws IOException {
        return start(folder, port, program, settings, List.of());
    }

    /**
     * Starts a server on any free port, for a use that ends with this process: the server ends too, in whatever way this process does.
     *
     * @param program as {@link #start(Path, int, Path, Map)}
     * @param settings further lines of its configuration
     * @throws IOException as {@link #start(Path, int, Path, Map)}
     */
    public static EmbeddedRedis startForThisProcess(Path folder, @Nullable Path program, Map<String, String> settings)
            throws IOException {
        return start(folder, 0, program, settings, UNTIL_INPUT_ENDS);
    }

    private static EmbeddedRedis start(Path folder, int port, @Nullable Path program, Map<String, String> settings,
            List<String> launcher) throws IOException {
        Files.createDirectories(folder);
        Path absolute = folder.toRealPath();
        RandomAccessFile lock = lock(absolute);
        try {
            endOrphan(absolute);
            int chosen = port == 0 ? freePort() : port;
            Path executable = program == null ? unpack() : program;
            Process process = launch(absolute, chosen, executable, settings, launcher);
            EmbeddedRedis redis = new EmbeddedRedis(absolute, process, chosen, lock);
            redis.awaitAnswer();
            Files.writeString(absolute.resolve(PORT_FILE), Integer.toString(chosen));
            return redis;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** The server's address, for {@link RedisConfig#parse}. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** Its process. */
    public ProcessHandle process() {
        return process.toHandle();
    }

    private static RandomAccessFile lock(Path folder) throws IOException {
        RandomAccessFile file = new RandomAccessFile(folder.resolve("headrace.lock").toFile(), "rw");
        try {
            FileLock lock = file.getChannel().tryLock();
            if (lock != null) {
                return file;
            }
        } catch (OverlappingFileLockException e) {
            // held by this very process: reported below
        }
        file.close();
        throw new IOException(
                "the data folder " + folder + " is in use by another headrace; stop that one or choose another folder");
    }

    /** Ends the server that a killed owner left behind, if it still runs on this folder. */
    private static void endOrphan(Path folder) throws IOException {
        Path file = folder.resolve(PORT_FILE);
        if (!Files.exists(file)) {
            return;
        }
        String text = Files.readString(file).strip();
        Files.delete(file);
        if (!text.matches("[0-9]{1,5}")) {
            return;
        }
        Optional<ProcessHandle> orphan = serverOf(folder, Integer.parseInt(text));
        if (orphan.isEmpty()) {
            return;
        }
        LOG.info("ending the redis-server that an earlier run left behind pid={}", orphan.get().pid());
        end(orphan.get());
    }

    /** The process that listens on the port, if it is a server whose data lies in the folder. */
    private static Optional<ProcessHandle> serverOf(Path folder, int port) {
        try (Connection connection = connect(port)) {
            List<Object> answer = Replies.list(ask(connection, Command.CONFIG, "GET", "dir"));
            if (answer.size() < 2 || !Replies.text(answer.get(1)).equals(folder.toString())) {
                return Optional.empty();
            }
            return Replies.text(ask(connection, Command.INFO, "server")).lines()
                    .filter(line -> line.startsWith("process_id:"))
                    .findFirst().flatMap(line -> ProcessHandle.of(Long.parseLong(line.substring(11).strip())));
        } catch (JedisException e) {
            return Optional.empty();
        }
    }

    private static void end(ProcessHandle server) throws IOException {
        server.destroy();
        try {
            server.onExit().get(STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while redis-server " + server.pid() + " was stopping", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("redis-server " + server.pid() + " does not stop", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /**
     * The program that comes with the jar: copies it out, once a user and version.
     *
     * @throws IOException when none comes for this platform
     */
    public static Path unpack() throws IOException {
        String name = "redis-server-" + VERSION + "-" + platform();
        Path home = Path.of(System.getProperty("java.io.tmpdir"), "headrace-redis-" + System.getProperty("user.name"));
        Path target = home.resolve(name);
        if (Files.isExecutable(target) && Files.size(target) > 1_000_000) {
            return target;
        }
        Files.createDirectories(home);
        Path fresh = Files.createTempFile(home, name, ".part");
        try (InputStream in = EmbeddedRedis.class.getResourceAsStream("/" + name)) {
            if (in == null) {
                throw new IOException("no redis-server comes with this jar for " + platform()
                        + "; start one yourself and name it with --redis");
            }
            Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwx------"));
        return Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        String machine = switch (System.getProperty("os.arch")) {
            case "aarch64", "arm64" -> "arm64";
            case "x86", "i386" -> "386";
            default -> "amd64";
        };
        return system + "-" + machine;
    }

    static Process launch(Path folder, int port, Path executable, Map<String, String> settings,
            List<String> launcher) throws IOException {
        StringBuilder config = new StringBuilder();
        config.append("port ").append(port).append("\nbind 127.0.0.1\nprotected-mode yes\ndaemonize no\n");
        config.append("dir ").append('"').append(folder.toString().replace("\\", "\\\\").replace("\"", "\\\""))
                .append("\"\n");
        config.append("appendonly yes\nappendfsync everysec\nsave \"\"\nmaxmemory-policy noeviction\n");
        settings.forEach((name, value) -> config.append(name).append(' ').append(value).append('\n'));
        Path file = folder.resolve("redis.conf");
        Files.writeString(file, config);
        List<String> command = new ArrayList<>(ownSession());
        command.addAll(launcher);
        command.add(executable.toString());
        command.add(file.toString());
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(folder.resolve("redis.log").toFile()).start();
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
                throw new IOException("redis-server did not start: " + lastLog());
            }
            if (serverOf(folder, port).filter(server -> server.pid() == process.pid()).isPresent() && answers()) {
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

    /** Whether it serves data. It tells about itself earlier, while it still loads the data. */
    private boolean answers() {
        try (Connection connection = connect(port)) {
            return connection.ping();
        } catch (JedisException e) {
            return false;
        }
    }

    /** The reason that the server gives, from the end of its log. */
    private String lastLog() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("redis.log"));
        return String.join(" / ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    }

    private static Connection connect(int port) {
        Connection connection = new Connection(new HostAndPort("127.0.0.1", port),
                DefaultJedisClientConfig.builder().resp2()
                        .connectionTimeoutMillis(1_000).socketTimeoutMillis(2_000).build());
        connection.connect();
        return connection;
    }

    private static Object ask(Connection connection, Command command, String... arguments) {
        connection.sendCommand(command, arguments);
        return connection.getOne();
    }

    /** Stops the server, which writes its data to disk first, and frees the folder. */
    @Override
    public void close() throws IOException {
        try {
            end(process.toHandle());
            Files.deleteIfExists(folder.resolve(PORT_FILE));
        } finally {
            lockFile.close();
        }
    }
}
