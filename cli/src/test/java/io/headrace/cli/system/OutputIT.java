package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results that cannot be written, as a shell sees it. */
final class OutputIT {
    @TempDir
    private Path folder;

    private record Shell(int code, String out, String err) {}

    @ParameterizedTest
    @ValueSource(strings = {"version", "--version", "--help", "help job list", "job list --help", "completion bash",
        "queue"})
    void aFullDiskIsAnErrorOfEveryCommand(String words) throws Exception {
        Shell shell = shell("headrace " + words + " > /dev/full");

        assertThat(shell.code()).isEqualTo(1);
        assertThat(shell.err()).isEqualTo("headrace: cannot write the output: No space left on device\n");
    }

    @Test
    void aFullDiskIsAnErrorOfTablesAndJsonAndAReaderThatHasSeenEnoughIsNone() throws Exception {
        try (Deployment here = new Deployment(folder)) {
            String redis = here.startRedis(0).url();
            String api = " --api "
                    + here.start("api", "api", "--port", "0", "--redis", redis).awaitOut("http://", Deployment.A_WHILE)
                            .strip();
            for (String words : List.of("enqueue mail", "queue list", "queue list -o json",
                    "job list -s parked -o json",
                    "queue history default -o json", "top --once", "queue list --watch=200ms",
                    "doctor -o json --redis " + redis)) {
                Shell shell = shell("headrace " + words + (words.startsWith("doctor") ? "" : api) + " > /dev/full");
                assertThat(shell.code()).as(words).isEqualTo(1);
                assertThat(shell.err()).contains("cannot write the output: No space left on device");
            }
            Shell closed = shell("{ headrace queue list --watch=200ms" + api + "; echo $? >&2; } | head -n 1");
            assertThat(closed.out()).startsWith("QUEUE");
            assertThat(closed.err()).isEqualTo("141\n");
        }
    }

    private static Shell shell(String script) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder("sh", "-c",
                "headrace() { '" + java + "' -jar \"$JAR\" \"$@\"; }; " + script);
        builder.environment().put("JAR", System.getProperty("headrace.jar"));
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Shell(process.exitValue(), out, err);
    }
}
