package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody sees who follows the README for the first time. */
final class DevIT {
    private static final Duration READY = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    @Test
    void theFirstCommandIsReadySoonAndPrintsALineThatWorksWhenPasted() throws Exception {
        try (Deployment here = new Deployment(folder)) {
            HeadraceProcess dev = here.start("dev", "dev", "--port", "0", "--exec", "wordcount=wc -w");

            String line = dev.awaitOut("^ +curl ", READY).strip();
            assertThat(dev.out()).anyMatch(written -> written.contains("dashboard"))
                    .anyMatch(written -> written.matches("Redis is at redis://127\\.0\\.0\\.1:[0-9]+; .*"));
            assertThat(dev.err()).anyMatch(written -> written.contains(" redact=0 ") && written.contains("api.keys=0"));

            JsonNode job = JsonFormat.mapper().readTree(paste(line));
            assertThat(job.get("state").asText()).isEqualTo("succeeded");
            assertThat(job.get("result").asInt()).isEqualTo(6);
            assertThat(folder.resolve("headrace-data").resolve(".gitignore")).hasContent("*");

            dev.signal("INT");
            assertThat(dev.awaitExit(Deployment.A_WHILE)).isZero();
            assertThat(dev.err()).noneMatch(written -> written.contains("ERROR") || written.contains("WARN"));
        }
    }

    /** Reads the line as a shell does, and does what it asks curl to do; so the test needs no curl. */
    private static String paste(String line) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("sh", "-c", line.replaceFirst("^curl ", "printf '%s\\\\0' ")).start();
        String[] words = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\0", -1);
        assertThat(shell.waitFor(10, TimeUnit.SECONDS)).isTrue();
        HttpRequest.Builder request = HttpRequest.newBuilder();
        for (int i = 0; i < words.length; i++) {
            switch (words[i]) {
                case "-H" -> request.header(words[i + 1].split(": ", 2)[0], words[++i].split(": ", 2)[1]);
                case "-d" -> request.POST(HttpRequest.BodyPublishers.ofString(words[++i]));
                case "-s", "" -> assertThat(i).isNotNegative();
                default -> request.uri(URI.create(words[i]));
            }
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    @Test
    void aPayloadCanBePipedIn() throws Exception {
        try (Deployment here = new Deployment(folder)) {
            HeadraceProcess dev = here.start("dev", "dev", "--port", "0", "--exec", "wordcount=wc -w");
            String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

            Process shell = new ProcessBuilder("sh", "-c",
                    "printf '\"x y z\"' | \"$0\" -jar \"$1\" enqueue wordcount - --wait --api \"$2\"",
                    java, System.getProperty("headrace.jar"), RunningApi.of(dev).uri().toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();

            assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("3\n");
            assertThat(shell.waitFor()).isZero();
        }
    }

    @Test
    void twoHandlersOfOneTypeAreRefused() throws Exception {
        try (Deployment here = new Deployment(folder)) {
            HeadraceProcess dev = here.start("dev", "dev", "--port", "0", "--exec", "a=cat", "--exec", "a=wc");

            assertThat(dev.awaitExit(Deployment.A_WHILE)).isEqualTo(2);
            assertThat(dev.err()).anyMatch(line -> line.contains("'a' is given twice"));
        }
    }

    @Test
    void theCommandsTalkToItAndTellByTheirExitCodes() throws Exception {
        try (Deployment here = new Deployment(folder)) {
            HeadraceProcess dev = here.start("dev", "dev", "--port", "0", "--exec", "wordcount=wc -w", "--exec",
                    "broken=echo sorry >&2; exit 65");
            String api = RunningApi.of(dev).uri().toString();

            HeadraceProcess well = here.start("well", "enqueue", "wordcount", "\"a b c\"", "--wait", "--api", api);
            HeadraceProcess badly = here.start("badly", "enqueue", "broken", "--wait", "--api", api);
            HeadraceProcess missing = here.start("missing", "job", "show", "default_n1-0", "--api", api);
            assertThat(well.awaitExit(Deployment.A_WHILE)).isZero();
            assertThat(well.out()).containsExactly("3");
            assertThat(badly.awaitExit(Deployment.A_WHILE)).isEqualTo(1);
            assertThat(badly.out()).isEmpty();
            assertThat(badly.err()).anyMatch(line -> line.contains("dead after 1 attempt") && line.contains("sorry"));
            assertThat(missing.awaitExit(Deployment.A_WHILE)).isEqualTo(1);

            HeadraceProcess dead = here.start("dead", "dead", "list", "--api", api);
            HeadraceProcess workers = here.start("workers", "worker", "list", "-o", "json", "--api", api);
            assertThat(dead.awaitExit(Deployment.A_WHILE)).isZero();
            assertThat(dead.out()).hasSize(2);
            assertThat(workers.awaitExit(Deployment.A_WHILE)).isZero();
            assertThat(JsonFormat.mapper().readTree(String.join("\n", workers.out())).get("workers")).hasSize(1);
        }
    }

    @Test
    void aFolderOrPortInUseIsRefusedWithTheReason() throws Exception {
        try (Deployment here = new Deployment(folder)) {
            HeadraceProcess first = here.start("first", "dev", "--port", "0");
            int port = RunningApi.of(first).uri().getPort();

            HeadraceProcess sameFolder = here.start("same-folder", "dev", "--port", "0");
            HeadraceProcess samePort = here.start("same-port", "dev", "--data", "other", "--port", "" + port);

            assertThat(sameFolder.awaitExit(Deployment.A_WHILE)).isEqualTo(1);
            assertThat(String.join(" ", sameFolder.err())).contains("headrace-data is in use by another headrace");
            assertThat(samePort.awaitExit(Deployment.A_WHILE)).isEqualTo(1);
            assertThat(String.join(" ", samePort.err())).contains("port " + port).contains("--port");
            assertThat(first.alive()).isTrue();
        }
    }
}
