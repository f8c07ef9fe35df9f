package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.contract.process.HeadraceProcess;
import io.headrace.contract.process.HeadraceProcess.Launcher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts call client commands in loops: what a server needs must not cost them time. */
final class StartUpIT {
    private static final List<String> HEAVY = List.of("io.vertx.", "io.netty.", "redis.clients.", "ch.qos.logback.",
            "io.micrometer.", "com.fasterxml.jackson.databind.", "java.net.http.");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"enqueue email {}", "job list", "queue list", "dead list", "job watch default_n1-0"})
    void aClientCommandLoadsNothingOfAServer(String command) throws Exception {
        Path loaded = folder.resolve("loaded.txt");
        Map<String, String> environment = Map.of("HEADRACE_API", "http://127.0.0.1:1", "JDK_JAVA_OPTIONS",
                "-Xlog:class+load:file=" + loaded);

        try (HeadraceProcess process = Launcher.in(folder).start("client", environment, List.of(command.split(" ")))) {
            assertThat(process.awaitExit(Deployment.A_WHILE)).isEqualTo(69);
        }

        assertThat(Files.readString(loaded)).contains("io.headrace.cli.client.ApiClient");
        assertThat(Files.readAllLines(loaded))
                .noneMatch(line -> HEAVY.stream().anyMatch(name -> line.contains("] " + name)));
    }
}
