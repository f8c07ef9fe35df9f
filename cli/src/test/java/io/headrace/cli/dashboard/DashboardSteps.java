package io.headrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import io.headrace.JobId;
import io.headrace.cli.system.Deployment;
import io.headrace.cli.system.RunningApi;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Processes for all tests of a class, and a browser for each of them. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class DashboardSteps {
    public static final Duration SOON = Duration.ofSeconds(20);
    public static final Locator.GetByLabelOptions EXACTLY = new Locator.GetByLabelOptions().setExact(true);

    Deployment here;
    Browser browser;

    @BeforeAll
    public final void start(@TempDir Path folder) {
        here = new Deployment(folder);
    }

    @AfterAll
    public final void end() throws Exception {
        here.close();
    }

    @BeforeEach
    public final void open() {
        browser = new Browser();
    }

    @AfterEach
    public final void close() {
        browser.close();
    }

    public static JobId enqueue(RunningApi api, String queue, String type, String members) throws Exception {
        HttpResponse<String> answer = api.post("/v1/queues/" + queue + "/jobs",
                "{\"type\":\"" + type + "\"" + members + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JobId.parse(RunningApi.tree(answer).get("id").asText());
    }

    /** Answers a request in the place of the server. */
    public static void answer(Route route, String json) {
        route.fulfill(new Route.FulfillOptions().setStatus(200).setContentType("application/json").setBody(json));
    }
}
