package io.headrace.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The JDK that child processes run on. */
public record Jdk(Path home) {
    /** @param home null for the JDK that runs this */
    public static Jdk of(@Nullable Path home) {
        return new Jdk(home == null ? Path.of(System.getProperty("java.home")) : home);
    }

    /** Its version's first number; 0 when it does not tell. */
    public int feature() {
        if (home.equals(of(null).home())) {
            return Runtime.version().feature();
        }
        try (Stream<String> lines = Files.lines(home.resolve("release"))) {
            return lines.filter(line -> line.startsWith("JAVA_VERSION=")).findFirst()
                    .map(line -> Runtime.Version.parse(line.substring(line.indexOf('"') + 1, line.lastIndexOf('"'))))
                    .map(Runtime.Version::feature).orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    Path java() {
        return home.resolve("bin").resolve("java");
    }
}
