package io.headrace.cli.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.headrace.JobId;
import io.headrace.cli.system.Deployment;
import io.headrace.cli.system.RunningApi;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The dashboard in a browser, beside real processes. Handlers wait for files, so that a test sees each state of a job.
 */
final class DashboardIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String LONG_NAME = "customer-notifications-of-the-european-region.priority-lane-we";
    private static final String HOSTILE = "<img src=x onerror=alert(origin)>";

    @TempDir
    private Path folder;

    private Deployment here;
    private Browser browser;
    private RunningApi api;

    @BeforeEach
    void open() throws Exception {
        here = new Deployment(folder);
        api = RunningApi
                .of(here.start("dev", "dev", "--port", "0", "--slots", "4", "--exec", "gated=" + gated(), "--exec",
                        "flaky=" + flaky(), "--exec", "hostile=" + hostile()));
        browser = new Browser();
    }

    @AfterEach
    void close() throws Exception {
        browser.close();
        here.close();
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private void touch(String name) throws IOException {
        Files.createFile(file(name));
    }

    /** Logs, tells its progress, and ends once there is a file. */
    private String gated() {
        return "echo 'at the gate' >&2; echo 'progress: 0.25 a quarter' >&2; while [ ! -e " + file("open")
                + " ]; do sleep 0.05; done; echo 42";
    }

    /** Is of no use until there is a file. */
    private String flaky() {
        return "[ -e " + file("mended") + " ] || { echo \"no route to host 10.0.0.$$\" >&2; exit 65; }";
    }

    private static String hostile() {
        return "echo '" + HOSTILE + "' >&2; echo 'progress: 0.5 " + HOSTILE + "' >&2; exit 65";
    }

    private void awaitCount(String state, int count) {
        Awaitility.await().atMost(SOON).pollInterval(Duration.ofMillis(50)).until(
                () -> RunningApi.tree(api.get("/v1/queues/default")).at("/counts/" + state).asInt() == count);
    }

    private Locator state(String label) {
        return browser.main().locator(".page-head .state").getByText(label);
    }

    @Test
    void aJobIsWatchedLiveToItsEnd() throws Exception {
        JobId id = api.enqueue("gated", "{\"order\":17}", "");

        browser.show(api.uri(), "#/jobs/" + id);

        assertThat(state("Running")).isVisible();
        assertThat(browser.main().getByRole(AriaRole.PROGRESSBAR)).containsText("25 % a quarter");
        assertThat(browser.main().getByRole(AriaRole.LOG)).containsText("at the gate");
        touch("open");
        assertThat(state("Succeeded")).isVisible();
        assertThat(browser.main().getByLabel("result", new Locator.GetByLabelOptions().setExact(true))).hasText("42");
        assertThat(browser.main().locator(".timeline")).containsText("Attempt 1: Succeeded");
        browser.assertNoComplaints();
    }

    @Test
    void aJobIsFoundByItsIdAndCancelled() throws Exception {
        JobId id = api.enqueue("gated", "null", ",\"delay\":\"1h\"");
        browser.show(api.uri(), "");
        assertThat(browser.heading("Overview")).isVisible();

        browser.page().keyboard().press("/");
        browser.page().keyboard().type(id.toString());
        browser.page().keyboard().press("Enter");
        assertThat(state("Scheduled")).isVisible();
        assertThat(browser.main().locator(".why .summary"))
                .hasText(Pattern.compile("It is scheduled for [-\\d ]*\\d\\d:\\d\\d:\\d\\d, in (1h|59m \\d+s)\\."));
        browser.press("Cancel…");
        browser.press("Cancel the job");

        assertThat(state("Cancelled")).isVisible();
        Assertions.assertThat(api.job(id).get("state").asText()).isEqualTo("cancelled");
        browser.assertNoComplaints();
    }

    @Test
    void aGroupOfDeadJobsIsRetriedAtItsPace() throws Exception {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            ids.add(api.enqueue("flaky", "" + i, ""));
        }
        awaitCount("dead", 30);
        touch("mended");

        browser.show(api.uri(), "#/dead");
        assertThat(browser.main()).containsText("30 dead jobs in 1 group");
        assertThat(browser.main().getByRole(AriaRole.TABLE)).containsText("exit_65");
        browser.press("Retry…");
        assertThat(browser.dialog()).containsText("30 jobs would be put back");
        browser.dialog().getByLabel("Pace").fill("10");
        browser.press("Retry 30 jobs");
        assertThat(browser.dialog().getByRole(AriaRole.PROGRESSBAR)).containsText("30 of 30");
        browser.press("Done");

        assertThat(browser.main()).containsText("Nothing is dead in default.");
        List<Instant> starts = new ArrayList<>();
        for (JobId id : ids) {
            JsonNode job = api.ended(id);
            Assertions.assertThat(job.get("state").asText()).isEqualTo("succeeded");
            starts.add(Instant.parse(job.get("startedAt").asText()));
        }
        starts.sort(null);
        Assertions.assertThat(Duration.between(starts.get(0), starts.get(29))).isGreaterThan(Duration.ofMillis(2500));
        browser.assertNoComplaints();
    }

    @Test
    void aDeadJobIsEditedAndRetriedOnceItIsJson() throws Exception {
        JobId id = api.enqueue("flaky", "{\"to\":\"nobody\"}", "");
        awaitCount("dead", 1);
        touch("mended");

        browser.show(api.uri(), "#/jobs/" + id);
        assertThat(browser.heading("What killed it")).isVisible();
        browser.press("Edit and retry…");
        browser.dialog().getByLabel("Payload").fill("{\"to\":");
        assertThat(browser.buttons("Retry with this payload")).isDisabled();
        browser.dialog().getByLabel("Payload").fill("{\"to\":\"somebody\"}");
        browser.press("Retry with this payload");

        assertThat(state("Succeeded")).isVisible();
        assertThat(browser.main().getByLabel("payload", new Locator.GetByLabelOptions().setExact(true)))
                .containsText("somebody");
        browser.assertNoComplaints();
    }

    @Test
    void anEditBeginsInThePayloadAndAPaceMayBeAFraction() throws Exception {
        JobId id = api.enqueue("flaky", "null", ",\"maxRetries\":0");
        awaitCount("dead", 1);

        browser.show(api.uri(), "#/jobs/" + id);
        browser.press("Edit and retry…");
        assertThat(browser.dialog().getByLabel("Payload")).isFocused();
        browser.page().keyboard().press("Escape");
        browser.show(api.uri(), "#/dead");
        browser.press("Retry…");
        assertThat(browser.dialog().getByLabel("Pace")).isFocused();
        browser.page().keyboard().type("0.001");
        assertThat(browser.buttons("Retry 1 job")).isDisabled();
        browser.dialog().getByLabel("Pace").fill("0.5");
        browser.press("Retry 1 job");
        browser.press("Done");
        awaitCount("dead", 1);

        browser.show(api.uri(), "#/jobs/" + id);
        assertThat(browser.main()).containsText("2 of at most 2");
        assertThat(browser.main()).containsText("1 not counted");
        browser.assertNoComplaints();
    }

    /** What stands along an axis of the chart that comes so many-th on the page. */
    private List<String> marks(int chart, String axis) {
        List<?> labels = (List<?>) browser.page()
                .evaluate("([at, axis]) => Chart.getChart(document.querySelectorAll('canvas')[at])"
                        + "?.scales[axis].ticks.map(tick => tick.label) ?? []", List.of(chart, axis));
        return labels.stream().map(String::valueOf).toList();
    }

    @Test
    void marksOfAxesDifferAndRatesHaveTheirDigits() throws Exception {
        api.ended(api.enqueue("hostile", "null", ""));
        browser.show(api.uri(), "#/queues/default");
        assertThat(browser.main().locator("canvas")).hasCount(3);
        Awaitility.await().atMost(SOON).until(() -> marks(2, "y").size() > 1 && marks(0, "x").size() > 2);

        Assertions.assertThat(marks(0, "y")).hasToString("[0, 1]");
        Assertions.assertThat(marks(1, "y")).contains("0.5").doesNotHaveDuplicates();
        Assertions.assertThat(marks(0, "x")).doesNotHaveDuplicates();
        Assertions.assertThat(marks(2, "y")).doesNotHaveDuplicates();
        browser.assertNoComplaints();
    }

    @Test
    void whatCouldNotBeAskedIsSaidOnceAndSinceWhen() throws Exception {
        browser.show(api.uri(), "#/queues/default");
        assertThat(browser.buttons("Pause")).isVisible();
        browser.page().route("**/pause", route -> route.abort());

        browser.press("Pause");

        assertThat(browser.page().locator(".notice")).containsText(
                "The server did not answer. Whether it did what it was asked to do is not known.");
        here.close();
        assertThat(browser.page().locator(".connection"))
                .containsText(Pattern.compile("Not live since \\d\\d:\\d\\d:\\d\\d"));
        assertThat(browser.buttons("Pause")).isDisabled();
    }

    @Test
    void anEmptyQueueTeachesNoWorkerThatIsThere() throws Exception {
        browser.show(api.uri(), "");
        assertThat(browser.main()).containsText("A worker of default is there");
        browser.show(api.uri(), "#/queues/nope");
        assertThat(browser.main()).containsText("headrace worker --queue nope");
        assertThat(browser.main().locator("p"))
                .containsText("There is no queue 'nope'. A queue exists from its first job on.");
    }

    @Test
    void aPausedQueueStandsOutAndItsJobsTellWhyTheyWait() throws Exception {
        api.ended(api.enqueue("hostile", "null", ""));
        touch("open");
        browser.show(api.uri(), "#/queues/default");
        browser.press("Pause");
        assertThat(browser.buttons("Resume")).isVisible();
        JobId id = api.enqueue("gated", "null", "");

        browser.show(api.uri(), "#/");
        assertThat(browser.main().locator(".attention")).containsText("paused");
        browser.show(api.uri(), "#/jobs/" + id);
        assertThat(browser.heading("Why is it not running?")).isVisible();
        assertThat(browser.main().locator(".why")).containsText("paused");
        assertThat(browser.main().locator(".why")).containsText("Place in line");

        browser.show(api.uri(), "#/queues/default");
        browser.press("Resume");
        browser.page().goBack();
        assertThat(state("Succeeded")).isVisible();
        browser.assertNoComplaints();
    }

    @Test
    void pagesOfJobsAreAddressesAndBackLeadsBack() throws Exception {
        for (int i = 0; i < 60; i++) {
            api.enqueue("gated", "" + i, ",\"delay\":\"1h\"");
        }
        browser.show(api.uri(), "#/jobs?queue=default&state=scheduled");
        Locator rows = browser.main().locator("tbody tr");
        assertThat(rows).hasCount(50);

        browser.link("Next →").click();
        assertThat(rows).hasCount(10);
        browser.page().reload();
        assertThat(rows).hasCount(10);
        browser.page().goBack();
        assertThat(rows).hasCount(50);
        rows.first().getByRole(AriaRole.LINK).click();
        assertThat(state("Scheduled")).isVisible();
        browser.page().goBack();
        browser.main().getByLabel("Type", new Locator.GetByLabelOptions().setExact(true)).fill("other");
        browser.page().keyboard().press("Tab");
        assertThat(browser.main()).containsText("No job matches.");
        browser.assertNoComplaints();
    }

    @Test
    void whatPayloadsLogsAndErrorsHoldIsOnlyEverText() throws Exception {
        JobId id = api.enqueue("hostile", "{\"" + HOSTILE + "\":\"" + HOSTILE + "\"}", "");
        api.ended(id);

        browser.show(api.uri(), "#/jobs/" + id);
        assertThat(browser.main().locator(".summary")).containsText(HOSTILE);
        assertThat(browser.main().getByRole(AriaRole.LOG)).containsText(HOSTILE);
        assertThat(browser.main().getByLabel("payload", new Locator.GetByLabelOptions().setExact(true)))
                .containsText(HOSTILE);
        for (String address : List.of("#/jobs?queue=default&state=dead", "#/dead?queue=default")) {
            browser.show(api.uri(), address);
            assertThat(browser.main()).containsText(HOSTILE);
        }
        browser.show(api.uri(),
                "#/jobs?queue=default&state=dead&type=" + "%3Cimg%20src%3Dx%20onerror%3Dalert(origin)%3E");
        assertThat(browser.main().getByRole(AriaRole.ALERT)).isVisible();
        Assertions.assertThat(browser.page().locator("img").count()).isZero();
        Assertions.assertThat(browser.complaintsBut("422")).isEmpty();
    }

    @Test
    void everyPageIsReachedByKeysAndComplainsOfNothing() throws Exception {
        api.ended(api.enqueue("hostile", "null", ""));
        browser.show(api.uri(), "");
        assertThat(browser.heading("Overview")).isVisible();
        assertThat(browser.page().getByText("Live", new Page.GetByTextOptions().setExact(true)))
                .isVisible();
        for (List<String> place : List.of(List.of("j", "Jobs"), List.of("d", "Dead jobs"), List.of("w", "Workers"),
                List.of("a", "Audit log"), List.of("o", "Overview"))) {
            browser.page().keyboard().press("g");
            browser.page().keyboard().press(place.get(0));
            assertThat(browser.heading(place.get(1))).isVisible();
        }
        browser.page().keyboard().press("?");
        assertThat(browser.dialog()).containsText("Keyboard");
        browser.page().keyboard().press("Escape");
        assertThat(browser.dialog()).hasCount(0);
        browser.show(api.uri(), "#/queues/default");
        assertThat(browser.main().locator("canvas")).hasCount(3);
        browser.show(api.uri(), "#/nowhere");
        assertThat(browser.heading("Not found")).isVisible();
        browser.assertNoComplaints();
    }

    /** The script that finds them. */
    private static String faintTexts() throws IOException {
        try (InputStream in = DashboardIT.class.getResourceAsStream("/contrast.js")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource({"LIGHT,1280", "DARK,1280", "LIGHT,390", "DARK,390"})
    void everyTextCanBeReadAndNothingIsWiderThanTheScreen(ColorScheme scheme, int width) throws Exception {
        JobId dead = api.enqueue("hostile", "{\"a\":[1,null,\"x\"]}", "");
        api.ended(dead);
        JobId waiting = api.enqueue("gated", "null", ",\"delay\":\"1h\"");
        String named = RunningApi
                .tree(api.post("/v1/queues/" + LONG_NAME + "/jobs", "{\"type\":\"gated\",\"delay\":\"1h\"}"))
                .get("id").asText();
        String faint = faintTexts();
        browser.page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
        browser.page().setViewportSize(width, 800);

        for (String address : List.of("#/", "#/queues/default", "#/jobs?state=dead", "#/jobs?state=running",
                "#/jobs/" + dead, "#/jobs/" + waiting, "#/dead", "#/workers", "#/audit", "#/queues/" + LONG_NAME,
                "#/jobs?state=scheduled&queue=" + LONG_NAME, "#/jobs/" + named, "#/dead?queue=" + LONG_NAME,
                "#/workers?queue=" + LONG_NAME)) {
            browser.show(api.uri(), address);
            assertThat(browser.main().locator(".page-head")).isVisible();
            assertThat(browser.main().locator(".waiting, [aria-busy]")).hasCount(0);
            Assertions.assertThat((List<?>) browser.page().evaluate(faint)).as(address).isEmpty();
            Assertions.assertThat((Integer) browser.page().evaluate("document.documentElement.scrollWidth")).as(address)
                    .isLessThanOrEqualTo(width);
            Assertions.assertThat(browser.page().locator(".scroll").evaluateAll(
                    "tables => tables.filter(table => table.scrollWidth > table.clientWidth).length")).as(address)
                    .isEqualTo(0);
        }
        browser.assertNoComplaints();
    }
}
