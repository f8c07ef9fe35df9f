package io.headrace.cli.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What all runs of this JVM found, in {@code target/faults/matrix.md}. Used by one thread. */
public final class MatrixReport {
    private static final Path FILE = Path.of("target", "faults", "matrix.md");
    private static final List<TrialResult> ROWS = new ArrayList<>();
    private static final List<String> MORE = new ArrayList<>();

    private MatrixReport() {}

    static void add(TrialResult row) throws IOException {
        ROWS.add(row);
        say(row.line());
        write();
    }

    /** A figure that has no place in the table. */
    public static void note(String sentence) throws IOException {
        MORE.add("- " + sentence);
        say(sentence);
        write();
    }

    /** For whoever watches. */
    public static void say(String line) {
        System.out.println("[faults] " + line);
    }

    private static void write() throws IOException {
        Files.createDirectories(FILE.getParent());
        Files.writeString(FILE, text());
    }

    /** A new folder for one trial. */
    public static Path folder(String name) throws IOException {
        return Files.createTempDirectory(Files.createDirectories(FILE.toAbsolutePath().getParent()), name + "-");
    }

    /** Removes the folder of a trial that went well; what is left tells why one did not. */
    public static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** All of it, as Markdown. */
    static String text() {
        StringBuilder text = new StringBuilder("Seed " + FaultSettings.SEED + "\n\n");
        if (!ROWS.isEmpty()) {
            text.append(TrialResult.HEAD).append('\n');
            ROWS.forEach(row -> text.append(row.line()).append('\n'));
        }
        if (!MORE.isEmpty()) {
            text.append('\n');
            MORE.forEach(sentence -> text.append(sentence).append('\n'));
        }
        return text.toString();
    }

    static void print() {
        System.out.println("\n" + text());
    }
}
