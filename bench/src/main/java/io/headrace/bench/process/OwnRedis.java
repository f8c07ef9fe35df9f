package io.headrace.bench.process;

import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A Redis of the benchmark's own, which ends when this process does. Its data lies in a new temporary folder. */
public final class OwnRedis implements AutoCloseable {
    private final Path folder;
    private final EmbeddedRedis server;

    private OwnRedis(Path folder, EmbeddedRedis server) {
        this.folder = folder;
        this.server = server;
    }

    /**
     * Starts it.
     *
     * @param program a redis-server or valkey-server to run instead of the one that comes along, or null
     * @param settings lines of its configuration; unless they say otherwise it appends to a file and syncs that each
     *         second
     */
    public static OwnRedis start(@Nullable Path program, Map<String, String> settings) throws IOException {
        Path folder = Files.createTempDirectory("headrace-bench-");
        try {
            return new OwnRedis(folder, EmbeddedRedis.startPrivate(folder, program, settings));
        } catch (IOException | RuntimeException e) {
            delete(folder);
            throw e;
        }
    }

    public RedisConfig config() {
        return RedisConfig.parse(server.url());
    }

    /** The lines of its configuration that make another server a replica of this one. */
    public Map<String, String> asMaster() {
        return Map.of("replicaof", "127.0.0.1 " + server.port(), "masterauth",
                Objects.requireNonNull(config().password()));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            server.close();
        } finally {
            delete(folder);
        }
    }
}
