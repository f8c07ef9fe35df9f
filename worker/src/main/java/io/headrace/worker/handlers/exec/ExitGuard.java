package io.headrace.worker.handlers.exec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A small shell beside this JVM that ends what commands have left running when the JVM is gone, killed or crashed
 * included. It has a session of its own, hears no signal but SIGKILL, and ends a second after the JVM. One a JVM,
 * started before its first command and anew when somebody has killed it; guarded by the class.
 */
final class ExitGuard {
    private static final String SCRIPT = script();

    private static @Nullable Process running;

    private ExitGuard() {}

    /** Returns when there is one. */
    static synchronized void ensure() throws IOException, InterruptedException {
        if (running == null || !running.isAlive()) {
            ProcessBuilder builder = new ProcessBuilder(ChildProcess.inOwnSession("sh", "-c", SCRIPT,
                    "headrace-guard", ProcessMark.beginning()));
            builder.environment().keySet().removeIf(name -> !name.equals("PATH")); // it outlives us: no secrets
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
            running = ChildStart.of(builder, Optional.empty());
        }
    }

    private static String script() {
        try (InputStream in = Objects.requireNonNull(ExitGuard.class.getResourceAsStream("exit-guard.sh"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
