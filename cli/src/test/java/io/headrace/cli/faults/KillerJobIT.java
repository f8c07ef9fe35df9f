package io.headrace.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.format.JsonFormat;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A job that takes down every worker that runs it. */
@Tag("faults")
final class KillerJobIT {
    private static final int INNOCENTS = 90;

    @Test
    void aJobThatKillsItsWorkersDiesAloneAfterThreeDeliveries() throws Exception {
        Path folder = MatrixReport.folder("killer-job");
        FaultStage.Plan plan = FaultStage.Plan.of(DurabilityMode.FSYNC).withWorkers(3, 40, Duration.ofSeconds(2));
        try (FaultStage stage = new FaultStage(folder, plan, RedisForms.standalone(folder, DurabilityMode.FSYNC))) {
            List<String> innocents = new ArrayList<>();
            String killer = "";
            for (int i = 0; i < INNOCENTS; i++) {
                innocents.add(submit(stage, 3_000, false));
                if (i == INNOCENTS / 2) {
                    killer = submit(stage, 1_000, true);
                }
            }
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
            while (!stage.unfinished().isEmpty() && System.nanoTime() < deadline) {
                stage.replaceTheDead();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }

            JsonNode dead = job(stage, killer);
            assertThat(dead.get("state").asText()).as(dead.toString()).isEqualTo("dead");
            assertThat(dead.at("/error/type").asText()).isEqualTo("worker_lost");
            assertThat(dead.get("attempts")).hasSize(3);
            int again = 0;
            for (String innocent : innocents) {
                JsonNode job = job(stage, innocent);
                assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("succeeded");
                again += job.get("attempts").size() > 1 ? 1 : 0;
            }
            MatrixReport.note("A job that kills its worker is dead with worker_lost after "
                    + dead.get("attempts").size()
                    + " deliveries; all " + INNOCENTS + " others succeeded, " + again + " of them in a later attempt.");
        }
        MatrixReport.delete(folder);
    }

    private static String submit(FaultStage stage, int ms, boolean deadly) throws Exception {
        HttpResponse<String> answer = stage.post("/v1/queues/default/jobs", "{\"type\":\"work\",\"payload\":{\"ms\":"
                + ms + ",\"failures\":0,\"deadly\":" + deadly + "}}");
        assertThat(answer.statusCode()).isEqualTo(202);
        return JsonFormat.mapper().readTree(answer.body()).get("id").asText();
    }

    private static JsonNode job(FaultStage stage, String id) throws Exception {
        return JsonFormat.mapper().readTree(stage.get("/v1/jobs/" + id).body());
    }
}
