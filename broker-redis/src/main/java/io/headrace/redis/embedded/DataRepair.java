package io.headrace.redis.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a damaged append-only file readable by cutting it off where the damage begins. The program for that is
 * {@code redis-server} itself, called by another name.
 */
public final class DataRepair {
    private static final String NAME = "redis-check-aof";
    private static final String MANIFEST = "appendonly.aof.manifest";
    private static final int COPIES = 1_000;
    private static final long PATIENCE_MIN = 30;

    /**
     * What was done.
     *
     * @param copy a folder that holds the files as they were
     * @param told what the program said at the end: the file, and how much was cut off
     */
    public record Repaired(Path copy, String told) {}

    private final DataFolder folder;
    private final Path checker;

    private DataRepair(DataFolder folder, Path checker) {
        this.folder = folder;
        this.checker = checker;
    }

    /**
     * Repairs the data of a folder on which no server runs.
     *
     * @param program the redis-server or valkey-server whose data it is, or null for the one in the jar
     * @return empty when nothing is damaged
     * @throws IOException when the folder is in use, or the damage cannot be cut off: the files are as they were
     */
    public static Optional<Repaired> of(Path path, @Nullable Path program) throws IOException {
        try (DataFolder folder = DataFolder.open(path)) {
            folder.endOrphan();
            if (!Files.exists(folder.data().resolve(MANIFEST))) {
                return Optional.empty();
            }
            Path checker = folder.path().resolve(NAME);
            Files.deleteIfExists(checker);
            Files.createSymbolicLink(checker, (program == null ? RedisProgram.unpack() : program).toAbsolutePath());
            try {
                return new DataRepair(folder, checker).run();
            } finally {
                Files.delete(checker);
            }
        }
    }

    private Optional<Repaired> run() throws IOException {
        if (check(List.of()).ok()) {
            return Optional.empty();
        }
        Path copy = copy();
        Checked fixed = check(List.of("--fix"));
        if (!fixed.ok()) {
            throw new IOException("the damage cannot be cut off: " + fixed.told()
                    + ". Move the folder away to start without its jobs, or bring back a backup");
        }
        return Optional.of(new Repaired(copy, fixed.told()));
    }

    private Path copy() throws IOException {
        Path copy = folder.path().resolve("appendonlydir.damaged");
        for (int i = 2; Files.exists(copy) && i < COPIES; i++) {
            copy = folder.path().resolve("appendonlydir.damaged-" + i);
        }
        OwnFiles.close(Files.createDirectory(copy));
        try (Stream<Path> files = Files.list(folder.data())) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(String.valueOf(file.getFileName())));
            }
        }
        return copy;
    }

    private record Checked(boolean ok, String told) {}

    private Checked check(List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(checker.toString()));
        command.addAll(options);
        command.add(folder.data().resolve(MANIFEST).toString());
        Path log = folder.path().resolve(DataFolder.LOG_FILE);
        OwnFiles.write(log, "");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            process.getOutputStream().write("y\n".getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().close();
        } catch (IOException e) {
            // it asked nothing and has ended
        }
        try {
            if (!process.waitFor(PATIENCE_MIN, TimeUnit.MINUTES)) {
                throw new IOException(NAME + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + NAME + " was running", e);
        } finally {
            process.destroyForcibly();
        }
        return new Checked(process.exitValue() == 0, lastWords(log));
    }

    /** The line that tells sizes, or else the last one. */
    private static String lastWords(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
        return lines.stream().filter(line -> line.startsWith("This will shrink")).findFirst()
                .orElse(lines.isEmpty() ? "" : lines.get(lines.size() - 1))
                .replaceFirst("^This will shrink the AOF ", "");
    }
}
