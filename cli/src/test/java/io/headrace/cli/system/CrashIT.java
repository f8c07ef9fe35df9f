package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.contract.history.HistoryChecker;
import io.headrace.contract.process.HeadraceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole of {@code dev} is killed with jobs in every state, and started again. */
final class CrashIT {
    private static final int QUEUED = 20;

    @TempDir
    private Path folder;

    private HeadraceProcess dev(Deployment here, String name) throws InterruptedException {
        return here.startWorker(name, "dev", "--port", "0", "--slots", "4", "--lease", "2s",
                "--exec", "count=" + here.noting("wc -w"),
                "--exec", "slow=" + here.noting("sleep 1.5; echo 7"),
                "--exec", "flaky=" + here.noting("test $HEADRACE_ATTEMPT -gt 1 && echo 8"));
    }

    @Test
    void everyJobOfAKilledDevEndsAfterItsRestart() throws Exception {
        try (Deployment here = new Deployment(folder)) {
            HeadraceProcess first = dev(here, "first");
            RunningApi api = RunningApi.of(first);
            List<JobId> ids = new ArrayList<>();
            JobId retrying = api.enqueue("flaky", "1", ",\"backoff\":{\"kind\":\"fixed\",\"base\":\"3s\"}");
            JobId scheduled = api.enqueue("count", "\"a b c d\"", ",\"delay\":\"3s\"");
            awaitState(api, retrying, "retrying");
            List<JobId> running = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                running.add(api.enqueue("slow", "1", ""));
            }
            for (JobId id : running) {
                awaitState(api, id, "running");
            }
            for (int i = 0; i < QUEUED; i++) {
                ids.add(api.enqueue("count", "\"a b c d\"", ""));
            }
            ids.addAll(running);
            ids.add(retrying);
            ids.add(scheduled);

            // Its redis-server goes on alone for now; the next start must cope with that.
            first.kill9();
            HeadraceProcess second = dev(here, "second");
            RunningApi again = RunningApi.of(second);

            assertThat(new HistoryChecker(ids, List.of()).check(again.ended(ids), here.executions())).isEmpty();
            assertThat(again.ended(scheduled).get("result").asInt()).isEqualTo(4);
            JsonNode retried = again.ended(retrying);
            assertThat(retried.get("result").asInt()).isEqualTo(8);
            assertThat(retried.get("attempts")).hasSize(2);
            JsonNode interrupted = again.ended(running.get(0));
            assertThat(interrupted.get("result").asInt()).isEqualTo(7);
            assertThat(interrupted.at("/attempts/0/outcome").asText()).isEqualTo("lost");
            assertThat(interrupted.at("/attempts/0/worker").asText()).isEqualTo(here.worker("first"));
            assertThat(interrupted.at("/attempts/1/outcome").asText()).isEqualTo("succeeded");

            // The same when Redis dies with the rest, as when the machine fails.
            JobId last = again.enqueue("slow", "1", "");
            awaitState(again, last, "running");
            // appendfsync everysec: what is a second old is on disk, and kill -9 spares even the page cache.
            second.kill9All();
            RunningApi third = RunningApi.of(dev(here, "third"));
            assertThat(third.ended(last).get("result").asInt()).isEqualTo(7);
            assertThat(third.ended(ids)).hasSameSizeAs(ids);
        }
    }

    private static void awaitState(RunningApi api, JobId id, String state) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20))
                .until(() -> api.job(id).get("state").asText().equals(state));
    }
}
