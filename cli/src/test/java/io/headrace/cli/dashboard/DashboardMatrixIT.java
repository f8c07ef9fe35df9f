package io.headrace.cli.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.headrace.cli.system.RunningApi;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every page of the dashboard, for every role, with and without a limit to a queue, with no queue, one, some and very
 * many: each is there, says what it is, and fails nowhere; also while the server, or Redis behind it, is away, and when
 * they are back.
 */
final class DashboardMatrixIT extends DashboardSteps {
    private static final String QUEUE = "q-000";
    private static final List<String> ROLES = List.of("viewer", "operator", "admin", "producer");
    private static final String NO_JOB = "q-000_n1763770000123-0";

    private EmbeddedRedis redis;

    @BeforeAll
    void deploy() throws Exception {
        redis = here.startRedis(0);
    }

    private Deployed api(String prefix, int port) throws InterruptedException {
        List<String> keys = new ArrayList<>(List.of("root=admin:key-of-root"));
        for (String role : ROLES) {
            keys.add(role + "=" + role + ":key-of-" + role);
            if (!role.equals("admin")) { // who can make keys for every queue is limited to none
                keys.add("one-" + role + "=" + role + "@" + QUEUE + ":key-of-one-" + role);
            }
        }
        var process = here.start("api-" + prefix, Map.of("HEADRACE_API_KEYS", String.join(",", keys)), "api", "--port",
                "" + port, "--redis", redis.url(), "--redis-prefix", prefix + ":");
        return new Deployed(process, RunningApi.of(process).withKey("key-of-root"));
    }

    private record Deployed(io.headrace.contract.process.HeadraceProcess process, RunningApi api) {}

    /** Makes so many queues, each with a job that waits, and answers the first of these jobs. */
    private static String fill(RunningApi api, int queues) throws Exception {
        String first = NO_JOB;
        for (int i = 0; i < queues; i++) {
            String id = RunningApi.tree(api.post("/v1/queues/q-%03d/jobs".formatted(i), "{\"type\":\"t\"}")).path("id")
                    .asText();
            first = i == 0 ? id : first;
        }
        return first;
    }

    private static void signIn(Page page, RunningApi api, String key) {
        page.navigate(api.uri().resolve("/").toString());
        page.getByLabel("API key").fill("key-of-" + key);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in")).click();
        assertThat(page.locator("nav.side")).isVisible();
    }

    private static void go(Page page, String address) {
        page.evaluate("address => { location.hash = address; }", address);
    }

    /** The pages by their address, each with the heading that it has for a role. */
    private static Map<String, String> pages(String role, String job) {
        boolean sees = !role.equals("producer");
        String refused = "Not for this key";
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("#/queues/" + QUEUE, sees ? QUEUE : refused);
        pages.put("#/jobs", sees ? "Jobs" : refused);
        pages.put("#/jobs?queue=" + QUEUE + "&state=dead", sees ? "Jobs" : refused);
        pages.put("#/jobs/" + job, job);
        pages.put("#/dead", sees ? "Dead jobs" : refused);
        pages.put("#/workers", sees ? "Workers" : refused);
        pages.put("#/audit", sees && !role.equals("viewer") ? "Audit log" : refused);
        pages.put("#/nowhere", sees ? "Not found" : refused);
        pages.put("#/", sees ? "Overview" : "Jobs by id");
        return pages;
    }

    private static Locator heading(Page page) {
        return page.locator("main h1");
    }

