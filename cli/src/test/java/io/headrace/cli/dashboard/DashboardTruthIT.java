package io.headrace.cli.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import io.headrace.JobId;
import io.headrace.cli.system.RunningApi;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whether the dashboard tells how things are: how old, how many, in whose words. Every test has queues of its own. */
final class DashboardTruthIT extends DashboardSteps {
    private static final String PI = "\\u03a0\\u03bb\\u03ac"; // as Python's json.dumps writes it

    private RunningApi api;

    @BeforeAll
    void deploy() throws Exception {
        api = RunningApi.of(here.start("dev", "dev", "--port", "0", "--queue", "default", "--queue", "failing",
                "--queue",
                "counted", "--exec",
                "fatal=echo 'no route to host' >&2; exit 65", "--exec",
                "chatty=seq -f 'line %.0f' 1 5000 >&2; printf '\\033[31mred\\033[0m \\033[2K"
                        + " plain \\342\\200\\256turned\\n' >&2"));
    }

    private void show(String address) {
        browser.show(api.uri(), address);
    }

    private JobId enqueue(String queue, String type, String members) throws Exception {
        return enqueue(api, queue, type, members);
    }

    private Locator rows() {
        return browser.main().locator("tbody tr:not(.none)");
    }

    @Test
    void aListRenewsItselfUntilSomebodyIsAtItsRowsAndThenSaysHowOldItIs() throws Exception {
        enqueue("lists", "t", ",\"delay\":\"1h\"");
        show("#/jobs?queue=lists&state=scheduled");
        assertThat(rows()).hasCount(1);
        assertThat(browser.main().locator(".as-of")).hasText(Pattern.compile("as of \\d\\d:\\d\\d:\\d\\d"));

        enqueue("lists", "t", ",\"delay\":\"1h\"");
        assertThat(rows()).hasCount(2);
        rows().first().getByRole(AriaRole.LINK).focus();
        enqueue("lists", "t", ",\"delay\":\"1h\"");

        assertThat(browser.main().locator(".as-of"))
                .hasText(Pattern.compile("as of \\d\\d:\\d\\d:\\d\\d — changed since"));
        assertThat(rows()).hasCount(2);
        browser.press("Refresh");
        assertThat(rows()).hasCount(3);
        browser.assertNoComplaints();
    }

    @Test
    void howManyCameIsToldWhereTheNewestStandFirst() throws Exception {
        api.ended(enqueue("counted", "fatal", ",\"maxRetries\":0"));
        show("#/jobs?queue=counted&state=dead");
        assertThat(rows()).hasCount(1);
        rows().first().getByRole(AriaRole.LINK).focus();

        api.ended(enqueue("counted", "fatal", ",\"maxRetries\":0"));
        api.ended(enqueue("counted", "fatal", ",\"maxRetries\":0"));

        assertThat(browser.main().locator(".as-of")).containsText("2 newer");
        assertThat(rows()).hasCount(1);
        browser.assertNoComplaints();
    }

    @Test
    void whatAWorkerRunsIsAsOldAsItsHeartbeat() {
        Instant heard = Instant.now().minusSeconds(9);
        browser.page().route("**/v1/workers",
                route -> answer(route,
                        """
                                {"workers":[{"id":"w-1","host":"h","pid":1,"startedAt":"%s","queues":["default"],
                                 "types":["t"],"slots":2,"busy":1,"lease":"30s","state":"running","version":"1",
                                 "heartbeatAt":"%s","running":[
                                 {"job":"default_n1-0","type":"t","attempt":1,"since":"%s"}]}]}
                                """
                                .formatted(heard.minusSeconds(60), heard, heard.minusMillis(1500))));

        show("#/workers");

        assertThat(browser.main().locator(".as-of")).hasText(Pattern.compile("as of \\d+ s ago"));
        assertThat(browser.main().locator(".run .number")).hasText("1.5 s");
        assertThat(browser.main().locator(".as-of")).hasText("as of 11 s ago");
        assertThat(browser.main().locator(".run .number")).hasText("1.5 s");
        browser.assertNoComplaints();
    }

