package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.contract.process.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/headrace} beside the jar, as it is installed. */
final class LauncherIT {
    @TempDir
    private Path folder;

    private Path cache;

    @BeforeEach
    void install() throws IOException {
        cache = folder.resolve("cache");
        Files.copy(Path.of("../bin/headrace"), folder.resolve("headrace"));
        Files.createSymbolicLink(folder.resolve("headrace.jar"),
                Path.of(System.getProperty("headrace.jar")).toAbsolutePath());
    }

    @Test
    void aCommandThatFailsKeepsItsExitCodeAndLeavesNoArchive() throws Exception {
        int code = run(Path.of("failed"), "job", "list", "--api", "http://127.0.0.1:" + FreePort.find());

        assertThat(code).isEqualTo(69);
        assertThat(archives()).isEmpty();
    }

    @Test
    void theSecondCommandTakesItsClassesFromTheArchiveOfTheFirst() throws Exception {
        try (Deployment here = new Deployment(folder)) {
            String redis = here.startRedis(0).url();
            String api = here.start("api", "api", "--port", "0", "--redis", redis)
                    .awaitOut("http://", Deployment.A_WHILE).strip();

            assertThat(run(Path.of("first"), "queue", "list", "--api", api)).isZero();
            assertThat(run(Path.of("second"), "queue", "list", "--api", api)).isZero();
        }
        assertThat(archives()).singleElement().asString().endsWith(".jsa");
        assertThat(loaded(Path.of("first"))).noneMatch(line -> line.contains("shared objects file (top)"));
        assertThat(loaded(Path.of("second")))
                .anyMatch(line -> line.contains(" io.headrace.cli.client.ApiClient source: shared objects file (top)"));
    }

    @Test
    void anArchiveThatAnotherUserMayHavePutThereIsNotTaken() throws Exception {
        try (Deployment here = new Deployment(folder)) {
            String redis = here.startRedis(0).url();
            String api = here.start("api", "api", "--port", "0", "--redis", redis)
                    .awaitOut("http://", Deployment.A_WHILE).strip();
            Path open = Files.createDirectories(cache.resolve("headrace"));
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

            assertThat(run(Path.of("first"), "queue", "list", "--api", api)).isZero();
            assertThat(archives()).isEmpty();

            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwx------"));
            assertThat(run(Path.of("second"), "queue", "list", "--api", api)).isZero();
            Path archive = archives().get(0);
            assertThat(Files.getPosixFilePermissions(archive)).isSubsetOf(PosixFilePermissions.fromString("rw-------"));
            Files.createSymbolicLink(archive, Files.move(archive, folder.resolve("elsewhere")));
            assertThat(run(Path.of("third"), "queue", "list", "--api", api)).isZero();
        }
        assertThat(loaded(Path.of("third"))).noneMatch(line -> line.contains("shared objects file (top)"));
    }

    @Test
    void serversTakeTheirClassesFromTheArchiveThatWasAskedFor() throws Exception {
        assertThat(run(Path.of("none"), "worker", "--exec", "a=cat", "--redis", "redis://127.0.0.1:1", "--slots", "0"))
                .isEqualTo(2);
        assertThat(loaded(Path.of("none"))).noneMatch(line -> line.contains("io.headrace") && line.contains("(top)"));

        assertThat(run(Path.of("archive"), "archive")).isZero();

        String written = Files.readString(folder.resolve("archive.out")).strip();
        assertThat(Path.of(written)).isNotEmptyFile();
        assertThat(run(Path.of("used"), "worker", "--exec", "a=cat", "--redis", "redis://127.0.0.1:1", "--slots", "0"))
                .isEqualTo(2);
        assertThat(loaded(Path.of("used")))
                .anyMatch(line -> line.contains(" io.headrace.cli.server.WorkerOptions source: shared objects file"));
        assertThat(Files.readString(folder.resolve("used.out"))).contains("--slots").doesNotContain("[warning]");
    }

    private int run(Path name, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(Stream.of(folder.resolve("headrace").toString()), Stream.of(arguments)).toList());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("XDG_CACHE_HOME", cache.toString());
        builder.environment().put("JAVA_OPTS", "-Xlog:class+load:file=" + folder.resolve(name));
        Process process = builder.redirectErrorStream(true).redirectOutput(folder.resolve(name + ".out").toFile())
                .start();
        return process.onExit().get(Deployment.A_WHILE.toSeconds(), TimeUnit.SECONDS).exitValue();
    }

    private List<String> loaded(Path name) throws IOException {
        return Files.readAllLines(folder.resolve(name));
    }

    private List<Path> archives() throws IOException {
        try (Stream<Path> files = Files.list(Files.createDirectories(cache.resolve("headrace")))) {
            return files.toList();
        }
    }
}
