package io.headrace.cli.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The JDK that child processes run on. */
record Jdk(Path home) {
    /** @param home null for the JDK that runs this */
    static Jdk of(@Nullable Path home) {
        return new Jdk(home == null ? Path.of(System.getProperty("java.home")) : home);
    }

    Path java() {
        return home.resolve("bin").resolve("java");
    }
}
