package io.headrace.cli.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.headrace.JobId;
import io.headrace.cli.system.Deployment;
import io.headrace.cli.system.RunningApi;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard of a fleet: two replicas of the api, a worker, and keys of several roles. */
final class DashboardAccessIT {
    private static final String KEYS = "watcher=viewer:look-only-secret,olga=operator:may-act-secret,"
            + "feeder=producer:feed-secret,postman=viewer@mail:mail-secret";

    @TempDir
    private Path folder;

    private Deployment here;
    private Browser browser;
    private RunningApi one;
    private RunningApi other;

    @BeforeEach
    void deploy() throws Exception {
        here = new Deployment(folder);
        EmbeddedRedis redis = here.startRedis(0);
        one = replica("one", redis);
        other = replica("other", redis);
        here.startWorker("worker", "worker", "--redis", redis.url(), "--exec",
                "gated=while [ ! -e " + folder.resolve("open") + " ]; do sleep 0.05; done; echo 42");
        browser = new Browser();
    }

    private RunningApi replica(String name, EmbeddedRedis redis) throws InterruptedException {
        return RunningApi
                .of(here.start(name, Map.of("HEADRACE_API_KEYS", KEYS), "api", "--port", "0", "--redis", redis.url()))
                .withKey("may-act-secret");
    }

    @AfterEach
    void close() throws Exception {
        browser.close();
        here.close();
    }

    private void signIn(String key) {
        browser.page().getByLabel("API key").fill(key);
        browser.press("Sign in");
    }

    @Test
    void thePageOfOneReplicaSeesWhatComesThroughTheOther() throws Exception {
        browser.show(one.uri(), "");
        signIn("look-only-secret");
        assertThat(browser.main()).containsText("No jobs yet.");
        JobId id = other.enqueue("gated", "null", "");
        assertThat(browser.link("default").first()).isVisible();

        browser.show(one.uri(), "#/jobs/" + id);
        assertThat(browser.main().locator(".page-head .state")).hasText("Running");
        Files.createFile(folder.resolve("open"));
        other.ended(id);

        assertThat(browser.main().locator(".page-head .state")).hasText("Succeeded");
        browser.show(one.uri(), "#/");
        assertThat(browser.main().getByLabel("Totals")).containsText("1 succeeded");
        // The session of one replica is known to the other.
        browser.show(other.uri(), "#/");
        assertThat(browser.heading("Overview")).isVisible();
        Assertions.assertThat(browser.complaintsBut("401")).isEmpty();
    }

    @Test
    void aWrongKeyIsToldAndAViewerIsOfferedNothingToChange() throws Exception {
        JobId id = one.enqueue("gated", "null", ",\"delay\":\"1h\"");
        browser.show(one.uri(), "#/jobs/" + id);
        signIn("wrong");
        assertThat(browser.page().getByRole(AriaRole.ALERT)).hasText("That key is not known here.");
        signIn("look-only-secret");

        assertThat(browser.main().locator(".page-head .state")).hasText("Scheduled");
        assertThat(browser.buttons("Cancel…")).hasCount(0);
        browser.show(one.uri(), "#/queues/default");
        assertThat(browser.main().locator("canvas")).hasCount(3);
        assertThat(browser.buttons("Pause")).hasCount(0);
        assertThat(browser.link("Audit")).hasCount(0);
        browser.show(one.uri(), "#/audit");
        assertThat(browser.heading("Not for this key")).isVisible();
        browser.page().getByRole(AriaRole.BUTTON,
                new Page.GetByRoleOptions().setName("Sign out")).first().click();
        assertThat(browser.page().getByLabel("API key")).isVisible();
        Assertions.assertThat(browser.complaintsBut("401")).isEmpty();
    }

    @Test
    void whoGuessesKeysIsToldHowLongToWait() throws Exception {
        browser.show(one.uri(), "");
        for (int i = 0; i < 10; i++) {
            signIn("guess" + i);
            assertThat(browser.page().getByRole(AriaRole.ALERT)).hasText("That key is not known here.");
            assertThat(browser.buttons("Sign in")).isEnabled();
        }
        signIn("look-only-secret");

        assertThat(browser.page().getByRole(AriaRole.ALERT)).hasText(Pattern
                .compile("Too many logins from your address failed; the next is possible in \\d+ seconds?\\."));
        assertThat(browser.buttons("Sign in")).isEnabled();
    }

    @Test
    void aQueueThatAKeyDoesNotOpenIsNotTaughtAsOneToBeMade() throws Exception {
        browser.show(one.uri(), "#/queues/default");
        signIn("mail-secret");

        assertThat(browser.main().getByRole(AriaRole.ALERT)).containsText("does not open the queue 'default'.");
        assertThat(browser.main()).not().containsText("curl");
    }

    @Test
    void whatAnOperatorDoesIsInTheAuditLog() throws Exception {
        one.enqueue("gated", "null", ",\"delay\":\"1h\"");
        browser.show(one.uri(), "#/queues/default");
        signIn("may-act-secret");
        browser.press("Pause");
        assertThat(browser.buttons("Resume")).isVisible();

        browser.show(one.uri(), "#/audit");

        assertThat(browser.main().getByRole(AriaRole.TABLE)).containsText("olga");
        assertThat(browser.main().getByRole(AriaRole.TABLE)).containsText("queue.pause");
        Assertions.assertThat(browser.complaintsBut("401")).isEmpty();
    }

    @Test
    void aProducerLooksUpSingleJobs() throws Exception {
        JobId id = one.enqueue("gated", "null", ",\"delay\":\"1h\"");
        browser.show(one.uri(), "");
        signIn("feed-secret");
        assertThat(browser.heading("Jobs by id")).isVisible();
        assertThat(browser.page().locator(".places a")).hasCount(0);
        List<String> asked = new ArrayList<>();
        browser.page().onRequest(request -> asked.add(request.url()));
        browser.show(one.uri(), "#/workers");
        assertThat(browser.heading("Not for this key")).isVisible();
        assertThat(browser.main()).containsText("producer");

        browser.page().keyboard().press("/");
        browser.page().keyboard().type(id.toString());
        browser.page().keyboard().press("Enter");

        assertThat(browser.main().locator(".page-head .state")).hasText("Scheduled");
        assertThat(browser.main().locator("a")).hasCount(0); // they would lead to what it may not see
        Assertions.assertThat(asked).noneMatch(url -> url.contains("/v1/workers"));
        Assertions.assertThat(browser.complaintsBut("401")).isEmpty();
    }
}
