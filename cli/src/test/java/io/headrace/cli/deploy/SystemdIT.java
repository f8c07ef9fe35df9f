package io.headrace.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.cli.pages.DocPage;
import io.headrace.cli.pages.DocPage.Block;
import io.headrace.cli.pages.PageShell;
import io.headrace.cli.pages.ShellCommands;
import io.headrace.cli.system.Deployment;
import io.headrace.cli.system.OnPath;
import io.headrace.cli.system.RunningApi;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The units of systemd, set up by the steps of their page under a folder in the place of the machine's root. */
final class SystemdIT {
    private static final Path UNITS = Path.of("..", "deploy", "systemd");
    private static final String API = "headrace-api.service";
    private static final String WORKER = "headrace-worker@.service";

    @TempDir
    private Path scratch;

    private final Deque<Process> started = new ArrayDeque<>();
    private PageShell shell;
    private EmbeddedRedis redis;

    @BeforeEach
    void doWhatThePageSays() throws Exception {
        OnPath.require("openssl", "openssl");
        shell = new PageShell(scratch);
        List<Block> blocks = DocPage.all().stream().filter(page -> page.name().endsWith("deploying.md"))
                .flatMap(page -> page.blocks().stream()).toList();
        int setUp = 0;
        while (!blocks.get(setUp).text().startsWith("useradd ")) {
            setUp++;
        }
        assertThat(blocks.get(setUp - 1).language()).isEqualTo(DocPage.FIRST);
        for (Block block : blocks.subList(setUp - 1, setUp + 1)) {
            for (ShellCommands.ShellStep step : ShellCommands.ofScript(block.text())) {
                shell.run(step.command());
            }
        }
        redis = EmbeddedRedis.start(scratch.resolve("redis"), Integer.parseInt(shell.port("6379")));
    }

    @AfterEach
    void stop() throws IOException {
        started.forEach(Process::destroyForcibly);
        shell.close();
        redis.close();
    }

    @Test
    void apiAndWorkerRunAJobAsTheyAreSetUpAndEndWith0WhenTheyAreStopped() throws Exception {
        Process api = start(API, "");
        URI address = URI.create(awaitLine("api", "^http://"));
        String keys = String.valueOf(environment("api.env").get("HEADRACE_API_KEYS"));
        Process worker = start(WORKER, "1");
        awaitLine("worker", "worker started id=");

        RunningApi asked = new RunningApi(address, keys.substring(keys.indexOf(':') + 1));
        JsonNode job = asked.ended(asked.enqueue("wordcount", "\"to be or not to be\"", ""));

        assertThat(job.get("result").asInt()).isEqualTo(6);
        for (Process process : List.of(worker, api)) {
            process.toHandle().destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
    }

    @Test
    void aWorkerOfAnotherKindReadsItsOwnFileOnTop() throws Exception {
        Files.writeString(etc("worker-mail.env"), "WORKER_ARGS=--queue mail --exec 'welcome=cat'\n");

        start(WORKER, "mail");

        assertThat(awaitLine("worker", "worker started id=")).contains("queues={mail=1}", "types=[welcome]");
    }

    @Test
    void whatIsWrongInASettingOrMissingEndsWithACodeThatIsNotStartedAgain() throws Exception {
        Files.writeString(etc("worker-typo.env"), "HEADRACE_WORKER_SLOT=3\n");
        Files.writeString(etc("worker-gone.env"), "WORKER_ARGS=--plugins /no/such/folder\n");
        Files.writeString(etc("api.env"), "HEADRACE_API_BIND=0.0.0.0\nHEADRACE_API_KEYS=change-me\n");

        for (Process process : List.of(start(WORKER, "typo"), start(WORKER, "gone"), start(API, ""))) {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(ExitCode.USAGE);
        }
    }

    @Test
    void systemdFindsNothingToSayAboutTheUnits() throws Exception {
        OnPath.require("systemd-analyze", "systemd");
        Path folder = Files.createDirectory(scratch.resolve("units"));
        for (String unit : List.of(API, WORKER)) {
            Files.writeString(folder.resolve(unit.replace("@", "@1")),
                    Files.readString(UNITS.resolve(unit)).replace("/usr/bin/java", java()));
        }
        Process verify = new ProcessBuilder("systemd-analyze", "verify", "--man=no", folder.resolve(API).toString(),
                folder.resolve(WORKER.replace("@", "@1")).toString()).redirectErrorStream(true).start();
        String said = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(verify.waitFor()).as(said).isZero();
        assertThat(said).isEmpty();
    }

    /** Runs what a unit runs, with the environment that it reads; words in quotes stay together, as systemd has it. */
    private Process start(String unit, String instance) throws IOException {
        List<String> lines = Files.readAllLines(UNITS.resolve(unit));
        String command = values(lines, "ExecStart").get(0).replace("/usr/bin/java", java());
        ProcessBuilder builder = new ProcessBuilder();
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("HEADRACE_"));
        environment.put("HEADRACE_API_PORT", shell.port("8080"));
        for (String file : values(lines, "EnvironmentFile")) {
            String name = file.substring(file.lastIndexOf('/') + 1).replace("%i", instance);
            if (!file.startsWith("-") || Files.exists(etc(name))) {
                environment.putAll(environment(name));
            }
        }
        String words = inMachine(command.replace("$WORKER_ARGS", environment.getOrDefault("WORKER_ARGS", "")));
        String role = unit.contains("worker") ? "worker" : "api";
        Process process = builder.command("sh", "-c", "exec " + words).directory(scratch.toFile())
                .redirectErrorStream(true).redirectOutput(output(role)).start();
        started.push(process);
        return process;
    }

    private static List<String> values(List<String> unit, String key) {
        return unit.stream().filter(line -> line.startsWith(key + "=")).map(line -> line.substring(key.length() + 1))
                .toList();
    }

    private Map<String, String> environment(String name) throws IOException {
        return Files.readAllLines(etc(name)).stream().map(line -> line.split("=", 2))
                .collect(Collectors.toMap(entry -> entry[0], entry -> entry[1]));
    }

    private String awaitLine(String role, String regex) {
        Pattern pattern = Pattern.compile(regex);
        return Awaitility.await().atMost(Deployment.A_WHILE).until(() -> Files.readAllLines(output(role).toPath())
                .stream().filter(line -> pattern.matcher(line).find()).findFirst(), Optional::isPresent).orElseThrow();
    }

    private Path etc(String file) {
        return Path.of(inMachine("/etc/headrace/" + file));
    }

    private String inMachine(String text) {
        return shell.inMachine(text);
    }

    private File output(String role) {
        return scratch.resolve(role + ".out").toFile();
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
