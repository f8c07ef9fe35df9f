package io.headrace.redis.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where an embedded Redis keeps its data, and what must be known about it the next time. Its files are for the user of
 * this process alone, and it is locked while this object lives. Used by one thread.
 */
public final class DataFolder implements AutoCloseable {
    static final String LOG_FILE = "redis.log";

    private static final Logger LOG = LoggerFactory.getLogger(DataFolder.class);
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final String LOCK_FILE = "headrace.lock";
    private static final String PORT_FILE = "redis.port";
    private static final String SECRET_FILE = "redis.secret";
    private static final String PROCESS_FILE = "redis.pid";
    private static final String CONFIG_FILE = "redis.conf";
    private static final String DATA = "appendonlydir";
    /** Process id and start of the server, in milliseconds since 1970. */
    private static final Pattern PROCESS = Pattern.compile("([0-9]{1,10}) ([0-9]{1,15})\\s*");
    /** The system tells when a process began by its clock of now, which may have been set meanwhile. */
    private static final long SAME_START_MS = 2_000;

    private final Path path;
    private final FileChannel lock;

    private DataFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Makes it, unless it is there, and locks it.
     *
     * @throws IOException when another process uses it, or when it, or a file in it, belongs to another user
     */
    public static DataFolder open(Path folder) throws IOException {
        Path real = OwnFiles.folder(folder);
        closeToOthers(real);
        FileChannel file = OwnFiles.open(real.resolve(LOCK_FILE));
        try {
            FileLock held = file.tryLock();
            if (held != null) {
                file.truncate(0);
                file.write(StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"));
                return new DataFolder(real, file);
            }
        } catch (OverlappingFileLockException e) {
            // held by this very process: reported below
        }
        String holder = holder(file);
        file.close();
        throw new IOException("the data folder " + real + " is in use by another headrace" + holder
                + "; stop that one or choose another folder");
    }

    /** A folder that holds other things than ours stays as open as it is; the files in it are closed each. */
    private static void closeToOthers(Path folder) throws IOException {
        if (Files.exists(folder.resolve(LOCK_FILE), LinkOption.NOFOLLOW_LINKS) || isEmpty(folder)) {
            OwnFiles.close(folder);
        } else if (OwnFiles.othersWrite(folder)) {
            throw new IOException(folder + " can be written by other users; choose a folder of your own");
        }
        for (String name : List.of(LOCK_FILE, PORT_FILE, SECRET_FILE, PROCESS_FILE, CONFIG_FILE, LOG_FILE)) {
            OwnFiles.closeFile(folder.resolve(name));
        }
        Path data = folder.resolve(DATA);
        if (Files.exists(data, LinkOption.NOFOLLOW_LINKS)) {
            OwnFiles.folder(data);
            OwnFiles.close(data);
            try (Stream<Path> files = Files.list(data)) {
                for (Path file : files.toList()) {
                    OwnFiles.closeFile(file);
                }
            }
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    /** Which process holds the lock, as it has written there. */
    private static String holder(FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(16);
        file.read(bytes, 0);
        String text = StandardCharsets.US_ASCII.decode(bytes.flip()).toString().strip();
        return text.matches("[0-9]+") ? " (process " + text + ")" : "";
    }

    Path path() {
        return path;
    }

    /** The folder of the append-only file and its manifest. */
    Path data() {
        return path.resolve(DATA);
    }

    Path config() {
        return path.resolve(CONFIG_FILE);
    }

    Path log() {
        return path.resolve(LOG_FILE);
    }

    /** The port that a server on this folder had last. */
    OptionalInt lastPort() throws IOException {
        String text = read(path.resolve(PORT_FILE));
        return text.matches("[0-9]{1,5}") ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }

    private static String read(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file).strip() : "";
    }

    /** Ends the server that an owner left behind who was killed, or waits for it to end. */
    void endOrphan() throws IOException {
        Optional<ProcessHandle> orphan = process(read(path.resolve(PROCESS_FILE)));
        if (orphan.isPresent()) {
            LOG.info("ending the redis-server that an earlier run left behind pid={}", orphan.get().pid());
            end(orphan.get());
        }
        Files.deleteIfExists(path.resolve(PROCESS_FILE));
        Files.deleteIfExists(path.resolve(SECRET_FILE));
    }

    /** The process that was written down, unless another one has its number by now. */
    static Optional<ProcessHandle> process(String written) {
        Matcher parts = PROCESS.matcher(written);
        if (!parts.matches()) {
            return Optional.empty();
        }
        long start = Long.parseLong(parts.group(2));
        return ProcessHandle.of(Long.parseLong(parts.group(1)))
                .filter(found -> found.info().startInstant()
                        .filter(began -> Math.abs(began.toEpochMilli() - start) <= SAME_START_MS).isPresent());
    }

    /** Writes down what {@link #endOrphan} will look for. */
    void started(ProcessHandle server) throws IOException {
        long start = server.info().startInstant().map(began -> began.toEpochMilli()).orElse(0L);
        OwnFiles.write(path.resolve(PROCESS_FILE), server.pid() + " " + start + "\n");
    }

    /** Writes down where the server is, for those of the same user who want to talk to it. */
    void listening(int port, String secret) throws IOException {
        OwnFiles.write(path.resolve(PORT_FILE), port + "\n");
        if (!secret.isEmpty()) {
            OwnFiles.write(path.resolve(SECRET_FILE), secret + "\n");
        }
    }

    /** Forgets the process, which has ended, and the secret; the port is for the next time. */
    void ended() throws IOException {
        Files.deleteIfExists(path.resolve(PROCESS_FILE));
        Files.deleteIfExists(path.resolve(SECRET_FILE));
    }

    /**
     * The port of the server that runs on a folder; empty when none does.
     *
     * @throws IOException when the folder or what it tells belongs to another user
     */
    public static Optional<Integer> port(Path folder) throws IOException {
        return secret(folder).isEmpty() ? Optional.empty() : own(folder, PORT_FILE).map(Integer::valueOf);
    }

    /** Its password, likewise. */
    public static Optional<String> secret(Path folder) throws IOException {
        return own(folder, SECRET_FILE);
    }

    private static Optional<String> own(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        OwnFiles.folder(folder);
        OwnFiles.check(file);
        return Optional.of(read(file));
    }

    /** Ends a process in good order. */
    static void end(ProcessHandle server) throws IOException {
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

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
