package io.headrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Chromium without a screen, showing one page of the dashboard; what it keeps, such as cookies and connections, is
 * its own, though one program serves all of a JVM. Whatever the page complains about, an error on the console, an
 * exception, a violation of its content security policy, a dialog it never asked for, is remembered for
 * {@link #assertNoComplaints}. Used by one thread.
 */
final class Browser implements AutoCloseable {
    /** The system property that names the program, where it is not on the PATH. */
    private static final String SETTING = "headrace.chromium";
    private static final List<String> PROGRAMS = List.of("chromium", "chromium-browser", "google-chrome");
    private static final double PATIENCE_MS = 20_000;

    /** Started by the first, it ends with the JVM. */
    private static com.microsoft.playwright.@Nullable Browser chromium;

    private final List<BrowserContext> contexts = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private final Page page;

    Browser() {
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
        this.page = another();
    }

    private static com.microsoft.playwright.Browser chromium() {
        if (chromium == null || !chromium.isConnected()) {
            Playwright playwright = Playwright
                    .create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            // As root there is no sandbox, and what is shown comes from the test.
            chromium = playwright.chromium().launch(new LaunchOptions().setExecutablePath(program())
                    .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                            "--disable-background-networking", "--disable-component-update", "--disable-sync")));
        }
        return chromium;
    }

    /** A page of its own: with other cookies, and connections that it shares with none. */
    Page another() {
        return another(chromium().newContext());
    }

    /** The same, in another time zone. */
    Page another(String zone) {
        return another(chromium().newContext(new NewContextOptions().setTimezoneId(zone)));
    }

    private Page another(BrowserContext context) {
        contexts.add(context);
        Page page = context.newPage();
        page.setDefaultTimeout(PATIENCE_MS);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text() + " at " + message.location());
            }
        });
        page.onPageError(complaints::add);
        page.onDialog(dialog -> {
            complaints.add("dialog: " + dialog.message());
            dialog.dismiss();
        });
        return page;
    }

    private static Path program() {
        String named = System.getProperty(SETTING);
        if (named != null) {
            return Path.of(named);
        }
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .flatMap(folder -> PROGRAMS.stream().map(Path.of(folder)::resolve))
                .filter(Files::isExecutable).findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("the tests of the dashboard need Chromium: 'apt-get install"
                                + " chromium', or name another one by -D" + SETTING + "=/path/to/chromium"));
    }

    /** Goes to a page of the dashboard, {@code #/…}. */
    void show(URI api, String address) {
        page.navigate(api.resolve("/") + address);
    }

    Page page() {
        return page;
    }

    Locator main() {
        return page.locator("main");
    }

    Locator dialog() {
        return page.locator("dialog");
    }

    Locator heading(String text) {
        return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName(text).setExact(true));
    }

    Locator link(String text) {
        return page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(text));
    }

    Locator buttons(String text) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(text).setExact(true));
    }

    void press(String button) {
        buttons(button).click();
    }

    void assertNoComplaints() {
        assertThat(complaints).isEmpty();
    }

    /** What of the complaints is not about a request that was refused, or did not arrive. */
    List<String> errors() {
        return complaints.stream()
                .filter(it -> !it.startsWith("Failed to load resource") && !it.contains("net::ERR_")).toList();
    }

    /** All but those that a test provoked: browsers note every refused request on the console. */
    List<String> complaintsBut(String part) {
        return complaints.stream().filter(complaint -> !complaint.contains(part)).toList();
    }

    @Override
    public void close() {
        contexts.forEach(BrowserContext::close);
    }
}
