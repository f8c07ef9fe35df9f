package io.headrace.cli.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.contract.process.FreePort;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A Prometheus of the test's own, on loopback, with its data in a folder of the test. */
final class PrometheusServer implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Duration START = Duration.ofSeconds(30);

    private final Process process;
    private final URI uri;
    private final Path log;

    private PrometheusServer(Process process, URI uri, Path log) {
        this.process = process;
        this.uri = uri;
        this.log = log;
    }

    /**
     * Starts the server and waits until it answers.
     *
     * @param targets what it scrapes each second: addresses by the name of the job
     * @param rules files that it evaluates each second
     */
    static PrometheusServer start(Path program, Path folder, Map<String, List<URI>> targets, List<Path> rules)
            throws IOException {
        Files.createDirectories(folder);
        String jobs = targets.entrySet().stream().map(job -> "  - job_name: " + job.getKey()
                + "\n    static_configs:\n      - targets: [" + job.getValue().stream()
                        .map(each -> "'" + each.getAuthority() + "'").collect(Collectors.joining(", "))
                + "]\n").collect(Collectors.joining());
        String files = rules.stream().map(file -> "  - " + file.toAbsolutePath() + "\n").collect(Collectors.joining());
        Path config = Files.writeString(folder.resolve("prometheus.yml"),
                "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\n  evaluation_interval: 1s\nrule_files:\n"
                        + files + "scrape_configs:\n" + jobs);
        int port = FreePort.find();
        Path log = folder.resolve("prometheus.log");
        Process process = new ProcessBuilder(program.toString(), "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"), "--web.listen-address=127.0.0.1:" + port,
                "--enable-feature=exemplar-storage", "--log.level=warn").redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
        PrometheusServer server = new PrometheusServer(process, URI.create("http://127.0.0.1:" + port), log);
        try {
            Awaitility.await().atMost(START).ignoreExceptions().until(server::ready);
        } catch (RuntimeException e) {
            server.close();
            throw new IllegalStateException(Files.readString(log), e);
        }
        return server;
    }

    private boolean ready() throws IOException, InterruptedException {
        if (!process.isAlive()) {
            throw new IllegalStateException(Files.readString(log));
        }
        return HTTP.send(HttpRequest.newBuilder(uri.resolve("/-/ready")).build(),
                HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    }

    /** What an expression is now: a list of series, each with a value. */
    JsonNode query(String expression) throws IOException, InterruptedException {
        return get("/api/v1/query?query=" + encoded(expression)).get("result");
    }

    /** The exemplars of the last ten minutes of the series that an expression names. */
    JsonNode exemplars(String expression) throws IOException, InterruptedException {
        long now = Instant.now().getEpochSecond();
        return get("/api/v1/query_exemplars?query=" + encoded(expression) + "&start=" + (now - 600) + "&end="
                + (now + 1));
    }

    /** The groups of rules that it evaluates. */
    JsonNode rules() throws IOException, InterruptedException {
        return get("/api/v1/rules").get("groups");
    }

    /** Alerts that fire or are about to. */
    JsonNode alerts() throws IOException, InterruptedException {
        return get("/api/v1/alerts").get("alerts");
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = HTTP.send(HttpRequest.newBuilder(uri.resolve(path))
                .timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
        JsonNode tree = JsonFormat.mapper().readTree(answer.body());
        if (answer.statusCode() != 200) {
            throw new IllegalArgumentException(path + ": " + answer.body());
        }
        return tree.get("data");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
