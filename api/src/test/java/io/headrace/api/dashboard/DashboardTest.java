package io.headrace.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.api.TestApi;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files of the dashboard as browsers fetch them. */
class DashboardTest {
    private final TestApi api = new TestApi("KEYS=secret");

    @AfterEach
    void close() {
        api.close();
    }

    private HttpResponse<byte[]> fetch(String path, String... headers) throws Exception {
        return api.http.send(TestApi.with(api.request(path), headers).build(), BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<?> response, String name) {
        return String.join(", ", response.headers().allValues(name));
    }

    private String page() throws Exception {
        HttpResponse<byte[]> response = fetch("/");
        assertThat(response.statusCode()).isEqualTo(200);
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    /** Where an asset is, by the name it has in the list. */
    private String address(String name) throws Exception {
        Matcher any = Pattern.compile("/assets/[0-9a-f]{16}/").matcher(page());
        assertThat(any.find()).isTrue();
        return any.group() + name;
    }

    @Test
    void everyListedFileIsServedWithoutAKeyForEverAndSmaller() throws Exception {
        for (String name : Dashboard.list().keySet()) {
            HttpResponse<byte[]> plain = fetch(address(name));
            HttpResponse<byte[]> packed = fetch(address(name), "Accept-Encoding", "br, gzip;q=0.8");
            assertThat(plain.statusCode()).as(name).isEqualTo(200);
            assertThat(header(plain, "Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
            assertThat(header(plain, "Vary")).isEqualTo("Accept-Encoding");
            assertThat(header(plain, "X-Content-Type-Options")).isEqualTo("nosniff");
            if (header(packed, "Content-Encoding").equals("gzip")) {
                assertThat(packed.body().length).isLessThan(plain.body().length);
                assertThat(new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes())
                        .isEqualTo(plain.body());
                assertThat(header(packed, "ETag")).isNotEqualTo(header(plain, "ETag"));
            } else {
                assertThat(packed.body()).isEqualTo(plain.body());
            }
        }
    }

    /** Whoever opens every page of it has fetched no more than this. */
    @Test
    void allOfItTogetherIsSmall() throws Exception {
        int bytes = fetch("/", "Accept-Encoding", "gzip").body().length;
        for (String name : Dashboard.list().keySet()) {
            bytes += fetch(address(name), "Accept-Encoding", "gzip").body().length;
        }
        assertThat(bytes).isBetween(100_000, 150_000);
    }

    @Test
    void whatThePageRefersToIsThere() throws Exception {
        Matcher references = Pattern.compile("\"(/assets/[^\"]+[^/\"])\"").matcher(page());
        int count = 0;
        while (references.find()) {
            assertThat(fetch(references.group(1)).statusCode()).as(references.group(1)).isEqualTo(200);
            count++;
        }
        assertThat(count).isGreaterThan(3);
    }

    @Test
    void everyFileOfTheFolderIsListed() throws IOException {
        Path folder = Path.of("src", "main", "resources", "io", "headrace", "api", "dashboard");
        try (Stream<Path> files = Files.walk(folder)) {
            TreeSet<String> own = files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString())
                    .filter(name -> !name.equals("index.html") && !name.equals("assets.txt"))
                    .collect(Collectors.toCollection(TreeSet::new));
            List<String> listed = Dashboard.list().values().stream().filter(resource -> !resource.startsWith("/"))
                    .sorted().toList();
            assertThat(listed).containsExactlyElementsOf(own);
        }
    }

    /** A module that is imported and not served breaks the page, and only in a browser. */
    @Test
    void everyImportLeadsToAListedFile() throws Exception {
        Pattern imports = Pattern.compile("(?:from|import)\\s*\\(?\\s*[\"']([^\"'\\s]+)[\"']");
        Map<String, String> bare = Map.of("lit-html", "lit-html/lit-html.js", "chart.js", "chart/chart.umd.js");
        for (String name : Dashboard.list().keySet()) {
            if (!name.endsWith(".js") || name.startsWith("chart/")) {
                continue;
            }
            String source = new String(fetch(address(name)).body(), StandardCharsets.UTF_8);
            Matcher found = imports.matcher(source);
            while (found.find()) {
                String wanted = found.group(1);
                String target = wanted.startsWith(".")
                        ? Path.of(name).resolveSibling(wanted).normalize().toString()
                        : bare.getOrDefault(wanted, wanted);
                assertThat(Dashboard.list()).as(name + " imports " + wanted).containsKey(target);
            }
        }
    }

    @Test
    void thePageIsCheckedEachTimeAndSentOnlyWhenItChanged() throws Exception {
        HttpResponse<byte[]> first = fetch("/", "Accept-Encoding", "gzip");
        assertThat(header(first, "Cache-Control")).isEqualTo("no-cache");
        String etag = header(first, "ETag");
        assertThat(etag).matches("\"[0-9a-f]{16}-gzip\"");
        HttpResponse<byte[]> again = fetch("/", "Accept-Encoding", "gzip", "If-None-Match", "\"x\", W/" + etag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(header(again, "ETag")).isEqualTo(etag);
        assertThat(fetch("/", "If-None-Match", etag).statusCode()).isEqualTo(200);
    }

    @Test
    void nothingInlineRunsButTheImportMap() throws Exception {
        HttpResponse<byte[]> response = fetch("/");
        String policy = header(response, "Content-Security-Policy");
        assertThat(policy).contains("default-src 'none'", "frame-ancestors 'none'", "connect-src 'self'",
                "style-src 'self';").doesNotContain("unsafe");
        assertThat(header(response, "Referrer-Policy")).isEqualTo("no-referrer");
        String page = new String(response.body(), StandardCharsets.UTF_8);
        Matcher scripts = Pattern.compile("<script([^>]*)>(.*?)</script>", Pattern.DOTALL).matcher(page);
        while (scripts.find()) {
            if (!scripts.group(2).isBlank()) {
                assertThat(scripts.group(1)).isEqualTo(" type=\"importmap\"");
                byte[] digest = MessageDigest.getInstance("SHA-256")
                        .digest(scripts.group(2).getBytes(StandardCharsets.UTF_8));
                assertThat(policy).contains("'sha256-" + Base64.getEncoder().encodeToString(digest) + "'");
            }
        }
        assertThat(page).doesNotContain("<style", " style=", "onclick");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"gzip,true", "'GZIP, br',true", "*,true", "gzip;q=0,false",
        "'*;q=0.5, gzip;q=0.0',false", "br,false", "identity,false", "-,false"})
    void anAnswerIsCompressedWhenTheClientSaysItReadsThat(String accepted, boolean packed) throws Exception {
        HttpResponse<byte[]> response = accepted == null ? fetch("/") : fetch("/", "Accept-Encoding", accepted);
        assertThat(header(response, "Content-Encoding").equals("gzip")).isEqualTo(packed);
    }

    /** A replica of another version may have made the address up; what this one has must not be kept under it. */
    @Test
    void anAddressOfAnotherVersionIsAnsweredButNotKept() throws Exception {
        HttpResponse<byte[]> response = fetch("/assets/0123456789abcdef/headrace/app.js");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "Cache-Control")).isEqualTo("no-store");
    }

    @ParameterizedTest
    @CsvSource({"/assets/", "/assets/V/", "/assets/V/headrace/none.js",
        "/assets/V/headrace/../app.js", "/assets/V/headrace/%2e%2e/app.js", "/assets/V//etc/passwd",
        "/assets/V/META-INF/MANIFEST.MF", "/assets/V/io/headrace/api/ApiServer.class", "/assets/V/assets.txt",
        "/assets/headrace/app.js", "/assets/V/headrace%2fapp.js", "/assets/V/headrace/app.js%00",
        "/assets/V/lit-html/development/lit-html.js"})
    void whatIsNotListedIsNotThere(String path) throws Exception {
        String wanted = path.replace("/V/", address("").substring("/assets".length()));
        String answer = api.raw("GET " + wanted + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 404").contains("no-such-route");
    }

    @Test
    void anAddressThatLeadsOutOfTheFolderIsNoAddressOfAFile() throws Exception {
        assertThat(api
                .raw("GET " + address("").replaceFirst("/$", "") + "/../../index.html HTTP/1.1\r\nHost: localhost\r\n"
                        + "Connection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 401");
    }

    @Test
    void aFileCanOnlyBeRead() throws Exception {
        assertThat(api.call("HEAD", address("headrace/app.js")).status()).isEqualTo(200);
        TestApi.Answer answer = api.call("DELETE", address("headrace/app.js"));
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
    }
}
