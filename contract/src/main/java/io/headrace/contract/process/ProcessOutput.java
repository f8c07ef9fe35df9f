package io.headrace.contract.process;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * What a process writes to one of its streams: read by a thread of its own so that the process never blocks, kept in
 * memory for waiters and in a file for people.
 */
final class ProcessOutput {
    private final Path file;
    private final List<String> lines = new ArrayList<>(); // guarded by this
    private boolean ended; // guarded by this

    private ProcessOutput(Path file) {
        this.file = file;
    }

    static ProcessOutput of(InputStream stream, Path file) {
        ProcessOutput output = new ProcessOutput(file);
        Thread reader = new Thread(() -> output.copy(stream), "output-" + file.getFileName());
        reader.setDaemon(true);
        reader.start();
        return output;
    }

    private void copy(InputStream stream) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
                BufferedWriter out = Files.newBufferedWriter(file)) {
            String line = in.readLine();
            while (line != null) {
                out.write(line);
                out.newLine();
                out.flush();
                add(line);
                line = in.readLine();
            }
        } catch (IOException e) {
            add("(reading the output failed: " + e + ")");
        } finally {
            end();
        }
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** The first line in which the pattern is found; empty when the time is up or the output has ended without it. */
    synchronized Optional<String> await(Pattern pattern, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        int seen = 0;
        while (true) {
            for (; seen < lines.size(); seen++) {
                if (pattern.matcher(lines.get(seen)).find()) {
                    return Optional.of(lines.get(seen));
                }
            }
            long left = deadline - System.nanoTime();
            if (ended || left <= 0) {
                return Optional.empty();
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** Waits for its end, so that what the process wrote last is there to be read. */
    synchronized void awaitEnd(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!ended && deadline > System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, deadline - System.nanoTime()));
        }
    }
}
