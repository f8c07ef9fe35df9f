package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.cli.faults.handler.PluginJar;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that the machine gives nothing more, as processes run by a plain {@code java -jar}. */
final class ExhaustionIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private Deployment here;
    private EmbeddedRedis redis;
    private RunningApi api;

    @BeforeEach
    void deploy() throws Exception {
        here = new Deployment(folder);
        redis = here.startRedis(0);
        api = RunningApi.of(here.start("api", "api", "--port", "0", "--redis", redis.url()));
    }

    @AfterEach
    void close() throws Exception {
        here.close();
    }

    private HeadraceProcess worker(String name, String... more) throws InterruptedException {
        List<String> arguments = new ArrayList<>(
                List.of("worker", "--redis", redis.url(), "--lease", "2s", "--slots", "10", "--exec", "nap=sleep 0.2"));
        arguments.addAll(List.of(more));
        return here.startWorker(name, arguments.toArray(String[]::new));
    }

    @Test
    void aWorkerWithoutMemoryEndsAndSaysSoAndAnotherRunsItsJobs() throws Exception {
        HeadraceProcess first = worker("first", "--plugins",
                PluginJar.folder(folder, HeapFillingHandler.class).toString());
        api.enqueue("fill", "\"x\"", "");
        List<JobId> naps = naps(20);

        assertThat(first.awaitExit(SOON)).isEqualTo(ExitCode.BROKEN);
        assertThat(first.err()).anyMatch(line -> line.startsWith("headrace: ending at once"));
        worker("second");
        for (JobId id : naps) {
            assertThat(api.ended(id).get("state").asText()).isEqualTo("succeeded");
        }
    }

    @Test
    void whatAWorkerWithoutDescriptorsCannotBeginRunsElsewhereInItsFirstAttempt() throws Exception {
        HeadraceProcess first = worker("first");
        api.ended(api.enqueue("nap", "\"x\"", "")); // all that it needs besides is open
        limitDescriptors(first);
        List<JobId> naps = naps(40);
        first.awaitErr("the machine refuses threads, children or descriptors", SOON);

        worker("second");
        for (JobId id : naps) {
            JsonNode job = api.ended(id);
            assertThat(job.get("state").asText()).isEqualTo("succeeded");
            assertThat(job.get("attempt").asInt()).as(job.toString()).isEqualTo(1);
        }
        assertThat(first.alive()).isTrue();
        first.terminate();
        assertThat(first.awaitExit(SOON)).isZero();
    }

    private List<JobId> naps(int count) throws Exception {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(api.enqueue("nap", "\"x\"", ""));
        }
        return ids;
    }

    /** Leaves a process what it has open, and enough for about one child. */
    private static void limitDescriptors(HeadraceProcess process) throws IOException, InterruptedException {
        long most;
        try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            most = open.mapToLong(path -> Long.parseLong(path.getFileName().toString())).max().orElseThrow();
        }
        Process limit = new ProcessBuilder("prlimit", "--pid", Long.toString(process.pid()), "--nofile=" + (most + 8))
                .inheritIO().start();
        assertThat(limit.waitFor()).isZero();
    }
}
