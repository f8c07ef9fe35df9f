package io.headrace.worker.handlers.exec;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.worker.handlers.Heard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A JVM that runs a command: what the command sees of it, and what becomes of it when the JVM is killed. */
@Timeout(120)
class ExitGuardTest {
    @TempDir
    Path folder;

    /** A program that runs one command and waits for its end. */
    static final class Running {
        public static void main(String[] args) throws Exception {
            new ExecHandler(new JobType("t"), args[0]).run(Json.NULL, Heard.of("t", Json.NULL));
        }
    }

    @Test
    void theCommandsOfAKilledWorkerAreEnded() throws Exception {
        Process worker = start("env -i setsid sh -c 'trap \"\" TERM HUP; echo $$; exec sleep 302' > " + folder
                + "/stubborn & echo $$ > " + folder + "/command; sleep 302");
        List<ProcessHandle> processes = List.of(said("stubborn"), said("command"));
        assertThat(processes).allMatch(ProcessHandle::isAlive);

        worker.toHandle().destroyForcibly();

        for (ProcessHandle process : processes) {
            process.onExit().get(30, SECONDS);
        }
    }

    @Test
    void theGuardHearsNoSignalsAndSeesNoSecrets() throws Exception {
        Process worker = start("echo $$ > " + folder + "/command; sleep 302");
        ProcessHandle command = said("command");
        ProcessHandle guard = worker.children().filter(child -> !child.equals(command)).findFirst().orElseThrow();

        assertThat(Files.readString(Path.of("/proc/" + guard.pid() + "/environ"))).doesNotContain("SECRET");
        guard.destroy();
        worker.toHandle().destroyForcibly();

        command.onExit().get(30, SECONDS);
        guard.onExit().get(30, SECONDS);
    }

    @Test
    void aCommandSeesNoneOfTheWorkersSettings() throws Exception {
        start("env > " + folder + "/environment; echo $$ > " + folder + "/command").waitFor();

        assertThat(Files.readString(folder.resolve("environment"))).contains("HEADRACE_JOB_ID=", "PATH=")
                .doesNotContain("SECRET");
    }

    private Process start(String command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Running.class.getName(), command);
        for (String name : List.of("HEADRACE_REDIS", "HEADRACE_API_KEY", "HEADRACE_API_KEYS", "HEADRACE_API",
                "WORKER_ARGS")) {
            builder.environment().put(name, "SECRET");
        }
        return builder.inheritIO().start();
    }

    /** The process that has written its id into a file. */
    private ProcessHandle said(String name) throws IOException {
        Path file = folder.resolve(name);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Files.exists(file) || !Files.readString(file).endsWith("\n")) {
            assertThat(System.nanoTime() - deadline).as("in time").isNegative();
            Thread.onSpinWait();
        }
        return ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).orElseThrow();
    }
}
