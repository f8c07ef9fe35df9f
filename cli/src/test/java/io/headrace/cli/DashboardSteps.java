package io.headrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import io.headrace.JobId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Processes for all tests of a class, and a browser for each of them. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class DashboardSteps {
    static final Duration SOON = Duration.ofSeconds(20);
    static final Locator.GetByLabelOptions EXACTLY = new Locator.GetByLabelOptions().setExact(true);

    Deployment here;
    Browser browser;

    @BeforeAll
    final void start(@TempDir Path folder) {
        here = new Deployment(folder);
    }

    @AfterAll
    final void end() throws Exception {
        here.close();
    }

    @BeforeEach
    final void open() {
        browser = new Browser();
    }

    @AfterEach
    final void close() {
        browser.close();
    }

    static JobId enqueue(Api api, String queue, String type, String members) throws Exception {
        HttpResponse<String> answer = api.post("/v1/queues/" + queue + "/jobs",
                "{\"type\":\"" + type + "\"" + members + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JobId.parse(Api.tree(answer).get("id").asText());
    }

    /** Answers a request in the place of the server. */
    static void answer(Route route, String json) {
        route.fulfill(new Route.FulfillOptions().setStatus(200).setContentType("application/json").setBody(json));
    }
}
