package io.headrace.contract.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * A real process of the {@code headrace} command, to be killed, frozen and stopped by a test. Its output goes to
 * {@code NAME.out} and {@code NAME.err} in a folder of the test. Used by one thread; {@link #close} leaves nothing
 * running, neither it nor what it started.
 */
public final class HeadraceProcess implements AutoCloseable {
    /** What still runs when the JVM ends in the middle of a test. */
    private static final Set<HeadraceProcess> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(HeadraceProcess::kill9All)));
    }

    private static final Duration A_MOMENT = Duration.ofSeconds(10);

    private final String name;
    private final Process process;
    private final ProcessOutput out;
    private final ProcessOutput err;
    /** Every child ever seen: when their parent is gone, nobody else knows them. */
    private final Set<ProcessHandle> children = new LinkedHashSet<>();

    /**
     * How processes are started.
     *
     * @param java the {@code java} command
     * @param jar the runnable jar
     * @param folder where outputs go, and where the processes run
     */
    public record Launcher(Path java, Path jar, Path folder) {
        /**
         * What the system properties {@code headrace.jar} and {@code headrace.java} name; the latter defaults to the
         * JVM that runs the test.
         *
         * @throws IllegalStateException when there is no such jar
         */
        public static Launcher in(Path folder) {
            String jar = System.getProperty("headrace.jar");
            if (jar == null || !Files.isRegularFile(Path.of(jar))) {
                throw new IllegalStateException("set -Dheadrace.jar to the runnable jar, was " + jar);
            }
            Path ours = Path.of(System.getProperty("java.home"), "bin", "java");
            return new Launcher(Path.of(System.getProperty("headrace.java", ours.toString())),
                    Path.of(jar).toAbsolutePath(), folder);
        }

        /** Starts {@code headrace} with these arguments. */
        public HeadraceProcess start(String name, String... arguments) {
            return start(name, Map.of(), List.of(arguments));
        }

        /**
         * Starts {@code headrace}.
         *
         * @param name tells its output files from those of others
         * @param environment set in addition to the test's own, from which every {@code HEADRACE_…} is taken out
         */
        public HeadraceProcess start(String name, Map<String, String> environment, List<String> arguments) {
            List<String> command = new ArrayList<>(List.of(java.toString(), "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1", "-Xmx256m", "-jar", jar.toString()));
            command.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
            builder.environment().keySet().removeIf(variable -> variable.startsWith("HEADRACE_"));
            builder.environment().putAll(environment);
            try {
                return new HeadraceProcess(name, builder.start(), folder);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot start " + command, e);
            }
        }
    }

    private HeadraceProcess(String name, Process process, Path folder) {
        this.name = name;
        this.process = process;
        this.out = ProcessOutput.of(process.getInputStream(), folder.resolve(name + ".out"));
        this.err = ProcessOutput.of(process.getErrorStream(), folder.resolve(name + ".err"));
        OPEN.add(this);
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it has not ended; a frozen process is alive. */
    public boolean alive() {
        return process.isAlive();
    }

    /** The lines on its standard output so far. */
    public List<String> out() {
        return out.lines();
    }

    /** The lines on its standard error so far. */
    public List<String> err() {
        return err.lines();
    }

    /**
     * Waits for a line on its standard output in which the pattern is found.
     *
     * @throws AssertionError with what it wrote, when there is none in time or it ended without
     */
    public String awaitOut(String regex, Duration atMost) throws InterruptedException {
        return await(out, regex, atMost);
    }

    /** The same for its standard error. */
    public String awaitErr(String regex, Duration atMost) throws InterruptedException {
        return await(err, regex, atMost);
    }

    private String await(ProcessOutput output, String regex, Duration atMost) throws InterruptedException {
        Optional<String> line = output.await(Pattern.compile(regex), atMost);
        noteChildren();
        return line.orElseThrow(() -> failure("wrote no line like '" + regex + "' within " + atMost));
    }

    /**
     * Waits until somebody accepts connections on a port of the loopback interface.
     *
     * @throws AssertionError with what it wrote, when nobody does in time or it ended
     */
    public void awaitPort(int port, Duration atMost) {
        boolean open = poll(() -> !alive() || accepts(port), atMost);
        noteChildren();
        if (!open || !alive()) {
            throw failure("did not listen on port " + port + " within " + atMost);
        }
    }

    private static boolean accepts(int port) {
        try (Socket connected = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return connected.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Waits for its end, and for the last of its output.
     *
     * @return its exit code; 128 and the signal's number when a signal ended it
     * @throws AssertionError with what it wrote, when it still runs after that time
     */
    public int awaitExit(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw failure("still runs after " + atMost);
        }
        out.awaitEnd(A_MOMENT);
        err.awaitEnd(A_MOMENT);
        return process.exitValue();
    }

    /**
     * Ends it as {@code kill -9} does, with no chance to clean up. What it started goes on. Returns when it is gone.
     */
    public void kill9() {
        noteChildren();
        process.toHandle().destroyForcibly(); // Process.destroyForcibly would drop what it wrote last
        if (!poll(() -> !process.isAlive(), A_MOMENT)) {
            throw failure("survived SIGKILL");
        }
    }

    /** Ends it and all that it started, as when the machine fails. */
    public void kill9All() {
        kill9();
        children.forEach(ProcessHandle::destroyForcibly);
        if (!poll(() -> children.stream().noneMatch(ProcessHandle::isAlive), A_MOMENT)) {
            throw failure("has children that survived SIGKILL: " + children);
        }
    }

    /** Stops it from running, as a machine that is paused ({@code SIGSTOP}); returns when it stands still. */
    public void freeze() {
        signal("STOP");
        if (!poll(() -> schedulerState() == 'T', A_MOMENT)) {
            throw failure("was not frozen");
        }
    }

    /** Lets it run on ({@code SIGCONT}). */
    public void thaw() {
        signal("CONT");
    }

    /** Asks it to end ({@code SIGTERM}); returns at once, see {@link #awaitExit}. */
    public void terminate() {
        noteChildren();
        process.toHandle().destroy(); // Process.destroy would close its output
    }

    /** Sends a signal by its name without {@code SIG}, such as {@code TSTP}. */
    public void signal(String signal) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).inheritIO().start();
            if (!kill.waitFor(A_MOMENT.toSeconds(), TimeUnit.SECONDS) || kill.exitValue() != 0) {
                throw failure("took no signal " + signal);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run kill", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("may not have got the signal " + signal + ": the test was interrupted");
        }
    }

    /** Ends it and all that it started, if they still run. */
    @Override
    public void close() {
        kill9All();
        OPEN.remove(this);
    }

    private void noteChildren() {
        process.descendants().forEach(children::add);
    }

    /** The letter that the kernel gives for it: R, S, T, Z…; T everywhere but on Linux, where nobody can say. */
    private char schedulerState() {
        Path stat = Path.of("/proc", Long.toString(pid()), "stat");
        if (!Files.isReadable(stat)) {
            return 'T';
        }
        try {
            String text = Files.readString(stat);
            return text.charAt(text.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return 'X';
        }
    }

    private static boolean poll(BooleanSupplier condition, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        return true;
    }

    private AssertionError failure(String what) {
        return new AssertionError("process '" + name + "' (pid " + pid() + ", "
                + (alive() ? "alive" : "exit code " + process.exitValue()) + ") " + what + "\n--- its output\n"
                + String.join("\n", tail(out())) + "\n--- its errors\n" + String.join("\n", tail(err())));
    }

    private static List<String> tail(List<String> lines) {
        return lines.subList(Math.max(0, lines.size() - 50), lines.size());
    }
}
