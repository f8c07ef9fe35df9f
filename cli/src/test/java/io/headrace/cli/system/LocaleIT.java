package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes in the C locale, as cron, systemd and bare containers start them. */
final class LocaleIT {
    private static final String TEXT = "größer – 大きい 😀";

    @TempDir
    private Path folder;

    @Test
    void aPlainJvmRefusesArgumentsAndSettingsThatItCannotRead() throws Exception {
        assertThat(run(List.of(java(), "-jar", jar(), "enqueue", "t", '"' + TEXT + '"'), Map.of())).isEqualTo(2);
        assertThat(err()).contains("LC_ALL=C.UTF-8").doesNotContain("Exception");

        assertThat(run(List.of(java(), "-jar", jar(), "worker", "--exec", "t=echo " + TEXT), Map.of())).isEqualTo(2);
        assertThat(err()).contains("LC_ALL=C.UTF-8");

        assertThat(run(List.of(java(), "-jar", jar(), "queue", "list"), Map.of("HEADRACE_API_KEY", TEXT))).isEqualTo(2);
        assertThat(err()).contains("HEADRACE_API_KEY holds");
    }

    @Test
    void theLauncherCarriesTextWholeToTheQueueAndToCommands() throws Exception {
        Path launcher = Files.copy(Path.of("../bin/headrace"), folder.resolve("headrace"));
        Files.createSymbolicLink(folder.resolve("headrace.jar"), Path.of(jar()));
        try (Deployment here = new Deployment(folder)) {
            EmbeddedRedis redis = here.startRedis(0);
            HeadraceProcess server = here.start("api", "api", "--port", "0", "--redis", redis.url());
            RunningApi api = RunningApi.of(server);
            Process worker = start(List.of(launcher.toString(), "worker", "--redis", redis.url(), "--exec",
                    "t=cat; echo ' " + TEXT + "'"), Map.of());
            try {
                String url = server.awaitOut("http://", Deployment.A_WHILE).replaceFirst(".*(http://.*)", "$1").strip();
                int code = run(List.of(launcher.toString(), "enqueue", "t", '"' + TEXT + '"', "--api", url), Map.of());
                assertThat(code).as(err()).isZero();
                JobId id = JobId.parse(Files.readString(folder.resolve("out")).strip());

                Awaitility.await().atMost(Duration.ofSeconds(60))
                        .until(() -> api.job(id).get("state").asText().equals("succeeded"));

                JsonNode job = api.job(id);
                assertThat(job.get("payload").asText()).isEqualTo(TEXT);
                assertThat(job.get("result").asText()).isEqualTo(TEXT + ' ' + TEXT);
            } finally {
                worker.destroy();
                worker.waitFor();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"enqueue --help", "bench --help", "job list --state QUIT", "enqueue t 1 --delay 9x"})
    void commandsSayTheSameInEveryLocale(String command) throws Exception {
        List<String> told = new ArrayList<>();
        for (String locale : List.of("-Duser.language=en", "-Duser.language=tr -Duser.country=TR",
                "-Duser.language=ar -Duser.extensions=u-nu-arab",
                "-Duser.language=th -Duser.extensions=u-ca-buddhist")) {
            List<String> line = new ArrayList<>(List.of(java()));
            line.addAll(List.of(locale.split(" ", -1)));
            line.addAll(List.of("-jar", jar()));
            line.addAll(List.of(command.split(" ", -1)));
            run(line, Map.of());
            told.add(Files.readString(folder.resolve("out")) + err());
        }
        assertThat(told).hasSize(4).containsOnly(told.get(0));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String jar() {
        return Path.of(System.getProperty("headrace.jar")).toAbsolutePath().toString();
    }

    private String err() throws IOException {
        return Files.readString(folder.resolve("err"));
    }

    private int run(List<String> command, Map<String, String> environment) throws Exception {
        Process process = start(command, environment);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** By a script in a file, as the JVM of this test may itself be unable to pass such text on. */
    private Process start(List<String> command, Map<String, String> environment) throws IOException {
        List<String> line = new ArrayList<>();
        environment.forEach((name, value) -> line.add(name + '=' + quoted(value)));
        line.add("LC_ALL=C");
        command.forEach(word -> line.add(quoted(word)));
        Path script = Files.writeString(Files.createTempFile(folder, "run", ".sh"),
                "unset LANG LC_CTYPE LC_ALL; JAVA_HOME='" + System.getProperty("java.home") + "'; export JAVA_HOME\n"
                        + "exec env " + String.join(" ", line));
        ProcessBuilder builder = new ProcessBuilder("sh", script.toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("HEADRACE_"));
        builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        return builder.redirectOutput(folder.resolve("out").toFile()).redirectError(folder.resolve("err").toFile())
                .start();
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
