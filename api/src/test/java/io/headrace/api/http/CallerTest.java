package io.headrace.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.QueueName;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import io.headrace.api.TestApi;
import io.headrace.api.view.OperatorJson;
import io.headrace.broker.Overview;
import io.headrace.broker.Overview.Memory;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.broker.WorkerInfo.Running;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallerTest {
    private static final QueueName OTHER = new QueueName("other");

    private final Caller limited = new Caller("m", Role.VIEWER, Scope.of(List.of(TestApi.MAIL)), "::1", null, null);
    private final Running ours = new Running(JobId.parse("mail_n1-0"), new JobType("welcome"), 1, Instant.EPOCH);
    private final Running theirs = new Running(JobId.parse("other_n1-0"), new JobType("payroll"), 1, Instant.EPOCH);

    private static WorkerInfo worker(List<QueueName> queues, List<Running> running) {
        return new WorkerInfo(new WorkerId("w-1"), "host", 1, Instant.EPOCH, queues,
                List.of(new JobType("welcome"), new JobType("payroll"), new JobType("audit")), 10, running.size(),
                Duration.ofSeconds(30), "running", "1", running);
    }

    @Test
    void ofAWorkerOfOtherQueuesTooALimitedKeySeesWhatItRunsOfItsOwn() {
        WorkerInfo seen = limited.workers(List.of(worker(List.of(TestApi.MAIL, OTHER), List.of(ours, theirs)))).get(0);

        assertThat(seen.queues()).containsExactly(TestApi.MAIL);
        assertThat(seen.running()).containsExactly(ours);
        assertThat(seen.types()).containsExactly(new JobType("welcome"));
        assertThat(seen.busy()).isEqualTo(1);
        assertThat(seen.slots()).isEqualTo(10);
    }

    @Test
    void aWorkerOfItsQueuesOnlyALimitedKeySeesWhole() {
        WorkerInfo own = worker(List.of(TestApi.MAIL), List.of(ours));

        assertThat(limited.workers(List.of(own))).containsExactly(own);
        assertThat(limited.workers(List.of(worker(List.of(OTHER), List.of(theirs))))).isEmpty();
    }

    @Test
    void theMemoryOfRedisIsNotToldToALimitedKey() {
        Overview all = new Overview(Instant.EPOCH, List.of(), List.of(), new Memory(1_000, 2_000));

        assertThat(json(limited.visible(all))).contains("\"redis\":{}");
        assertThat(json(Caller.local("::1").visible(all))).contains("\"redis\":{\"usedBytes\":1000,\"maxBytes\":2000}");
    }

    private static String json(Overview overview) {
        return new String(JsonOut.object(out -> OperatorJson.overview(out, overview)), StandardCharsets.UTF_8);
    }
}