    /** The page is there with all it has to show, and no part of it failed. */
    private static void isWhole(Page page, String heading) {
        assertThat(heading(page)).hasText(heading);
        assertThat(page.locator("main .waiting, main [aria-busy=true]")).hasCount(0);
        assertThat(page.locator(".failed")).hasCount(0);
        assertThat(page.locator(".top .search")).isVisible();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10, 200})
    void everyPageIsThereForEveryKey(int queues) throws Exception {
        Deployed deployed = api("m" + queues, 0);
        String job = fill(deployed.api(), queues);
        for (String role : ROLES) {
            for (String key : role.equals("admin") ? List.of(role) : List.of(role, "one-" + role)) {
                Page page = browser.another();
                signIn(page, deployed.api(), key);
                int visible = role.equals("producer") ? 0 : key.equals(role) ? queues : Math.min(1, queues);
                assertThat(page.locator(".queues li")).hasCount(visible);
                for (Map.Entry<String, String> each : pages(role, job).entrySet()) {
                    go(page, each.getKey());
                    isWhole(page, each.getValue());
                    Assertions.assertThat(browser.errors()).as(key + " at " + each.getKey()).isEmpty();
                }
                page.context().close();
            }
        }
    }

    @Test
    void aLongListOfQueuesScrollsAndCoversNothing() throws Exception {
        Deployed deployed = api("long", 0);
        fill(deployed.api(), 60);
        Page page = browser.page();
        page.setViewportSize(1280, 800);
        signIn(page, deployed.api(), "admin");
        assertThat(page.locator(".queues li")).hasCount(60);

        Object overlap = page.evaluate("() => document.querySelector('.queues').getBoundingClientRect().bottom"
                + " - document.querySelector('.who').getBoundingClientRect().top");
        Assertions.assertThat(((Number) overlap).doubleValue()).isLessThanOrEqualTo(0);
        Assertions.assertThat(page.evaluate("() => { const list = document.querySelector('.queues');"
                + " list.scrollTop = 1e6; return list.scrollTop > 0; }")).isEqualTo(true);
        assertThat(page.locator(".queues li").last()).isInViewport();
    }

    @Test
    void aKeyThatIsNotToldOfRedisSeesAllElse() throws Exception {
        Deployed deployed = api("tiles", 0);
        fill(deployed.api(), 2);
        Page page = browser.page();
        signIn(page, deployed.api(), "one-viewer");

        assertThat(page.locator(".tile")).hasCount(5);
        assertThat(page.locator(".tile").first()).containsText("1");
        assertThat(page.locator("main")).not().containsText("Redis");
        assertThat(page.locator(".top .connection")).hasText("Live");
        browser.page().keyboard().press("t"); // and the frame is still drawn
        assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
        Assertions.assertThat(browser.errors()).isEmpty();
    }

    /** A page of each kind, open side by side. */
    private List<Page> sideBySide(RunningApi api, String job, List<String> headings) {
        List<Page> open = new ArrayList<>();
        pages("operator", job).forEach((address, heading) -> {
            Page page = browser.another();
            signIn(page, api, open.size() % 2 == 0 ? "operator" : "one-operator");
            go(page, address);
            isWhole(page, heading);
            awaitModules(page);
            open.add(page);
            headings.add(heading);
        });
        return open;
    }

    /**
     * Pages that are opened later come without the server once their modules are there, which is soon after the first
     * one is drawn.
     */
    private static void awaitModules(Page page) {
        page.evaluate(
                """
                        async () => {
                            const named = name => performance.getEntriesByType('resource')
                                .find(entry => entry.name.includes('/pages/' + name));
                            for (;;) {
                                const found = ['audit', 'workers'].map(named);
                                if (found.every(entry => entry)) {
                                    await Promise.all(found.map(entry => import(entry.name)));
                                    return;
                                }
                                await new Promise(done => setTimeout(done, 50));
                            }
                        }""");
    }

    /** While something is away each page says so, offers nothing that cannot work, and the next one opens. */
    private void areFrozen(List<Page> open, List<String> headings) {
        for (int i = 0; i < open.size(); i++) {
            Page page = open.get(i);
            assertThat(page.locator(".top .connection")).containsText("Not live");
            assertThat(heading(page)).hasText(headings.get(i));
            if (headings.get(i).equals(QUEUE)) {
                Locator pause = page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Pause"));
                assertThat(pause).isDisabled();
                assertThat(pause).hasAttribute("title", "Not live: the server cannot be reached just now.");
            }
            String next = headings.get(i).equals("Workers") ? "#/audit" : "#/workers";
            go(page, next);
            assertThat(heading(page)).hasText(next.equals("#/audit") ? "Audit log" : "Workers");
            assertThat(page.locator("main .problem")).isVisible();
            assertThat(page.locator(".failed")).hasCount(0);
        }
        Assertions.assertThat(browser.errors()).isEmpty();
    }

    /** What failed meanwhile has come by itself. */
    private void areLive(List<Page> open) {
        for (Page page : open) {
            assertThat(page.locator(".top .connection")).hasText("Live");
            assertThat(page.locator("main .problem")).hasCount(0);
            assertThat(page.locator("main .waiting")).hasCount(0);
            assertThat(page.locator(".failed")).hasCount(0);
            page.goBack();
        }
        for (Page page : open) {
            assertThat(page.locator("main .problem")).hasCount(0);
            assertThat(page.locator("main .waiting, main [aria-busy=true]")).hasCount(0);
        }
        Assertions.assertThat(browser.errors()).isEmpty();
    }

    @Test
    void everyPageComesThroughAnOutageOfRedis() throws Exception {
        Deployed deployed = api("redis", 0);
        String job = fill(deployed.api(), 10);
        List<String> headings = new ArrayList<>();
        List<Page> open = sideBySide(deployed.api(), job, headings);

        redis.close();
        areFrozen(open, headings);
        redis = here.startRedis(redis.port());

        areLive(open);
    }

    @Test
    void everyPageComesThroughAnOutageOfTheServer() throws Exception {
        Deployed deployed = api("api", 0);
        String job = fill(deployed.api(), 10);
        List<String> headings = new ArrayList<>();
        List<Page> open = sideBySide(deployed.api(), job, headings);

        deployed.process().kill9();
        areFrozen(open, headings);
        api("api", deployed.api().uri().getPort());

        areLive(open);
    }
}
