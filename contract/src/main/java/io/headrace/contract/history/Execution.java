package io.headrace.contract.history;

import io.headrace.JobId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of a handler, as the handler itself noted it: a line {@code <job id> <attempt> <worker>} that it appends to a
 * file before it does anything else.
 */
public record Execution(JobId job, int attempt, String worker) {
    /** The line to append, with its end. */
    public String line() {
        return job + " " + attempt + " " + worker + "\n";
    }

    /**
     * Reads such a file. A last line without an end was being written when its process was killed, and is left out.
     *
     * @throws IllegalArgumentException when any other line is not an execution
     */
    public static List<Execution> read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        List<Execution> all = new ArrayList<>();
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        whole.lines().forEach(line -> all.add(parse(line)));
        return all;
    }

    private static Execution parse(String line) {
        String[] parts = line.split(" ", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not an execution: '" + line + "'");
        }
        return new Execution(JobId.parse(parts[0]), Integer.parseInt(parts[1]), parts[2]);
    }
}
