package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.contract.process.HeadraceProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code headrace top} on a real pseudo-terminal, which {@code script} of util-linux makes. */
final class TopIT {
    private static final String LEAVES_THE_SCREEN = "\033[?25h\033[?1049l";

    @TempDir
    private Path folder;

    @Test
    void aPersonPausesAQueueByKeysAndGetsTheTerminalBack() throws Exception {
        try (Deployment here = new Deployment(folder)) {
            RunningApi api = start(here);
            try (Keyboard top = new Keyboard(api)) {
                top.sees(">default");
                top.sees("live ");
                top.press("p");
                top.sees("pause queue 'default'? [y/N]");
                assertThat(paused(api)).isFalse();
                top.press("y");
                top.sees("queue 'default' is paused");
                assertThat(paused(api)).isTrue();
                top.sees("default (paused)");
                top.press("\033[B", "p");
                top.sees("resume queue 'default'? [y/N]");
                top.press("n");
                top.sees("nothing was done");
                top.press("?");
                top.sees("freeze the picture");
                top.press(" ", "q");
                top.typeOn(); // whoever does so does not wait for the prompt

                assertThat(top.exitCode()).isZero();
                assertThat(top.seen()).contains(LEAVES_THE_SCREEN).doesNotContain("Exception");
                assertThat(top.modesAfter()).isEqualTo(top.modesBefore());
            }
        }
    }

    @Test
    void theTerminalIsGivenBackWhenTheProcessIsToldToEnd() throws Exception {
        try (Deployment here = new Deployment(folder); Keyboard top = new Keyboard(start(here))) {
            top.sees(">default");
            top.terminate();
            top.typeOn();

            assertThat(top.exitCode()).isEqualTo(143);
            assertThat(top.seen()).contains(LEAVES_THE_SCREEN);
            assertThat(top.modesAfter()).isEqualTo(top.modesBefore());
        }
    }

    private static RunningApi start(Deployment here) throws Exception {
        String redis = here.startRedis(0).url();
        HeadraceProcess process = here.start("api", "api", "--port", "0", "--redis", redis);
        RunningApi api = RunningApi.of(process);
        api.enqueue("mail", "1", "");
        return api;
    }

    private static boolean paused(RunningApi api) throws IOException, InterruptedException {
        JsonNode queue = RunningApi.tree(api.get("/v1/queues/default"));
        return queue.get("paused").asBoolean();
    }

    /** A person at a terminal of 80×24, and what has come on it so far. */
    private final class Keyboard implements AutoCloseable {
        private final Process script;
        /** Guarded by itself. */
        private final StringBuilder seen = new StringBuilder();
        private final Thread eyes;

        Keyboard(RunningApi api) throws IOException {
            String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            String jar = Path.of(System.getProperty("headrace.jar")).toAbsolutePath().toString();
            String command = "stty rows 24 cols 80; echo before=$(stty -g); " + java + " -jar " + jar + " top --api "
                    + api.uri() + " --interval 200ms; echo code=$?; echo after=$(stty -g)";
            ProcessBuilder builder = new ProcessBuilder("script", "--quiet", "--flush", "--command", command,
                    "/dev/null").redirectErrorStream(true).directory(folder.toFile());
            builder.environment().put("TERM", "xterm-256color");
            builder.environment().put("SHELL", "/bin/sh");
            script = builder.start();
            eyes = new Thread(this::look);
            eyes.start();
        }

        private void look() {
            try (InputStream in = script.getInputStream()) {
                byte[] bytes = new byte[8192];
                for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                    synchronized (seen) {
                        seen.append(new String(bytes, 0, n, StandardCharsets.UTF_8));
                    }
                }
            } catch (IOException e) {
                // it has ended
            }
        }

        /** Waits until a text has come. */
        void sees(String text) {
            await().atMost(Deployment.A_WHILE).untilAsserted(() -> assertThat(seen()).contains(text));
        }

        void press(String... keys) throws IOException {
            for (String key : keys) {
                script.getOutputStream().write(key.getBytes(StandardCharsets.UTF_8));
                script.getOutputStream().flush();
            }
        }

        /** Key after key until the shell says that the process has ended. */
        void typeOn() {
            try {
                while (!seen().contains("code=") && script.isAlive()) {
                    press("x");
                    LockSupport.parkNanos(1_000_000);
                }
            } catch (IOException e) {
                // it has ended
            }
        }

        void terminate() {
            List<ProcessHandle> java = script.descendants()
                    .filter(child -> child.info().command().orElse("").endsWith("java")).toList();
            assertThat(java).hasSize(1);
            java.get(0).destroy();
        }

        String seen() {
            synchronized (seen) {
                return seen.toString();
            }
        }

        int exitCode() throws InterruptedException {
            assertThat(script.waitFor(Deployment.A_WHILE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            eyes.join(Deployment.A_WHILE.toMillis());
            return Integer.parseInt(after("code="));
        }

        String modesBefore() {
            return after("before=");
        }

        String modesAfter() {
            return after("after=");
        }

        private String after(String word) {
            return seen().replaceFirst("(?s).*" + word + "([0-9a-f:]+).*", "$1");
        }

        @Override
        public void close() {
            script.descendants().forEach(ProcessHandle::destroyForcibly);
            script.destroyForcibly();
        }
    }
}
