package io.headrace.worker.handlers.exec;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.worker.handlers.HandlerFailure;
import io.headrace.worker.handlers.Heard;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands leave behind. Each command writes the process ids that matter into files of {@code $PIDS}. */
@Timeout(120)
class ExecLeftoversTest {
    /** The first says where it is and stays; the second does not even go when it is asked to. */
    private static final Map<String, String> PROGRAMS = Map.of(
            "stay", "echo > $PIDS/$$; exec sleep 302",
            "stubborn", "trap '' TERM HUP INT; echo > $PIDS/$$; sleep 302; sleep 302");
    /** Goes on when one of them has said so. */
    private static final String SEEN = "\nuntil ls $PIDS/* >/dev/null 2>&1; do sleep 0.01; done; echo done; true";

    @TempDir
    Path folder;
    private Path pids;

    @BeforeEach
    void writePrograms() throws IOException {
        pids = Files.createDirectory(folder.resolve("pids"));
        for (Map.Entry<String, String> program : PROGRAMS.entrySet()) {
            Path file = Files.writeString(folder.resolve(program.getKey()), "#!/bin/sh\n" + program.getValue());
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "stay &", "setsid stay &", "nohup stay >/dev/null 2>&1 &", "setsid stay >/dev/null 2>&1 </dev/null &",
        "(setsid stay >/dev/null 2>&1 &) &", "(setsid sh -c \"stubborn &\" >/dev/null 2>&1 &)",
        "setsid stubborn >/dev/null 2>&1 &", "setsid stubborn &", "exec 1>&- 2>&-; setsid stay &",
        "env -i PIDS=$PIDS setsid $(command -v stay) >/dev/null 2>&1 &"})
    void whatACommandLeavesRunningEndsWithIt(String leave) throws Exception {
        assertThat(run(leave + SEEN)).isIn(Json.of("done"), null);

        assertThat(living()).isEmpty();
        assertThat(seen()).isNotEmpty();
    }

    @Test
    void whatACommandThatFailsLeavesRunningEndsWithIt() throws Exception {
        assertThatThrownBy(() -> run("setsid stay >/dev/null 2>&1 &" + SEEN + "; exit 3"))
                .isInstanceOf(HandlerFailure.class);

        assertThat(living()).isEmpty();
        assertThat(seen()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"setsid stay & wait", "setsid stubborn >/dev/null 2>&1 & sleep 302",
        "trap \"\" TERM; (setsid stubborn >/dev/null 2>&1 &) & sleep 302; sleep 302", "exec 1>&- 2>&-; stay"})
    void anInterruptEndsEverythingThatACommandHasStarted(String command) throws Exception {
        BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        Thread runner = new Thread(() -> {
            try {
                run(command);
            } catch (Exception e) {
                thrown.add(e);
            }
        });
        runner.start();
        awaitOne();

        runner.interrupt();

        assertThat(thrown.poll(30, SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(living()).isEmpty();
    }

    @Test
    void aWorkerThatStopsKillsEverythingThatItsCommandsHaveStarted() throws Exception {
        ExecHandler handler = new ExecHandler(new JobType("t"),
                in("setsid stubborn >/dev/null 2>&1 & sleep 302"));
        Thread runner = new Thread(() -> assertThatThrownBy(() -> handler.run(Json.NULL, Heard.of("t", Json.NULL)))
                .isInstanceOf(HandlerFailure.class));
        runner.start();
        awaitOne();

        handler.killChildren();

        assertThat(living()).isEmpty();
        runner.join(30_000);
        assertThat(runner.isAlive()).isFalse();
    }

    @Test
    void aCommandThatNobodyHasAHoldOfIsEndedByItsMark() throws Exception {
        ProcessMark mark = ProcessMark.next().orElseThrow();
        Process lost = new ProcessBuilder("sh", "-c",
                "sleep 0.2; " + mark.carriedBy(in("stay & setsid stubborn >/dev/null 2>&1 & wait"))).start();

        ChildStart.endLost(mark);

        assertThat(lost.waitFor(30, SECONDS)).isTrue();
        assertThat(living()).isEmpty();
    }

    @Test
    void threadsAndDescriptorsComeBack() throws Exception {
        run("true"); // the first starts what stays
        awaitThreads();
        long descriptors = descriptors();
        for (int i = 0; i < 16; i++) {
            run("setsid sleep 302 & echo done");
        }

        awaitThreads();
        assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
    }

    @Test
    void whatIsWrittenWithinTheSecondAfterTheEndStillCounts() throws Exception {
        assertThat(run("(sleep 0.5; read -r line; echo $line) <<END &\nlater\nEND\necho sooner; sleep 0.3"))
                .isEqualTo(Json.of("sooner\nlater"));
    }

    private String in(String command) {
        return "PIDS=" + pids + " PATH=" + folder + ":$PATH; export PIDS PATH; " + command;
    }

    private @Nullable Object run(String command) throws Exception {
        return new ExecHandler(new JobType("t"), in(command)).run(Json.NULL, Heard.of("t", Json.NULL));
    }

    /** The process ids that commands have written. */
    private List<Long> seen() {
        try (Stream<Path> files = Files.list(pids)) {
            return files.map(file -> Long.valueOf(file.getFileName().toString())).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Long> living() {
        return seen().stream().filter(pid -> ProcessHandle.of(pid).isPresent() && !zombie(pid)).toList();
    }

    private static boolean zombie(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
        } catch (IOException e) {
            return true;
        }
    }

    private void awaitOne() {
        await(() -> !seen().isEmpty());
    }

    private static void awaitThreads() {
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("headrace-pipe")));
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("in time").isNegative();
            Thread.onSpinWait();
        }
    }

    private static long descriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? 0 : open.length;
    }
}
