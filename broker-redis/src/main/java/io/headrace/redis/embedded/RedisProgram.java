package io.headrace.redis.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The redis-server that comes with the jar, copied out to be run: into the user's own cache folder, where it stays for
 * the next time, or, when there is none, into a new temporary folder that ends with this process.
 */
final class RedisProgram {
    private static final Logger LOG = LoggerFactory.getLogger(RedisProgram.class);
    private static final String VERSION = "7.0.15";
    private static final int CHUNK = 64 * 1024;
    /** Where it was found whole. Guarded by the class. */
    private static @Nullable Path unpacked;

    private RedisProgram() {}

    /**
     * Where it lies; copied there if need be. What lies there already is compared with the jar once in the life of this
     * process, byte by byte.
     *
     * @throws IOException when none comes for this platform, or it cannot be written
     */
    static synchronized Path unpack() throws IOException {
        Path known = unpacked;
        if (known != null && Files.isExecutable(known)) {
            return known;
        }
        String name = "redis-server-" + VERSION + "-" + platform();
        Path program = place(name, cache());
        unpacked = program;
        return program;
    }

    /** @param cache null for none */
    static Path place(String name, @Nullable Path cache) throws IOException {
        resource(name).close();
        if (cache != null) {
            try {
                Path folder = OwnFiles.folder(cache);
                OwnFiles.close(folder);
                return inFolder(name, folder);
            } catch (IOException e) {
                LOG.info("the cache folder cannot be used; redis-server goes into a temporary one folder={} error={}",
                        cache, e.getMessage());
            }
        }
        Path folder = Files.createTempDirectory("headrace-redis-");
        folder.toFile().deleteOnExit();
        Path program = inFolder(name, folder);
        program.toFile().deleteOnExit();
        return program;
    }

    private static Path inFolder(String name, Path folder) throws IOException {
        Path target = folder.resolve(name);
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            OwnFiles.check(target);
            if (Files.isExecutable(target) && isWhole(name, target)) {
                return target;
            }
        }
        Path fresh = Files.createTempFile(folder, name, ".part");
        try (InputStream in = resource(name)) {
            Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwx------"));
            return Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static boolean isWhole(String name, Path target) throws IOException {
        try (InputStream expected = resource(name); InputStream found = Files.newInputStream(target)) {
            byte[] wanted = expected.readNBytes(CHUNK);
            while (wanted.length > 0) {
                if (!Arrays.equals(wanted, found.readNBytes(wanted.length))) {
                    return false;
                }
                wanted = expected.readNBytes(CHUNK);
            }
            return found.read() < 0;
        }
    }

    private static InputStream resource(String name) throws IOException {
        InputStream in = RedisProgram.class.getResourceAsStream("/" + name);
        if (in == null) {
            throw new IOException("no redis-server for " + platform() + " is on the class path; an application adds"
                    + " io.headrace:headrace-embedded-redis or names a program of its own, a command names a Redis that"
                    + " runs with --redis");
        }
        return new BufferedInputStream(in, CHUNK);
    }

    /** The folder for what can be made again, as the XDG specification names it; null when there is no home. */
    private static @Nullable Path cache() {
        String named = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        if (!named.isEmpty() && Path.of(named).isAbsolute()) {
            return Path.of(named, "headrace");
        }
        Path home = Path.of(System.getProperty("user.home", ""));
        return home.isAbsolute() && Files.isDirectory(home) ? home.resolve(".cache").resolve("headrace") : null;
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
}
