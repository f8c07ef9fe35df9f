package io.headrace.bench.process;

import io.headrace.Durability;
import io.headrace.QueueName;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.config.RedisSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that a scenario started: the api, a worker, a bare reader, each in a JVM of its own with the options a user
 * would give it, which are none. Closing it ends it; it also ends when this process does, in whatever way. Thread-safe;
 * a thread of its own reads what the process says.
 */
public final class Child implements AutoCloseable {
    private static final long START_S = 60;
    /** A collection of a big heap on a busy machine. */
    private static final long ANSWER_S = 60;
    private static final long STOP_S = 20;
    private static final int TOLD_LINES = 5;
    /** How a line of output says that there are no more. */
    private static final String ENDED = "\0";

    private final String name;
    private final Process process;
    private final Path log;
    /** Lines of its output that are no answers, then {@link #ENDED}. */
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final String ready;

    private Child(String name, Jdk jdk, RedisConfig redis, List<String> arguments) throws IOException {
        this.name = name;
        this.log = Files.createTempFile("headrace-bench-" + name + "-", ".log");
        List<String> command = new ArrayList<>();
        command.add(jdk.java().toString());
        if (jdk.equals(Jdk.of(null))) { // what the launcher would start such a process with
            String options = System.getProperty("headrace.bench." + name, "");
            String archive = System.getProperty("headrace.bench.archive", "");
            command.addAll(Arrays.stream(options.split(" ")).filter(option -> !option.isEmpty()).toList());
            if (!options.isEmpty() && !archive.isEmpty()) {
                command.add(archive);
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ChildMain.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(variable -> variable.startsWith("HEADRACE_"));
        environment.put(RedisSettings.URL.variable(), redis.url()); // not an argument: it may hold a password
        environment.put(RedisSettings.PREFIX.variable(), redis.prefix());
        this.process = builder.start();
        Thread reader = new Thread(this::read, "bench-hears-" + name);
        reader.setDaemon(true);
        reader.start();
        this.ready = awaitReady();
    }

    /**
     * Starts the command {@code api} on a free port.
     *
     * @param program the main class that knows the command
     * @param durability what must have happened to a job before its 202
     */
    public static Child api(Jdk jdk, Class<?> program, RedisConfig redis, Durability durability) throws IOException {
        return new Child("api", jdk, redis,
                List.of(ChildMain.PROGRAM, program.getName(), "api", "--port", "0", "--durability",
                        durability.toString()));
    }

    /** Starts a worker with the {@link BenchHandlers}. */
    public static Child worker(Jdk jdk, RedisConfig redis, QueueName queue, int slots, String lease)
            throws IOException {
        return new Child("worker", jdk, redis,
                List.of("worker", queue.value(), Integer.toString(slots), lease));
    }

    /** Starts a {@link BareServer}. */
    public static Child bare(Jdk jdk, RedisConfig redis) throws IOException {
        return new Child("bare", jdk, redis, List.of("bare"));
    }

    /** Starts a {@link ReaderChild}. */
    public static Child reader(Jdk jdk, RedisConfig redis, QueueName queue) throws IOException {
        return new Child("reader", jdk, redis, List.of("reader", queue.value()));
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith(ChildMain.ANSWER)) {
                    answers.add(line.substring(ChildMain.ANSWER.length()));
                } else {
                    said.add(line);
                }
            }
        } catch (IOException e) {
            // it was ended while it spoke
        }
        said.add(ENDED);
        answers.add(ENDED);
    }

    private String awaitReady() throws IOException {
        String line = poll(said, START_S);
        if (line == null || line.equals(ENDED)) {
            String why = "the " + name + " of the benchmark did not start: " + lastWords();
            close();
            throw new IOException(why);
        }
        return line;
    }

    /** Where an api listens. */
    public URI uri() {
        return URI.create(ready);
    }

    /** Its process. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** What its JVM says of itself; see {@link JvmFigures#afterCollection}. */
    public JvmFigures jvm() throws IOException {
        return JvmFigures.parse(ask(JvmFigures.COMMAND));
    }

    /** Asks its role something. */
    public synchronized String ask(String command) throws IOException {
        OutputStream in = process.getOutputStream();
        String answer = null;
        try {
            in.write((command + "\n").getBytes(StandardCharsets.UTF_8));
            in.flush();
            answer = poll(answers, ANSWER_S);
        } catch (IOException e) {
            // it has ended: told below
        }
        if (answer == null || answer.equals(ENDED)) {
            throw new IOException("the " + name + " of the benchmark "
                    + (process.isAlive() ? "does not answer" : "has ended") + ": " + lastWords());
        }
        return answer;
    }

    private static @Nullable String poll(BlockingQueue<String> lines, long seconds) throws IOException {
        try {
            return lines.poll(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private String lastWords() throws IOException {
        if (!Files.exists(log)) {
            return "it was told to";
        }
        List<String> lines = Files.readAllLines(log);
        return String.join(" / ", lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
    }

    /** Ends it in good order, or at once when it takes too long. */
    @Override
    public void close() throws IOException {
        process.toHandle().destroy(); // Process.destroy would close its input, on which it halts
        try {
            if (!process.waitFor(STOP_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(log);
    }
}
