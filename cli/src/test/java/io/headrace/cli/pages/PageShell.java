package io.headrace.cli.pages;

import io.headrace.contract.process.FreePort;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * The shell of somebody who follows a page: one bash from its beginning to its end, in a folder laid out like a
 * checkout that has been built. Ports that pages name are replaced by free ones, and folders of the machine by some of
 * the test. Servers run beside, and end with it. Used by one thread.
 */
public final class PageShell implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Pattern PORT = Pattern.compile("--port[ =](\\d+)");
    /** Where pages put things of the machine; a folder of the test is in the place of its root. */
    private static final Pattern SYSTEM_FOLDER = Pattern
            .compile("(?<![\\w./-])/(etc|var|opt|srv|home|backup)(?=/|\\b)");
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private final Path folder;
    private final Path notes;
    private final Path machine;
    /** Ports that pages name, each with the one in its place. */
    private final Map<String, String> ports = Map.of("8080", "" + FreePort.find(), "6379", "" + FreePort.find(), "8081",
            "" + FreePort.find());
    private final Process bash;
    private final BufferedWriter in;
    private final BufferedReader marks;
    private final Deque<Served> servers = new ArrayDeque<>();
    private int steps;

    /**
     * A process that runs beside the page.
     *
     * @param port where it listens, as the page names it; empty for a worker
     */
    private record Served(ProcessHandle process, String port, Path out, Path err) {
        boolean isReady() {
            return !port.isEmpty() ? read(out).contains("http://") : read(err).contains("worker started id=");
        }

        void stop() {
            process.destroy();
            Awaitility.await().atMost(BOUND).until(() -> !process.isAlive());
        }
    }

    public PageShell(Path scratch) throws IOException {
        folder = Files.createDirectories(scratch.resolve("headrace"));
        notes = Files.createDirectories(scratch.resolve("notes"));
        machine = Files.createDirectories(scratch.resolve("machine"));
        layOut();
        ProcessBuilder builder = new ProcessBuilder("bash", "--noprofile", "--norc").directory(folder.toFile())
                .redirectError(scratch.resolve("bash.err").toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("HEADRACE_") || name.startsWith("XDG_"));
        environment.put("PATH", folder.resolve("bin") + ":" + environment.get("PATH"));
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("HOME", Files.createDirectories(scratch.resolve("home")).toString());
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("HEADRACE_API_PORT", port("8080"));
        environment.put("HEADRACE_API", "http://127.0.0.1:" + port("8080"));
        bash = builder.start();
        in = new BufferedWriter(new OutputStreamWriter(bash.getOutputStream(), StandardCharsets.UTF_8));
        marks = new BufferedReader(new InputStreamReader(bash.getInputStream(), StandardCharsets.UTF_8));
        run("curl() { command curl --no-progress-meter \"$@\"; }"); // on a terminal it draws none either
        run("redis-cli() { command redis-cli -p " + port("6379") + " \"$@\"; }");
    }

    private void layOut() throws IOException {
        Path jar = Files.createDirectories(folder.resolve("cli/target")).resolve("headrace.jar");
        Files.copy(Path.of(System.getProperty("headrace.jar")), jar);
        Files.createSymbolicLink(folder.resolve("headrace.jar"), jar);
        Files.createDirectory(folder.resolve("bin"));
        Files.copy(ROOT.resolve("bin/headrace"), folder.resolve("bin/headrace"));
        try (Stream<Path> files = Files.walk(ROOT.resolve("deploy"))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(ROOT.relativize(file)));
            }
        }
    }

    /** The port in the place of one that pages name. */
    public String port(String named) {
        return String.valueOf(ports.get(named));
    }

    /** The same with folders of the machine replaced by those of the test. */
    public String inMachine(String text) {
        return SYSTEM_FOLDER.matcher(text).replaceAll(Matcher.quoteReplacement(machine.toString()) + "/$1");
    }

    /** Where the page's commands run. */
    Path folder() {
        return folder;
    }

    /**
     * Runs a command to its end.
     *
     * @return what it wrote, to both streams
     * @throws AssertionError when it fails, or does not end in time
     */
    public String run(String command) throws IOException {
        Path output = notes.resolve(++steps + ".out");
        int code = Integer.parseInt(enter("source '" + step(command) + "' >'" + output + "' 2>&1 </dev/null; echo $?"));
        String said = withNamedPorts(read(output));
        if (code != 0) {
            throw new AssertionError("exit code " + code + " of: " + command + "\n" + said + serversSaid());
        }
        return said;
    }

    /** Starts a server, in the place of one that listens already, and waits until it is ready. */
    void serve(String command) throws IOException {
        Matcher named = PORT.matcher(command);
        String port = command.contains("headrace worker") ? "" : named.find() ? named.group(1) : "8080";
        servers.stream().filter(server -> !port.isEmpty() && server.port().equals(port)).forEach(Served::stop);
        int step = ++steps;
        Path out = notes.resolve(step + ".out");
        Path err = notes.resolve(step + ".err");
        String pid = enter("( source '" + step(command.replaceFirst("headrace ", "exec headrace ")) + "' ) >'" + out
                + "' 2>'" + err + "' </dev/null & echo $!");
        Served server = new Served(ProcessHandle.of(Long.parseLong(pid)).orElseThrow(), port, out, err);
        servers.push(server);
        Awaitility.await().atMost(BOUND).until(() -> server.isReady() || !server.process().isAlive());
        if (!server.process().isAlive()) {
            throw new AssertionError("has ended: " + command + "\n" + read(out) + read(err));
        }
    }

    private Path step(String command) throws IOException {
        String text = inMachine(command);
        for (Map.Entry<String, String> port : ports.entrySet()) {
            text = text.replaceAll("\\b" + port.getKey() + "\\b", port.getValue());
        }
        return Files.writeString(notes.resolve(steps + ".sh"), text + "\n");
    }

    private String withNamedPorts(String text) {
        String named = text.replace(machine.toString(), "");
        for (Map.Entry<String, String> port : ports.entrySet()) {
            named = named.replaceAll("\\b" + port.getValue() + "\\b", port.getKey());
        }
        return named;
    }

    /** Has bash do something that ends with one line on its output. */
    private String enter(String line) throws IOException {
        CompletableFuture<Process> unused = bash.onExit().orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS)
                .whenComplete((ended, late) -> {
                    if (late != null) {
                        ended(bash.descendants().toList());
                    }
                });
        in.write(line + "\n");
        in.flush();
        String mark = marks.readLine();
        unused.cancel(false);
        if (mark == null) {
            throw new AssertionError("the shell has ended, or was ended after " + BOUND + ": " + line);
        }
        return mark;
    }

    private String serversSaid() {
        StringBuilder said = new StringBuilder();
        servers.forEach(server -> said.append("--- a server\n").append(read(server.out())).append(read(server.err())));
        return said.toString();
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void ended(List<ProcessHandle> processes) {
        processes.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(bash.descendants().toList());
        servers.forEach(Served::stop);
        bash.destroyForcibly();
        ended(all);
    }
}
