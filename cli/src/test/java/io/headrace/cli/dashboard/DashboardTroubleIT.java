package io.headrace.cli.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import io.headrace.JobId;
import io.headrace.cli.system.RunningApi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The dashboard while the server is slow or refuses, and while its reader is quicker than both. The network of the
 * browser is the test's: an answer comes when the test lets it. Every test has queues of its own.
 */
final class DashboardTroubleIT extends DashboardSteps {
    private static final String BIG = "9007199254740993"; // 2^53 + 1, which is no number of JavaScript

    private RunningApi api;
    private final List<Route> held = new ArrayList<>();

    @BeforeAll
    void deploy() throws Exception {
        api = RunningApi.of(here.start("dev", "dev", "--port", "0", "--queue", "default", "--queue", "dying", "--queue",
                "one",
                "--queue", "other", "--queue", "many", "--exec", "fatal=echo 'no route to host' >&2; exit 65", "--exec",
                "big=echo " + BIG));
    }

    @BeforeEach
    void holdNothing() {
        held.clear();
    }

    private JobId enqueue(String queue, String type, String members) throws Exception {
        return enqueue(api, queue, type, members);
    }

    private JobId scheduled(String queue) throws Exception {
        return enqueue(queue, "fatal", ",\"delay\":\"1h\"");
    }

    private void die(String queue, int jobs) throws Exception {
        for (int i = 0; i < jobs; i++) {
            enqueue(queue, "fatal", "");
        }
        awaitDead(queue, jobs);
    }

    private void awaitDead(String queue, int jobs) {
        Awaitility.await().atMost(SOON).pollInterval(Duration.ofMillis(50)).until(
                () -> RunningApi.tree(api.get("/v1/queues/" + queue)).at("/counts/dead").asInt() == jobs);
    }

    private void show(String address) {
        browser.show(api.uri(), address);
    }

    /** Keeps calls of a method to matching addresses back until they are answered by the test. */
    private void hold(String method, String address) {
        browser.page().route(Pattern.compile(address), route -> {
            if (route.request().method().equals(method)) {
                held.add(route);
            } else {
                route.resume();
            }
        });
    }

    private Route held(int number) {
        browser.page().waitForCondition(() -> held.size() >= number);
        return held.get(number - 1);
    }

    private static void answer(Route route, int status, String json) {
        route.fulfill(new Route.FulfillOptions().setStatus(status).setContentType("application/json").setBody(json));
    }

    private void awaitAnswer(String addressEnd) {
        browser.page().waitForResponse((Response response) -> response.url().endsWith(addressEnd), () -> {});
    }

    @Test
    void aJobThatWasLeftBeforeItArrivedIsNotFollowed() throws Exception {
        JobId id = scheduled("default");
        show("#/workers");
        assertThat(browser.heading("Workers")).isVisible();
        List<String> asked = new ArrayList<>();
        browser.page().onRequest((Request request) -> asked.add(request.url()));
        hold("GET", ".*/v1/jobs/[^/?]+$");

        show("#/jobs/" + id);
        Route job = held(1);
        show("#/workers");
        assertThat(browser.heading("Workers")).isVisible();
        job.resume();
        awaitAnswer("/v1/workers");
        awaitAnswer("/v1/workers");

        Assertions.assertThat(asked).noneMatch(url -> url.endsWith("/why") || url.endsWith(id + "/events"));
        browser.assertNoComplaints();
    }

    @Test
    void numbersBeyondThoseOfJavaScriptAreShownSentAndCopiedAsTheyWereWritten() throws Exception {
        browser.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        String payload = ",\"payload\":{\"order\":" + BIG + ",\"10\":[],\"9\":1.5}";
        enqueue("nobody-serves", "fatal", payload + ",\"delay\":\"1h\"");
        JobId id = enqueue("default", "fatal", payload);
        api.ended(id);

        show("#/jobs?queue=nobody-serves&state=scheduled");
        assertThat(browser.main().getByRole(AriaRole.TABLE)).containsText(BIG);
        show("#/jobs/" + id);
        assertThat(browser.main().getByLabel("payload", EXACTLY))
                .hasText("{\n  \"order\": " + BIG + ",\n  \"10\": [],\n  \"9\": 1.5\n}");
        browser.press("Copy as curl");
        assertThat(browser.page().locator(".notice")).containsText("Left out: timeout");
        Assertions.assertThat((String) browser.page().evaluate("navigator.clipboard.readText()"))
                .contains("\"order\":" + BIG);
        browser.press("Edit and retry…");
        browser.dialog().getByLabel("Payload").fill("{\"order\": " + BIG + "1}");
        browser.press("Retry with this payload");
        assertThat(browser.dialog()).hasCount(0);

        assertThat(browser.main().getByLabel("payload", EXACTLY)).containsText(BIG + "1");
        // as it was typed
        Assertions.assertThat(api.get("/v1/jobs/" + id).body()).contains("{\"order\": " + BIG + "1}");
        JobId told = enqueue("default", "big", "");
        api.ended(told);
        show("#/jobs/" + told);
        assertThat(browser.main().getByLabel("result", EXACTLY)).hasText(BIG);
        browser.assertNoComplaints();
    }