    @Test
    void parkedJobsAreToldAsSuchAndOfferedNothingThatCannotHelp() throws Exception {
        JobId id = enqueue("default", "nobody.knows", "");
        Awaitility.await().atMost(SOON).until(() -> api.job(id).get("state").asText().equals("parked"));

        show("#/");
        assertThat(browser.main().locator(".attention")).containsText("1 parked");
        assertThat(browser.main().locator("[data-label=Parked] a")).hasText("1");
        show("#/jobs/" + id);
        assertThat(browser.main().locator(".why .summary")).containsText("no");
        assertThat(browser.buttons("Cancel…")).isVisible();
        assertThat(browser.buttons("Run now")).hasCount(0);
        browser.assertNoComplaints();
    }

    @Test
    void deathsAndFailuresNeedALook() throws Exception {
        for (int i = 0; i < 12; i++) {
            api.ended(enqueue("failing", "fatal", ",\"maxRetries\":0"));
        }

        show("#/");

        assertThat(browser.main().locator(".attention")).containsText("died");
        assertThat(browser.main().locator(".attention")).containsText("100 % fail");
        browser.assertNoComplaints();
    }

    @Test
    void charactersThatActAreSeenAndTurnNothingBesideThem() throws Exception {
        browser.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        JobId id = enqueue("unserved", "t",
                ",\"delay\":\"1h\",\"payload\":{\"file\":\"abc \u202egnp.exe\u202c\",\"name\":\""
                        + PI + "\",\"q\":\"\\u0022\"}");

        show("#/jobs/" + id);

        Locator payload = browser.main().getByLabel("payload", EXACTLY);
        assertThat(payload).containsText("\"abc U+202Egnp.exeU+202C\"");
        assertThat(payload).containsText("\"Πλά\"");
        assertThat(payload).containsText("\"\\u0022\"");
        Assertions.assertThat(payload.locator(".j-string").first().evaluate("it => getComputedStyle(it).unicodeBidi"))
                .isEqualTo("isolate");
        browser.main().getByLabel("Copy payload").click();
        assertThat(browser.page().locator(".notice")).isVisible();
        Assertions.assertThat((String) browser.page().evaluate("navigator.clipboard.readText()"))
                .contains(PI, "\u202e");
        show("#/jobs?queue=unserved&state=scheduled");
        assertThat(browser.main().locator("code.cut")).containsText("U+202E");
        assertThat(browser.main().locator("code.cut")).containsText("Πλά");
        browser.assertNoComplaints();
    }

    @Test
    void aLogTellsWhatOfItIsGoneAndHasItsColours() throws Exception {
        JobId id = enqueue("default", "chatty", "");
        api.ended(id);

        show("#/jobs/" + id);

        Locator log = browser.main().getByRole(AriaRole.LOG);
        assertThat(browser.main()).containsText("last 1,000 of 5,001 lines; older dropped");
        assertThat(log.locator(".said-bad")).hasText("red");
        assertThat(log).containsText("red  plain U+202Eturned");
        browser.assertNoComplaints();
    }

    @Test
    void aTimeInAnAddressIsTheSameEverywhere() throws Exception {
        enqueue("times", "t", ",\"delay\":\"1h\"");
        Page abroad = browser.another("Asia/Tokyo");
        abroad.navigate(api.uri().resolve("/#/jobs?queue=times&state=scheduled").toString());
        abroad.getByLabel("Due from").fill("2026-03-04T05:06");
        abroad.keyboard().press("Tab");

        assertThat(abroad).hasURL(Pattern.compile(".*from=2026-03-03T20%3A06%3A00.000Z.*"));
        assertThat(abroad.getByLabel("Due from")).hasValue("2026-03-04T05:06");
        abroad.reload();
        assertThat(abroad.getByLabel("Due from")).hasValue("2026-03-04T05:06");
        browser.assertNoComplaints();
    }

