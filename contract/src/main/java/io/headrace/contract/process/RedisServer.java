package io.headrace.contract.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A redis-server or sentinel that a test kills, freezes and starts again on the same port and data. Its append-only
 * file is never rewritten, so it is the history of everything that was ever stored. Used by one thread.
 */
public final class RedisServer implements AutoCloseable {
    private static final Set<Process> OPEN = ConcurrentHashMap.newKeySet();
    private static final Duration A_MOMENT = Duration.ofSeconds(20);
    private static final Duration A_REPLY = Duration.ofSeconds(2);

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(Process::destroyForcibly)));
    }

    private final Path folder;
    private final int port;
    private final List<String> command;
    private Process process;

    private RedisServer(Path folder, int port, List<String> command) throws IOException {
        this.folder = folder;
        this.port = port;
        this.command = command;
        this.process = launch();
    }

    /**
     * Starts a server with its append-only file on, and waits until it answers.
     *
     * @param program the redis-server
     * @param folder where its data lies; created if need be
     * @param settings lines of its configuration, which override ours
     */
    public static RedisServer start(Path program, Path folder, Map<String, String> settings) throws IOException {
        return start(List.of(program.toString()), folder, settings, List.of());
    }

    /** The same with a command that in the end becomes the server, such as {@code prlimit … redis-server}. */
    public static RedisServer start(List<String> program, Path folder, Map<String, String> settings)
            throws IOException {
        return start(program, folder, settings, List.of());
    }

    /** Starts a sentinel. */
    public static RedisServer sentinel(Path program, Path folder, List<String> configuration) throws IOException {
        return start(List.of(program.toString()), folder, Map.of(), configuration);
    }

    private static RedisServer start(List<String> program, Path folder, Map<String, String> settings,
            List<String> sentinel) throws IOException {
        Files.createDirectories(folder);
        int port = FreePort.find();
        List<String> lines = new ArrayList<>(List.of("port " + port, "bind 127.0.0.1", "daemonize no",
                "dir " + folder.toAbsolutePath()));
        if (sentinel.isEmpty()) {
            lines.addAll(List.of("appendonly yes", "appendfsync everysec", "save \"\"",
                    "maxmemory-policy noeviction", "auto-aof-rewrite-percentage 0", "aof-use-rdb-preamble no"));
            settings.forEach((name, value) -> lines.add(name + ' ' + value));
        } else {
            lines.addAll(sentinel);
        }
        Path file = folder.resolve("redis.conf");
        Files.write(file, lines);
        List<String> command = new ArrayList<>(program);
        command.add(file.toString());
        if (!sentinel.isEmpty()) {
            command.add("--sentinel");
        }
        RedisServer server = new RedisServer(folder, port, command);
        server.awaitAnswer();
        return server;
    }

    private Process launch() throws IOException {
        Process started = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("redis.log").toFile())).start();
        OPEN.add(started);
        return started;
    }

    /** On loopback; the same after a restart. */
    public int port() {
        return port;
    }

    /** Where its data lies. */
    public Path folder() {
        return folder;
    }

    /** Of the process that runs now. */
    public long pid() {
        return process.pid();
    }

    /** Whether its process has not ended; a frozen one is alive. */
    public boolean alive() {
        return process.isAlive();
    }

    /** A connection of the test's own. */
    public RedisConnection connect() throws IOException {
        return new RedisConnection(port, A_REPLY);
    }

    /** One command on a connection of its own. */
    public String ask(String... words) throws IOException {
        try (RedisConnection connection = connect()) {
            return connection.ask(words);
        }
    }

    /** A field of {@code INFO}; empty when there is none. */
    public String info(String field) throws IOException {
        return ask("INFO").lines().filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip()).findFirst().orElse("");
    }

    /** Ends it as {@code kill -9} does; returns when it is gone. */
    public void kill9() {
        process.destroyForcibly();
        if (!poll(() -> !process.isAlive())) {
            throw new AssertionError("redis-server " + process.pid() + " survived SIGKILL");
        }
        OPEN.remove(process);
    }

    /** Stands it still ({@code SIGSTOP}). */
    public void freeze() {
        signal("STOP");
    }

    /** Lets it run on ({@code SIGCONT}). */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).inheritIO().start();
            if (!kill.waitFor(A_MOMENT.toSeconds(), TimeUnit.SECONDS) || kill.exitValue() != 0) {
                throw new AssertionError("redis-server " + pid() + " took no signal " + name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run kill", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while signalling", e);
        }
    }

    /** Starts it again on the same port and data, and waits until it answers. */
    public void restart() throws IOException {
        process = launch();
        awaitAnswer();
    }

    private void awaitAnswer() {
        if (!poll(() -> !process.isAlive() || answers()) || !process.isAlive()) {
            throw new AssertionError("redis-server did not start on port " + port + ", see " + folder.resolve(
                    "redis.log"));
        }
    }

    private boolean answers() {
        try {
            return ask("PING").equals("PONG");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean poll(BooleanSupplier condition) {
        long deadline = System.nanoTime() + A_MOMENT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        return true;
    }

    /** Ends it, frozen or not. */
    @Override
    public void close() {
        kill9();
    }
}
