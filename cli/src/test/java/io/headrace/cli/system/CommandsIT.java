package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.cli.Ran;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What commands leave behind, at the end of their attempts and of their worker; in a container's process 1, too. */
final class CommandsIT {
    private static final int JOBS = 1_000;
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration A_MINUTE = Duration.ofMinutes(1);
    private static final Duration TWO_LEASES = LEASE.multipliedBy(2);
    /** Each leaves something that would stay for five minutes. */
    private static final List<String> LEAVING = List.of("setsid stay >/dev/null 2>&1 &",
            "(setsid sh -c 'stay &' >/dev/null 2>&1 &)", "nohup stay >/dev/null 2>&1 &",
            "exec 1>&- 2>&-; setsid stay &",
            "env -i BY=$BY setsid $(command -v stay) >/dev/null 2>&1 &", "stay & exit 3");
    private static final List<String> SLOWLY = List.of("setsid stay &", "setsid stubborn >/dev/null 2>&1 &");
    private static final List<String> RUNNING = List.of("setsid stay >/dev/null 2>&1 & stay", "exec 1>&- 2>&-; stay",
            "(setsid sh -c 'stubborn &' >/dev/null 2>&1 &) ; stubborn");

    @TempDir
    private Path folder;

    private Deployment here;
    private EmbeddedRedis redis;
    private RunningApi api;

    @BeforeEach
    void deploy() throws Exception {
        program("stay", "exec sleep 302");
        program("stubborn", "trap '' TERM HUP INT; sleep 302; sleep 302");
        here = new Deployment(folder);
        redis = here.startRedis(0);
        api = RunningApi.of(here.start("api", "api", "--port", "0", "--redis", redis.url()));
    }

    @AfterEach
    void close() throws Exception {
        here.close();
        left().forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void nothingIsLeftOfAThousandJobsNorOfTheirStoppedAndKilledWorkers() throws Exception {
        HeadraceProcess worker = worker("first");
        api.ended(enqueue(List.of("true"), 1, "")); // starts what stays
        long pipes = pipes(worker.pid());

        List<JobId> jobs = enqueue(LEAVING, JOBS - 150, "");
        jobs.addAll(enqueue(SLOWLY, 50, ""));
        jobs.addAll(enqueue(RUNNING, 50, ",\"timeout\":\"1s\""));
        List<JobId> cancelled = enqueue(RUNNING, 50, "");
        for (JobId id : cancelled) {
            awaitState(id, "running");
            assertThat(Ran.headrace("job", "cancel", id.toString(), "--api", api.uri().toString()).code()).isZero();
        }
        jobs.addAll(cancelled);
        api.ended(jobs);

        within(TWO_LEASES, () -> left().isEmpty() && threads(worker.pid(), "headrace-pipe") == 0
                && pipes(worker.pid()) <= pipes);

        startRunning(20);
        worker.terminate();
        assertThat(worker.awaitExit(Deployment.A_WHILE)).isZero();
        within(TWO_LEASES, () -> left().isEmpty());

        HeadraceProcess killed = worker("second");
        within(A_MINUTE, () -> left().size() >= 30);
        killed.kill9();
        within(TWO_LEASES, () -> left().isEmpty());
    }

    /** Needs the right to make a process name space; without it there is no process 1 to be. */
    @Test
    @EnabledIf("canBeProcessOne")
    void aWorkerThatIsProcessOneLeavesNoZombies() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", java,
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", System.getProperty("headrace.jar"), "worker",
                "--redis", redis.url(), "--slots", "20", "--exec", "t=" + command());
        builder.environment().putAll(environment());
        Process container = builder.redirectErrorStream(true).redirectOutput(folder.resolve("container").toFile())
                .start();
        try {
            api.ended(enqueue(LEAVING, 60, ""));
            ProcessHandle worker = container.children().findFirst().orElseThrow();

            within(TWO_LEASES, () -> left().isEmpty() && children(worker.pid()) <= 1); // the guard
        } finally {
            container.descendants().forEach(ProcessHandle::destroyForcibly);
            container.destroyForcibly().waitFor();
        }
    }

    static boolean canBeProcessOne() throws Exception {
        Process tried = new ProcessBuilder("sh", "-c", "unshare --pid --fork --kill-child --mount-proc true").start();
        return tried.waitFor(10, TimeUnit.SECONDS) && tried.exitValue() == 0;
    }

    private void startRunning(int count) throws Exception {
        for (JobId id : enqueue(RUNNING, count, "")) {
            awaitState(id, "running");
        }
        within(A_MINUTE, () -> left().size() >= count + count / 2);
    }

    private HeadraceProcess worker(String name) throws InterruptedException {
        HeadraceProcess worker = here.start(name, environment(), "worker", "--redis", redis.url(), "--slots", "50",
                "--lease", LEASE.toSeconds() + "s", "--grace", "0s", "--exec", "t=" + command());
        worker.awaitErr("worker started id=", Deployment.A_WHILE);
        return worker;
    }

    /** The job says what is done. */
    private static String command() {
        return "sh -c \"$(cat)\"";
    }

    private Map<String, String> environment() {
        return Map.of("HEADRACE_WORKER_MAX_RETRIES", "0", "BY", folder.toString(), "PATH",
                folder + ":" + System.getenv("PATH"));
    }

    private List<JobId> enqueue(List<String> commands, int count, String members) throws Exception {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(api.enqueue("t", '"' + commands.get(i % commands.size()) + '"', members));
        }
        return ids;
    }

    private void awaitState(JobId id, String state) {
        Awaitility.await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(20))
                .until(() -> api.job(id).get("state").asText().equals(state));
    }

    private static void within(Duration time, Callable<Boolean> condition) {
        Awaitility.await().atMost(time).pollInterval(Duration.ofMillis(100)).until(condition);
    }

    private void program(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    /** Processes of this test that sleep for five minutes, however they were started. */
    private List<ProcessHandle> left() {
        String mark = "BY=" + folder;
        return ProcessHandle.allProcesses().filter(process -> read(process.pid(), "environ").contains(mark)
                && read(process.pid(), "cmdline").startsWith("sleep\0")).toList();
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    private static long threads(long pid, String name) {
        return list("/proc/" + pid + "/task").filter(task -> {
            try {
                return Files.readString(task.resolve("comm")).strip().equals(name);
            } catch (IOException e) {
                return false;
            }
        }).count();
    }

    private static long pipes(long pid) {
        return list("/proc/" + pid + "/fd").filter(descriptor -> {
            try {
                return Files.readSymbolicLink(descriptor).toString().startsWith("pipe:");
            } catch (IOException e) {
                return false;
            }
        }).count();
    }

    /** Zombies included. */
    private static long children(long pid) {
        return list("/proc").filter(process -> read(process).contains(") Z " + pid + " ")
                || read(process).contains(") S " + pid + " ")).count();
    }

    private static String read(Path process) {
        return process.getFileName().toString().matches("[0-9]+")
                ? read(Long.parseLong(process.getFileName().toString()), "stat")
                : "";
    }

    private static Stream<Path> list(String folder) {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
