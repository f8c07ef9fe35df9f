package io.headrace.cli.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Programs of this machine that some tests need and that no build can bring along. */
public final class OnPath {
    private OnPath() {}

    /**
     * The program. Where it is missing the test is skipped and says so; in continuous integration, which installs it, a
     * missing program fails the test.
     */
    public static Path require(String program, String debianPackage) {
        Optional<Path> found = Arrays.stream(System.getenv("PATH").split(":")).map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable).findFirst();
        String missing = program + " is missing; install it with: apt-get install " + debianPackage;
        if (found.isEmpty() && System.getenv("CI") != null) {
            throw new AssertionError(missing);
        }
        Assumptions.assumeTrue(found.isPresent(), missing);
        return found.orElseThrow();
    }
}
