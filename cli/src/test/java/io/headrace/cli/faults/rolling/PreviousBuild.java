package io.headrace.cli.faults.rolling;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The jar of the build before this one: the one that {@code -Dfaults.previous} names, else one that is built from the
 * history of this repository, at the commit that the file {@code previous-build} names, and kept under {@code target}.
 */
final class PreviousBuild {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Path FOLDER = Path.of("target", "previous-build").toAbsolutePath();
    private static final int MINUTES = 15;

    private final String commit;

    private PreviousBuild(String commit) {
        this.commit = commit;
    }

    /** Builds it unless it is there, which takes half a minute. */
    static Path jar() throws IOException, InterruptedException {
        String named = System.getProperty("faults.previous");
        if (named == null) {
            return new PreviousBuild(commit()).built();
        }
        if (!Files.isRegularFile(Path.of(named))) {
            throw new AssertionError("-Dfaults.previous names no file: " + named);
        }
        return Path.of(named).toAbsolutePath();
    }

    private static String commit() throws IOException {
        try (InputStream file = Objects.requireNonNull(PreviousBuild.class.getResourceAsStream("previous-build"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> !line.startsWith("#")).findFirst().orElseThrow();
        }
    }

    private Path built() throws IOException, InterruptedException {
        Path jar = FOLDER.resolve(commit + ".jar");
        if (!Files.exists(jar)) {
            Path sources = FOLDER.resolve(commit);
            delete(sources); // of a run that was broken off
            checkOut(Files.createDirectories(sources));
            run(sources, "it does not build", System.getProperty("headrace.maven", "mvn"), "-B", "-ntp", "-q",
                    "-Dquick", "package", "-pl", "cli", "-am");
            Files.move(sources.resolve("cli/target/headrace.jar"), jar, StandardCopyOption.ATOMIC_MOVE);
            delete(sources);
        }
        return jar;
    }

    /**
     * Into a repository of its own: a worktree would be on record in this one, and unpacked into this one the build
     * would take itself for today's commit.
     */
    private void checkOut(Path sources) throws IOException, InterruptedException {
        run(sources, "git cannot be run", "git", "init", "-q");
        run(sources, "git cannot get it from this clone, which has it unless it is shallow; `git fetch --unshallow`"
                + " brings the history", "git", "fetch", "-q", "--depth", "1", REPOSITORY.toString(), commit);
        run(sources, "git cannot check it out", "git", "checkout", "-q", "--detach", "FETCH_HEAD");
    }

    private void run(Path sources, String otherwise, String... command) throws IOException, InterruptedException {
        Path log = FOLDER.resolve(commit + ".log");
        ProcessBuilder builder = new ProcessBuilder(command).directory(sources.toFile()).redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("GIT_")); // of a hook that runs us
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError("there is no jar of the previous build, commit " + commit + ": " + otherwise
                    + ". A jar that you have is named by -Dfaults.previous=/path/to/headrace.jar.\n--- "
                    + String.join(" ", List.of(command)) + "\n" + Files.readString(log));
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
