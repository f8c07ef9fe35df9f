package io.headrace.cli.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.headrace.JobId;
import io.headrace.cli.system.RunningApi;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whether everybody can use the dashboard: every page, state and dialog under the rules of axe-core, in both themes and
 * two widths.
 */
final class DashboardAxeIT extends DashboardSteps {

    private RunningApi api;
    private RunningApi keyed;
    private Axe axe;
    private Path gate;
    private JobId dead;
    private JobId running;
    private JobId waiting;
    private JobId parked;

    @BeforeAll
    void deploy(@TempDir Path folder) throws Exception {
        axe = new Axe();
        gate = folder.resolve("gate");
        api = RunningApi.of(here.start("dev", "dev", "--port", "0", "--slots", "20", "--exec",
                "gated=echo 'progress: 0.5 half' >&2; printf '\\033[31mred\\033[0m, \\033[1;32mgreen\\n' >&2;"
                        + " while [ ! -e "
                        + gate + " ]; do sleep 0.05; done",
                "--exec", "fatal=echo 'no route to host' >&2; exit 65"));
        keyed = RunningApi.of(here.start("keyed", Map.of("HEADRACE_API_KEYS", "watcher=viewer:look-only-secret"), "api",
                "--port", "0", "--redis", here.startRedis(0).url()));
        running = api.enqueue("gated", "null", "");
        for (int i = 0; i < 14; i++) {
            running = api.enqueue("gated", "{\"a\":[1,null,\"x\\u202e\",true]}", "");
        }
        dead = api.enqueue("fatal", "{\"to\":\"\\u03a0\"}", ",\"maxRetries\":0");
        api.ended(dead);
        waiting = api.enqueue("gated", "null", ",\"delay\":\"1h\"");
        parked = api.enqueue("nobody.knows", "null", "");
        api.post("/v1/queues/idle/pause", "");
        api.post("/v1/queues/idle/jobs", "{\"type\":\"t\"}");
        Awaitility.await().atMost(SOON)
                .until(() -> RunningApi.tree(api.get("/v1/workers")).at("/workers/0/running").size() > 12
                        && RunningApi.tree(api.get("/v1/queues/default")).at("/counts/parked").asInt() == 1);
    }

    @AfterAll
    void openTheGate() throws Exception {
        Files.createFile(gate);
    }

    private void isUsable(String what) {
        assertThat(browser.page().locator("main .waiting, main [aria-busy=true]")).hasCount(0);
        Assertions.assertThat(axe.violations(browser.page())).as(what).isEmpty();
    }

    private void show(String address) {
        browser.page().evaluate("address => { location.hash = address; }", address);
    }

    @ParameterizedTest
    @CsvSource({"LIGHT,1280", "DARK,1280", "LIGHT,360", "DARK,360"})
    void everyPageAndDialogCanBeUsedByEverybody(ColorScheme scheme, int width) {
        Page page = browser.page();
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
        page.setViewportSize(width, 800);
        browser.show(keyed.uri(), "");
        assertThat(page.getByLabel("API key")).isVisible();
        isUsable("the sign-in page");
        browser.show(api.uri(), "");
        pages().forEach((address, heading) -> {
            show(address);
            assertThat(page.locator("main h1")).hasText(heading);
            isUsable(address);
        });
        everyDialog();
    }

    /** Every page in every state that looks different, with its heading. */
    private Map<String, String> pages() {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("#/", "Overview");
        pages.put("#/?sort=-queued", "Overview");
        List.of("default", "idle", "nope").forEach(queue -> pages.put("#/queues/" + queue, queue));
        List.of("dead", "running", "expired")
                .forEach(state -> pages.put("#/jobs?queue=default&state=" + state, "Jobs"));
        List.of(dead, running, waiting, parked, JobId.parse("default_n1-0"))
                .forEach(job -> pages.put("#/jobs/" + job, job.toString()));
        List.of("default", "idle").forEach(queue -> pages.put("#/dead?queue=" + queue, "Dead jobs"));
        List.of("", "?queue=idle").forEach(query -> pages.put("#/workers" + query, "Workers"));
        pages.put("#/audit", "Audit log");
        pages.put("#/nowhere", "Not found");
        return pages;
    }

    private void everyDialog() {
        dialog("#/queues/idle", "Settings…", "Cancel");
        dialog("#/queues/idle", "Purge…", "Keep as it is");
        dialog("#/jobs/" + waiting, "Cancel…", "Keep as it is");
        dialog("#/jobs/" + dead, "Edit and retry…", "Cancel");
        dialog("#/dead?queue=default", "Retry…", "Cancel");
        dialog("#/dead?queue=default", "Delete…", "Keep them");
        browser.page().keyboard().press("?");
        assertThat(browser.dialog()).isVisible();
        isUsable("the dialog of keys");
    }

    private void dialog(String address, String opener, String closer) {
        show(address);
        browser.press(opener);
        assertThat(browser.buttons(closer)).isVisible();
        isUsable("the dialog of '" + opener + "'");
        if (opener.equals("Purge…") || opener.equals("Delete…")) {
            assertThat(browser.buttons(closer)).isFocused();
        }
        browser.press(closer);
        assertThat(browser.dialog()).hasCount(0);
    }

    @Test
    void whatFailedCanBeUsedByEverybody() {
        browser.show(api.uri(), "#/dead?queue=default");
        assertThat(browser.buttons("Retry…")).isVisible();
        browser.page().route("**/dead:retry", route -> route.abort());
        browser.press("Retry…");
        assertThat(browser.buttons("Try again")).isVisible();
        isUsable("a dialog whose rehearsal failed");
    }
}