    @Test
    void whatDiedAtOnceHasFailedToo() throws Exception {
        die("dying", 10);

        show("#/");

        Locator row = browser.main().locator("tbody tr").filter(new Locator.FilterOptions().setHasText("dying"));
        assertThat(row.locator("[data-label='Failed / min']")).hasText("2"); // a mean of five minutes
        assertThat(row.locator(".spark .bad")).hasCount(1);
        browser.assertNoComplaints();
    }

    @Test
    void thePageOfAQueueIsALinkAndStaysWithItsQueue() throws Exception {
        die("one", 1);
        die("other", 1);
        show("#/");
        show("#/queues/one");
        assertThat(browser.heading("one")).isVisible();

        show("#/dead");
        assertThat(browser.page()).hasURL(api.uri().resolve("/#/dead?queue=one").toString());
        assertThat(browser.main()).containsText("1 dead job in 1 group");
        api.post("/v1/queues/one/dead:delete", "{}");

        assertThat(browser.main()).containsText("Nothing is dead in one.");
        browser.page().waitForResponse((Response response) -> response.url().endsWith("/dead/groups"),
                () -> browser.press("Refresh"));
        assertThat(browser.main()).containsText("Nothing is dead in one.");
        show("#/jobs?state=dead");
        assertThat(browser.page()).hasURL(Pattern.compile(".*#/jobs\\?state=dead&queue=one$"));
        browser.assertNoComplaints();
    }

    private void openPurge(String queue) throws Exception {
        enqueue(queue, "fatal", "");
        show("#/queues/" + queue);
        browser.press("Purge…");
        hold("POST", ".*/purge$");
        browser.press("Cancel 1 job");
    }

    @Test
    void aPurgeIsStoppedAfterTheCallThatIsUnderWay() throws Exception {
        openPurge("nobody-serves");

        answer(held(1), 200, "{\"cancelled\":7,\"more\":true}");
        Route second = held(2);
        assertThat(browser.dialog().getByRole(AriaRole.PROGRESSBAR)).containsText("7 of 7");
        browser.press("Stop");
        assertThat(browser.buttons("Stopping…")).isDisabled();
        answer(second, 200, "{\"cancelled\":2,\"more\":true}");

        assertThat(browser.dialog().getByRole(AriaRole.PROGRESSBAR)).containsText("9 of 9; stopped");
        assertThat(browser.page().locator(".notice")).containsText("Purge stopped. 9 jobs cancelled.");
        browser.press("Done");
        assertThat(browser.dialog()).hasCount(0);
        Assertions.assertThat(held).hasSize(2);
        browser.assertNoComplaints();
    }

