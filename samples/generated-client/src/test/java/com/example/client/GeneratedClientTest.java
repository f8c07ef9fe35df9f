package com.example.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.client.api.JobsApi;
import com.example.client.api.QueuesApi;
import com.example.client.api.SystemApi;
import com.example.client.model.Backoff;
import com.example.client.model.BatchAnswer;
import com.example.client.model.Job;
import com.example.client.model.NewJob;
import com.example.client.model.Priority;
import com.example.client.model.State;
import io.headrace.api.ApiConfig;
import io.headrace.api.ApiServer;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a generator makes of the published document, used against the server that publishes it. */
class GeneratedClientTest {
    private final InMemoryBroker broker = new InMemoryBroker(new ManualClock());
    private final ApiClient client = new ApiClient();
    private ApiServer server;

    @BeforeEach
    void start() {
        server = ApiServer.start(ApiConfig.from(Map.of("HEADRACE_API_PORT", "0")), broker,
                new SimpleMeterRegistry());
        client.updateBaseUri(server.uri().toString());
    }

    @AfterEach
    void stop() {
        server.close();
        broker.close();
    }

    @Test
    void itSubmitsAJobAndReadsWhatBecameOfIt() throws ApiException {
        JobsApi jobs = new JobsApi(client);
        Job accepted = jobs.submitJob("mail", new NewJob().type("welcome").payload(Map.of("to", "ann@example.org"))
                .priority(Priority.HIGH).maxRetries(3).backoff(new Backoff().kind(Backoff.KindEnum.FIXED).base("5s")),
                "key-1", null, null);
        assertThat(accepted.getState()).isEqualTo(State.QUEUED);
        assertThat(accepted.getPriority()).isEqualTo(Priority.HIGH);
        assertThat(accepted.getPayload()).isEqualTo(Map.of("to", "ann@example.org"));

        Job found = jobs.getJob(accepted.getId(), null);
        assertThat(found.getId()).isEqualTo(accepted.getId());
        assertThat(found.getMaxRetries()).isEqualTo(3);
        assertThat(new QueuesApi(client)
                .listJobs("mail", State.QUEUED, null, null, null, null, null, null).getJobs()).hasSize(1);
    }

    @Test
    void itSubmitsABatchAndLooksAtTheQueue() throws ApiException {
        BatchAnswer answer = new JobsApi(client).submitBatch("mail",
                List.of(new NewJob().type("welcome").payload(1), new NewJob().type("welcome").payload(2),
                        new NewJob().type("welcome").maxRetries(1001)),
                null, null);
        assertThat(answer.getAccepted()).isEqualTo(2);
        assertThat(answer.getItems()).hasSize(3).first().satisfies(item -> assertThat(item.getId()).isNotBlank());
        assertThat(answer.getItems().get(2).getProblem().getField()).isEqualTo("maxRetries");
        assertThat(new QueuesApi(client).getQueue("mail").getQueue()).isEqualTo("mail");
        assertThat(new SystemApi(client).getReadiness().getStatus().getValue()).isEqualTo("ready");
    }

    @Test
    void whatIsRefusedSaysWhichField() {
        assertThatThrownBy(() -> new JobsApi(client).submitJob("mail", new NewJob().type("welcome").maxRetries(1001),
                null, null, null)).isInstanceOfSatisfying(ApiException.class, e -> {
                    assertThat(e.getCode()).isEqualTo(422);
                    assertThat(e.getResponseBody()).contains("\"field\":\"maxRetries\"");
                });
    }
}
