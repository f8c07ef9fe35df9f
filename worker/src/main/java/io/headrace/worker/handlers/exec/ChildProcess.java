package io.headrace.worker.handlers.exec;

import io.headrace.InvalidInput;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command run by {@code sh -c}, in a session of its own where the machine has {@code setsid}. Whatever it has started
 * ends with it, and with this JVM. {@link #run} is called by one thread; threads named {@code headrace-pipe} read and
 * write the child's streams; {@link #killAll} may be called by any thread.
 */
public final class ChildProcess {
    private static final Logger log = LoggerFactory.getLogger(ChildProcess.class);
    /** A pipe takes this much without its reader, on every system we know; more is written by a thread of its own. */
    private static final int FITS_IN_PIPE = 16 * 1024;
    /** How long output is read on after the child has ended: the time of what it left in the background to end, too. */
    private static final long DRAIN_SECONDS = 1;
    private static final Charset ARGUMENTS = arguments();
    private static final boolean SETSID = onPath("setsid");
    /**
     * What a command does not see besides our settings: the arguments in our systemd unit, and a trace that is not its
     * job's.
     */
    private static final Set<String> HIDDEN = Set.of("WORKER_ARGS", "TRACEPARENT");

    private static final ExecutorService PIPES = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS,
            new SynchronousQueue<>(), task -> {
                Thread thread = new Thread(task, "headrace-pipe");
                thread.setDaemon(true);
                return thread;
            });

    private final Process process;
    private final ChildTree tree;
    private final Reader output;
    private final Reader errors;

    private ChildProcess(Process process, ChildTree tree, Reader output, Reader errors) {
        this.process = process;
        this.tree = tree;
        this.output = output;
        this.errors = errors;
    }

    /**
     * How a child ended.
     *
     * @param exitCode 128 + n after signal n, as shells say it
     * @param output null when it was longer than allowed
     */
    record Ended(int exitCode, byte @Nullable [] output) {}

    /** Starts a command. It inherits the worker's environment without Headrace's settings, which may hold secrets. */
    static ChildProcess start(String command, Map<String, String> environment)
            throws IOException, InterruptedException {
        Optional<ProcessMark> mark = ProcessMark.next();
        if (mark.isPresent()) {
            ExitGuard.ensure();
        }
        String line = mark.map(it -> it.carriedBy(command)).orElse(command);
        ProcessBuilder builder = new ProcessBuilder(inOwnSession("sh", "-c", line));
        builder.environment().keySet().removeIf(name -> name.startsWith("HEADRACE_") || HIDDEN.contains(name));
        builder.environment().putAll(environment);
        Reader output = new Reader();
        Reader errors = null;
        Process process = null;
        try {
            errors = new Reader();
            Process begun = ChildStart.of(builder, mark);
            process = begun;
            return new ChildProcess(begun, mark.<ChildTree>map(it -> new MarkedTree(begun, it))
                    .orElseGet(() -> new GroupTree(begun, SETSID)), output, errors);
        } finally {
            if (process == null) {
                output.notNeeded();
                if (errors != null) {
                    errors.notNeeded();
                }
            }
        }
    }

    /**
     * Checks that a command's text reaches its process as it is.
     *
     * @throws InvalidInput when the JVM would replace some of it
     */
    public static void checkText(String command) {
        if (!ARGUMENTS.newEncoder().canEncode(command)) {
            throw new InvalidInput("exec", "must have no characters that the locale's encoding, " + ARGUMENTS
                    + ", does not have (set LC_ALL=C.UTF-8), was '" + command + "'");
        }
        if (command.indexOf('\0') >= 0) {
            throw new InvalidInput("exec", "must have no NUL character");
        }
    }

    /** What the JVM writes arguments of processes in: until 17 the default charset, since then that of its property. */
    private static Charset arguments() {
        String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
        return Runtime.version().feature() < 18 || !Charset.isSupported(encoding) ? Charset.defaultCharset()
                : Charset.forName(encoding);
    }

    /** The command line that makes a program the head of a session, where the machine can. */
    static List<String> inOwnSession(String... program) {
        List<String> line = new ArrayList<>(SETSID ? List.of("setsid") : List.of());
        line.addAll(List.of(program));
        return line;
    }

    /**
     * Feeds the child, hears it, and waits for its end, and whatever it has started. An interrupt ends them all first.
     */
    Ended run(byte[] input, CommandOutput printed, Consumer<String> errorLine) throws InterruptedException {
        try {
            ErrorLines lines = new ErrorLines(errorLine);
            CompletableFuture<Void> all = CompletableFuture.allOf(
                    output.read(process.getInputStream(), printed::take),
                    errors.read(process.getErrorStream(), lines::take).thenRun(lines::end));
            feed(input);
            int code = process.waitFor();
            endTheRest(all, printed);
            return new Ended(code, printed.bytes());
        } catch (InterruptedException e) {
            tree.end();
            throw e;
        } catch (RuntimeException | Error e) { // such as a thread that the system refused
            ChildTree.kill(List.of(tree));
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

    /**
     * What the command has left running may end by itself while it holds the output, for a second; then it is ended.
     */
    private void endTheRest(CompletableFuture<Void> readers, CommandOutput output) throws InterruptedException {
        boolean heard = ended(readers, output);
        if (tree.alive()) {
            tree.end();
        }
        if (!heard && !ended(readers, output)) {
            log.warn("somebody holds the output of a command that has ended; two threads wait for them {}",
                    tree.name());
        }
    }

    private static boolean ended(CompletableFuture<Void> readers, CommandOutput output) throws InterruptedException {
        try {
            do {
                if (over(readers)) {
                    return true;
                }
            } while (output.heldUpWithin(TimeUnit.SECONDS.toNanos(DRAIN_SECONDS)));
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("reading the child's output failed", e.getCause());
        }
    }

    private static boolean over(CompletableFuture<Void> readers) throws InterruptedException, ExecutionException {
        try {
            readers.get(DRAIN_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Kills children, with whatever they have started, and returns when they are gone. */
    static void killAll(Collection<ChildProcess> children) {
        ChildTree.kill(children.stream().map(child -> child.tree).toList());
    }

    /**
     * A thread that will read a stream of a child. It is there before the child is: without, the child would run and be
     * killed.
     */
    private static final class Reader {
        private final CompletableFuture<Runnable> work = new CompletableFuture<>();
        private final CompletableFuture<Void> done = CompletableFuture.runAsync(() -> work.join().run(), PIPES);

        CompletableFuture<Void> read(InputStream in, Chunk chunk) {
            work.complete(() -> chunks(in, chunk));
            return done;
        }

        void notNeeded() {
            work.complete(() -> {});
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