    @Test
    void whatEndsClosesItsOwnDialogAndNoOther() throws Exception {
        JobId id = scheduled("default");
        show("#/jobs/" + id);
        hold("DELETE", ".*/v1/jobs/.*");
        browser.press("Cancel…");
        browser.press("Cancel the job");
        Route cancel = held(1);
        browser.page().keyboard().press("Escape");
        assertThat(browser.dialog()).hasCount(0);
        browser.page().keyboard().press("?");
        assertThat(browser.dialog()).containsText("Keyboard");

        Response again = browser.page().waitForResponse(
                response -> response.url().endsWith(id.toString()) && response.request().method().equals("GET"),
                cancel::resume);
        again.finished();
        browser.page().evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))");

        assertThat(browser.main().locator(".page-head .state")).hasText("Cancelled");
        Assertions.assertThat(browser.dialog().count()).isEqualTo(1);
        assertThat(browser.dialog()).containsText("Keyboard");
        browser.assertNoComplaints();
    }

    @Test
    void whatDidNotWorkIsToldInTheDialogThatAskedForIt() throws Exception {
        JobId id = scheduled("default");
        show("#/jobs/" + id);
        hold("DELETE", ".*/v1/jobs/.*");
        browser.press("Cancel…");
        browser.press("Cancel the job");

        answer(held(1), 503, "{\"title\":\"Redis is away\",\"detail\":\"Try again.\"}");

        assertThat(browser.dialog().getByRole(AriaRole.ALERT)).hasText("Redis is away. Try again.");
        assertThat(browser.page().locator(".notice")).hasCount(0);
        browser.press("Cancel the job");
        held(2).resume();
        assertThat(browser.dialog()).hasCount(0);
        assertThat(browser.main().locator(".page-head .state")).hasText("Cancelled");
        Assertions.assertThat(browser.complaintsBut("503")).isEmpty();
    }

    @Test
    void deadJobsMoveInSmallCallsAndTheRefusedAreCountedOnce() throws Exception {
        die("many", 1);
        show("#/dead?queue=many");
        browser.press("Retry…");
        assertThat(browser.dialog()).containsText("would be put back");
        hold("POST", ".*/dead:retry$");
        browser.press("Retry 1 job");

        Assertions.assertThat(held(1).request().postData()).contains("\"limit\":5000");
        answer(held(1), 200, "{\"count\":4997,\"refused\":3,\"ids\":[],\"more\":false}");
        answer(held(2), 200, "{\"count\":40,\"refused\":3,\"ids\":[],\"more\":false}");

        assertThat(browser.dialog().getByRole(AriaRole.PROGRESSBAR)).containsText("5,037 of 5,037, 3 refused");
        browser.press("Done");
        Assertions.assertThat(held).hasSize(2);
        browser.assertNoComplaints();
    }

    @Test
    void aPageThatDoesNotLoadSaysSoAndIsLoadedAgain() {
        browser.page().route("**/pages/workers.js", Route::abort);
        show("#/");
        assertThat(browser.heading("Overview")).isVisible();

        show("#/workers");
        assertThat(browser.heading("This page did not load")).isVisible();
        browser.page().unroute("**/pages/workers.js");
        browser.press("Load again");

        assertThat(browser.heading("Workers")).isVisible();
        Assertions.assertThat(browser.complaintsBut("ERR_FAILED")).isEmpty();
    }

    @Test
    void rowsOfAnotherStateAreNotShownUnderThisOne() throws Exception {
        scheduled("default");
        show("#/jobs?queue=default&state=scheduled");
        Locator rows = browser.main().locator("tbody tr:not(.none)");
        assertThat(rows.first()).isVisible();
        hold("GET", ".*state=retrying.*");

        show("#/jobs?queue=default&state=retrying");
        Route list = held(1);
        assertThat(browser.main().getByRole(AriaRole.TABLE, new Locator.GetByRoleOptions().setName("Jobs: Retrying")))
                .containsText("Looking…");
        assertThat(rows).hasCount(0);
        list.resume();

        assertThat(browser.main()).containsText("No job is retrying here now.");
        browser.assertNoComplaints();
    }

    @Test
    void aReasonIsToldOnce() throws Exception {
        JobId id = enqueue("nobody-serves", "fatal", ",\"delay\":\"1h\"");

        show("#/jobs/" + id);

        assertThat(browser.main().locator(".why .summary")).containsText("It is scheduled for");
        assertThat(browser.main().locator(".why li")).hasCount(1);
        assertThat(browser.main().locator(".why li")).containsText("no live worker serves the queue");
        browser.assertNoComplaints();
    }

    @Test
    void thePageThatIsOpenedFirstLeavesTheFocusAlone() {
        show("#/");
        assertThat(browser.heading("Overview")).isVisible();
        assertThat(browser.page().locator("#main")).not().isFocused();
        assertThat(browser.page().locator("#said")).hasText("");

        show("#/workers");

        assertThat(browser.page().locator("#main")).isFocused();
        assertThat(browser.page().locator("#said")).hasText("Workers");
        browser.assertNoComplaints();
    }

    @Test
    void whatDoesNotExistIsNotFoundWhateverItIsCalled() {
        Page page = browser.page();
        for (String address : List.of("#/nowhere", "#/constructor")) {
            show(address);
            assertThat(browser.heading("Not found")).isVisible();
            page.reload();
        }
        browser.assertNoComplaints();
    }
}
