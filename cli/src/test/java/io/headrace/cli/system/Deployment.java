package io.headrace.cli.system;

import io.headrace.contract.history.Execution;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.contract.process.HeadraceProcess.Launcher;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Redis, api and workers as processes of their own, or {@code dev}, in a folder of the test. Every handler notes each
 * of its runs, under the name of its process; {@link #executions} tells them by worker. Used by one thread.
 */
public final class Deployment implements AutoCloseable {
    public static final Duration A_WHILE = Duration.ofSeconds(30);

    private final Path folder;
    private final Launcher launcher;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Map<String, String> workerOfName = new HashMap<>();

    public Deployment(Path folder) {
        this.folder = folder;
        this.launcher = Launcher.in(folder);
    }

    /** The shell command of a handler that notes its run first. */
    String noting(String command) {
        return "echo \"$HEADRACE_JOB_ID $HEADRACE_ATTEMPT $TEST_NAME\" >> " + folder.resolve("executions") + "; "
                + command;
    }

    /** Starts a command and does not wait for anything. */
    public HeadraceProcess start(String name, String... arguments) {
        return start(name, Map.of(), arguments);
    }

    /** The same with some variables in its environment. */
    public HeadraceProcess start(String name, Map<String, String> environment, String... arguments) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("TEST_NAME", name);
        HeadraceProcess process = launcher.start(name, all, List.of(arguments));
        parts.push(process);
        return process;
    }

    /** Starts a command that runs a worker, and waits until it does. */
    public HeadraceProcess startWorker(String name, String... arguments) throws InterruptedException {
        HeadraceProcess process = start(name, arguments);
        String line = process.awaitErr("worker started id=", A_WHILE);
        workerOfName.put(name, line.replaceFirst(".* id=(\\S+) .*", "$1"));
        return process;
    }

    /** The worker that runs in a process. */
    public String worker(String name) {
        return String.valueOf(workerOfName.get(name));
    }

    public EmbeddedRedis startRedis(int port) throws IOException {
        EmbeddedRedis redis = EmbeddedRedis.start(folder.resolve("redis"), port);
        parts.push(redis);
        return redis;
    }

    /** Every run of a handler so far. */
    List<Execution> executions() throws IOException {
        Path noted = folder.resolve("executions");
        Path named = folder.resolve("executions-by-worker");
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(noted)) {
            int name = line.lastIndexOf(' ') + 1;
            lines.add(line.substring(0, name) + worker(line.substring(name)));
        }
        Files.write(named, lines);
        return Execution.read(named);
    }

    @Override
    public void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }
}
