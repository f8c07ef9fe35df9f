package io.headrace.worker;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A command run by {@code sh -c}, in a session of its own where the machine has {@code setsid}, so that everything it starts
 * can be ended with it. {@link #run} is called by one thread; threads named {@code headrace-pipe} read and write the child's
 * streams; {@link #kill} may be called by any thread.
 */
final class ChildProcess {
    /** A pipe takes this much without its reader, on every system we know; more is written by a thread of its own. */
    private static final int FITS_IN_PIPE = 16 * 1024;
    /** Between asking a child to end and killing it. */
    private static final long TERM_SECONDS = 3;
    /** How long output is read on after the child has ended; what holds its pipes longer was left in the background. */
    private static final long DRAIN_SECONDS = 1;
    private static final int MAX_LINE_BYTES = 8_000;
    private static final boolean SETSID = onPath("setsid");
    private static final List<String> SETTINGS_KEPT = List.of("HEADRACE_API", "HEADRACE_API_KEY");

    private static final ExecutorService PIPES = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "headrace-pipe");
        thread.setDaemon(true);
        return thread;
    });

    private final Process process;

    private ChildProcess(Process process) {
        this.process = process;
    }

    /**
     * How a child ended.
     *
     * @param exitCode 128 + n after signal n, as shells say it
     * @param output null when it was longer than allowed
     */
    record Ended(int exitCode, @Nullable String output) {}

    /**
     * Starts a command. It inherits the worker's environment without Headrace's settings, which may hold passwords; those
     * that a client needs to reach the API stay.
     */
    static ChildProcess start(String command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = SETSID ? new ProcessBuilder("setsid", "sh", "-c", command)
                : new ProcessBuilder("sh", "-c", command);
        builder.environment().keySet()
                .removeIf(name -> name.startsWith("HEADRACE_") && !SETTINGS_KEPT.contains(name));
        builder.environment().remove("TRACEPARENT"); // the worker's own trace is not the job's
        builder.environment().putAll(environment);
        return new ChildProcess(builder.start());
    }

    /** Feeds the child, hears it, and waits for its end. An interrupt ends the child, and whatever it has started, first. */
    Ended run(byte[] input, int maxOutput, Consumer<String> errorLine) throws InterruptedException {
        Output output = new Output(maxOutput);
        CompletableFuture<Void> printed = CompletableFuture
                .runAsync(() -> chunks(process.getInputStream(), output), PIPES);
        CompletableFuture<Void> errors = CompletableFuture
                .runAsync(() -> lines(process.getErrorStream(), errorLine), PIPES);
        try {
            feed(input);
            int code = process.waitFor();
            drain(CompletableFuture.allOf(printed, errors));
            return new Ended(code, output.text());
        } catch (InterruptedException e) {
            end();
            throw e;
        }
    }

    private void feed(byte[] input) {
        if (input.length <= FITS_IN_PIPE) {
            write(input);
        } else {
            PIPES.execute(() -> write(input));
        }
    }

    /** A child may end, or close its input, without reading it: that is its own affair. */
    private void write(byte[] input) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input);
        } catch (IOException e) {
            // the child does not want it
        }
    }

    /** Waits for the rest of the output. Whoever still holds the pipes then is a leftover and is killed. */
    private void drain(CompletableFuture<Void> readers) throws InterruptedException {
        if (!ended(readers)) {
            kill();
            ended(readers);
        }
    }

    private static boolean ended(CompletableFuture<Void> readers) throws InterruptedException {
        try {
            readers.get(DRAIN_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("reading the child's output failed", e.getCause());
        }
    }

    /** Asks the child and its children to end, and kills them when they do not. */
    private void end() {
        signal("TERM");
        try {
            if (process.waitFor(TERM_SECONDS, TimeUnit.SECONDS) && !groupAlive()) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // asked twice: no more patience
        }
        kill();
    }

    /** Kills the child and its children at once. */
    void kill() {
        signal("KILL");
    }

    private void signal(String name) {
        List<ProcessHandle> tree = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
        if (SETSID) {
            shell("kill -s " + name + " -- -" + process.pid());
        }
        tree.forEach(name.equals("KILL") ? ProcessHandle::destroyForcibly : ProcessHandle::destroy);
    }

    /** Whether anybody is left in the child's session group. */
    private boolean groupAlive() {
        return SETSID ? shell("kill -s 0 -- -" + process.pid()) : process.descendants().findAny().isPresent();
    }

    private static boolean shell(String line) {
        boolean interrupted = Thread.interrupted();
        try {
            Process helper = new ProcessBuilder("sh", "-c", line).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return helper.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What a child prints, up to a bound; the rest is read and thrown away, so that the child can end. Guarded by itself. */
    private static final class Output implements Chunk {
        private final int max;
        private final ByteArrayOutputStream all = new ByteArrayOutputStream();
        private boolean tooLong;

        Output(int max) {
            this.max = max;
        }

        @Override
        public synchronized void take(byte[] bytes, int length) {
            tooLong |= all.size() + length > max;
            if (!tooLong) {
                all.write(bytes, 0, length);
            }
        }

        /** What was read so far, or null when it was too long. */
        synchronized @Nullable String text() {
            return tooLong ? null : all.toString(StandardCharsets.UTF_8);
        }
    }

    /** Hands over line by line; what is longer than anybody keeps is cut, not gathered. */
    private static void lines(InputStream in, Consumer<String> each) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        chunks(in, (chunk, length) -> {
            for (int i = 0; i < length; i++) {
                if (chunk[i] == '\n') {
                    each.accept(line.toString(StandardCharsets.UTF_8));
                    line.reset();
                } else if (line.size() < MAX_LINE_BYTES && chunk[i] != '\r') {
                    line.write(chunk[i]);
                }
            }
        });
        if (line.size() > 0) {
            each.accept(line.toString(StandardCharsets.UTF_8));
        }
    }

    private interface Chunk {
        void take(byte[] bytes, int length);
    }

    private static void chunks(InputStream in, Chunk chunk) {
        byte[] buffer = new byte[8192];
        try (in) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                chunk.take(buffer, n);
            }
        } catch (IOException e) {
            // the pipe was closed under us because the child has ended; what was read counts
        }
    }

    private static boolean onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.of(path.split(File.pathSeparator)).filter(folder -> !folder.isEmpty())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
