package io.headrace.api.dashboard;

import io.headrace.access.Digest;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of the web dashboard: one page at {@code /} and what it needs below {@code /assets/}. The list
 * {@code dashboard/assets.txt} names what is served, so an address never reaches the class path. Read and compressed
 * once a process; immutable.
 *
 * <p>Addresses of assets hold a digest of all of them, which the page is given here; so they can be cached for ever,
 * and one version's modules find each other by relative addresses.
 */
public final class Dashboard {
    /** The address below which assets are. */
    public static final String ASSETS = "/assets/";

    private static final String FOLDER = "/io/headrace/api/dashboard/";
    private static final Pattern IMPORT_MAP = Pattern.compile("<script type=\"importmap\">(.*?)</script>",
            Pattern.DOTALL);
    private static final Pattern ADDRESS = Pattern.compile(ASSETS + "([0-9a-f]{16})/(.+)");
    private static final String FOR_EVER = "public, max-age=31536000, immutable";

    /** Loaded with the first server of the process. */
    private static final class Loaded {
        static final Dashboard DASHBOARD = load();
    }

    private final DashboardFile page;
    private final Map<String, String> pageHeaders;
    private final Map<String, DashboardFile> assets;
    private final String version;

    private Dashboard(DashboardFile page, String importMap, Map<String, DashboardFile> assets, String version) {
        this.page = page;
        this.pageHeaders = Map.of("Cache-Control", "no-cache", "Referrer-Policy", "no-referrer",
                "Content-Security-Policy", policy(importMap), "Cross-Origin-Opener-Policy", "same-origin");
        this.assets = assets;
        this.version = version;
    }

    /** The one that this program was packaged with. */
    public static Dashboard packaged() {
        return Loaded.DASHBOARD;
    }

    private static Dashboard load() {
        Map<String, DashboardFile> assets = new HashMap<>();
        list().forEach((name, resource) -> assets.put(name, DashboardFile.of(name, read(resource))));
        String version = version(assets);
        String html = new String(read("index.html"), StandardCharsets.UTF_8).replace(ASSETS, ASSETS + version + "/");
        Matcher importMap = IMPORT_MAP.matcher(html);
        if (!importMap.find()) {
            throw new IllegalStateException("the page of the dashboard has no import map");
        }
        DashboardFile page = DashboardFile.of("index.html", html.getBytes(StandardCharsets.UTF_8));
        return new Dashboard(page, importMap.group(1), Map.copyOf(assets), version);
    }

    /** Resources by the name below {@code /assets/}. */
    static Map<String, String> list() {
        Map<String, String> resources = new TreeMap<>();
        new String(read("assets.txt"), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#"))
                .map(line -> line.strip().split("\\s+", -1)).forEach(line -> resources.put(line[0], line[1]));
        return resources;
    }

    /** @param resource from the root, or the name of one beside the page */
    static byte[] read(String resource) {
        String path = resource.startsWith("/") ? resource : FOLDER + resource;
        try (InputStream in = Dashboard.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the program was packaged without " + path);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    private static String version(Map<String, DashboardFile> assets) {
        StringBuilder all = new StringBuilder();
        new TreeMap<>(assets).forEach((name, file) -> all.append(name).append(' ').append(file.digest()).append('\n'));
        return Digest.of(all.toString()).hex().substring(0, DashboardFile.DIGEST_CHARS);
    }

    /** Nothing from elsewhere, nothing inline but the import map. */
    private static String policy(String importMap) {
        String hash = Base64.getEncoder().encodeToString(Digest.of(importMap).bytes());
        return "default-src 'none'; script-src 'self' 'sha256-" + hash + "'; style-src 'self'; img-src 'self' data:;"
                + " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    }

    /** The page. */
    Reply page(HttpCall call) {
        return page.reply(call, pageHeaders);
    }

    /**
     * What is at an address below {@code /assets/}. While replicas of two versions run, one may be asked for files
     * whose addresses another made up: it answers with its own, not to be kept.
     *
     * @throws Problem {@code no-such-route} when it is not on the list
     */
    public Reply asset(HttpCall call) {
        Matcher address = ADDRESS.matcher(call.request().path());
        Optional<DashboardFile> file = address.matches() ? Optional.ofNullable(assets.get(address.group(2)))
                : Optional.empty();
        boolean current = file.isPresent() && address.group(1).equals(version);
        Map<String, String> headers = Map.of("Cache-Control", current ? FOR_EVER : "no-store", "Referrer-Policy",
                "no-referrer", "Cross-Origin-Resource-Policy", "same-origin");
        return file
                .orElseThrow(() -> ProblemType.NO_SUCH_ROUTE.problem("the dashboard has no such file"))
                .reply(call, headers);
    }
}