    @Test
    void aTimeThatIsNotTodayHasItsDate() {
        browser.page().route("**/v1/jobs/default_n1-0", route -> answer(route,
                """
                        {"id":"default_n1-0","queue":"default","type":"t","state":"dead","priority":"normal",
                         "payload":null,"attempt":1,"maxRetries":0,
                         "createdAt":"2020-02-03T04:05:06.789Z","finishedAt":"2020-02-03T04:05:08Z",
                         "error":{"type":"x","message":"y"},"attempts":[{"number":1,"worker":"w-1","outcome":"failed",
                         "startedAt":"2020-02-03T04:05:07Z","finishedAt":"2020-02-03T04:05:08Z",
                         "error":{"type":"x","message":"y"}}]}
                        """));

        show("#/jobs/default_n1-0");

        assertThat(browser.main().locator(".timeline")).containsText("2020-02-03");
        Assertions.assertThat(browser.errors()).isEmpty(); // it has no log
    }

    @Test
    void numbersAreWrittenOneWay() {
        show("#/");
        Object shown = browser.page().evaluate("""
                async () => {
                    const app = document.querySelector('script[type=module]').src;
                    const { bytes, change, duration, rate, short } = await import(app.replace('app.js', 'format.js'));
                    return [
                        [9999, 9999.6, 50000, 99950, 999999, 1234567, -50000].map(short),
                        [-11.32, -1234.57, -0.001, 9.996, 99.96, 10.3, 3].map(rate),
                        [512, 1536, 1048575, 102400 * 1024].map(bytes),
                        [999.7, 9999, 59999, 3725000].map(duration),
                        [0.001, 2.5, -2.5].map(change),
                    ].map(all => all.join('; '));
                }""");
        Assertions.assertThat(shown).isEqualTo(List.of("9,999; 10 k; 50 k; 100 k; 1 M; 1.23 M; −50 k",
                "−11.3; −1,235; 0; 10.0; 100; 10.3; 3", "512 B; 1.5 KiB; 1.0 MiB; 100 MiB",
                "1.0 s; 10 s; 59 s; 1h 2m", "0; +2.50; −2.50"));
    }

    @Test
    void aPartThatFailsIsToldInItsPlaceAndTheOthersStay() throws Exception {
        api.ended(enqueue("failing", "fatal", ",\"maxRetries\":0"));
        browser.page().route("**/dead/groups",
                route -> answer(route, "{\"groups\":[null],\"total\":1,\"examined\":1}"));

        show("#/dead?queue=failing");

        assertThat(browser.heading("Dead jobs")).isVisible();
        assertThat(browser.main().getByRole(AriaRole.ALERT)).containsText("The groups cannot be shown.");
        assertThat(browser.page().locator(".connection")).hasText("Live");
        browser.page().unroute("**/dead/groups");
        browser.press("Refresh");
        assertThat(browser.main().getByRole(AriaRole.TABLE)).containsText("no route to host");
        assertThat(browser.page().locator(".failed")).hasCount(0);
        Assertions.assertThat(browser.errors()).as("it is told once on the console, too").hasSize(1);
    }

    @Test
    void aPageThatFailsLeavesTheFrame() {
        browser.page().route("**/v1/workers", route -> answer(route, "{\"workers\":[null]}"));

        show("#/workers");

        assertThat(browser.heading("Workers")).isVisible();
        assertThat(browser.main().getByRole(AriaRole.ALERT)).containsText("This page cannot be shown.");
        assertThat(browser.link("Overview").first()).isVisible();
        browser.page().unroute("**/v1/workers");
        browser.press("Try again");
        assertThat(browser.main().locator(".worker")).hasCount(1);
    }

    @Test
    void aRehearsalThatFailedIsTriedAgain() throws Exception {
        api.ended(enqueue("failing", "fatal", ",\"maxRetries\":0"));
        show("#/dead?queue=failing");
        assertThat(browser.buttons("Retry…")).isVisible();
        browser.page().route("**/dead:retry", Route::abort);
        browser.press("Retry…");
        assertThat(browser.dialog().getByRole(AriaRole.ALERT))
                .hasText("The server did not answer. It cannot be reached just now.");

        browser.page().unroute("**/dead:retry");
        browser.press("Try again");

        assertThat(browser.dialog()).containsText("would be put back");
        assertThat(browser.dialog().getByRole(AriaRole.ALERT)).hasCount(0);
        Assertions.assertThat(browser.errors()).isEmpty();
    }
}
