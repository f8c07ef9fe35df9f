package io.headrace.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.headrace.config.Meter;
import io.headrace.format.Gzip;
import io.headrace.format.ScrapeFormat;
import io.headrace.runtime.Build;
import io.headrace.runtime.OwnHost;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Serves a worker's health and figures: {@code /livez}, 200 while the worker is {@link Worker#live() live} and else
 * 503, and {@code /metrics} for Prometheus. Requests run on threads of its own, {@code headrace-http}, and must arrive
 * within a second. It needs {@code io.micrometer:micrometer-registry-prometheus} on the class path, which the worker
 * itself does without.
 */
public final class WorkerHttp implements AutoCloseable {
    /** Prometheus up to 2.42 at least refuses a whole page for an exemplar on anything but a counter or a bucket. */
    private static final PrometheusConfig BUCKET_EXEMPLARS = new PrometheusConfig() {
        @Override
        public @Nullable String get(String key) {
            return null;
        }

        @Override
        public Properties prometheusProperties() {
            Properties properties = new Properties();
            properties.setProperty("io.prometheus.exporter.exemplars_on_all_metric_types", "false");
            return properties;
        }
    };

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String ELSEWHERE = "there are /livez and /metrics\n";

    private final HttpServer server;
    private final ExecutorService threads;

    private WorkerHttp(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * A registry for the whole of a process. It tells version, commit and day; scraped as OpenMetrics, its histograms
     * of attempts show the trace ids of jobs that were sent with a sampled {@code traceparent} as exemplars.
     */
    public static PrometheusMeterRegistry registry() {
        PrometheusRegistry collectors = new PrometheusRegistry();
        Info.builder().name(Meter.BUILD_INFO.exported()).help(Meter.BUILD_INFO.help())
                .labelNames("version", "commit", "date")
                .register(collectors).setLabelValues(Build.version(), Build.commit(), Build.date());
        return new PrometheusMeterRegistry(BUCKET_EXEMPLARS, collectors, Clock.SYSTEM, new Exemplars());
    }

    /**
     * Starts serving.
     *
     * @param address port 0 takes a free one
     * @param meters the registry that the worker was built with
     * @throws IOException when the port is taken
     */
    public static WorkerHttp start(InetSocketAddress address, Worker worker, PrometheusMeterRegistry meters)
            throws IOException {
        HttpServer server = HttpServer.create(address, 0);
        HttpThreads threads = new HttpThreads();
        server.setExecutor(threads);
        server.createContext("/livez", exchange -> {
            threads.arrived();
            boolean live = worker.live();
            answer(exchange, "/livez", live ? 200 : 503, TEXT, live ? "live\n" : "not live\n");
        });
        server.createContext("/metrics", exchange -> {
            threads.arrived();
            String type = ScrapeFormat.accepted(exchange.getRequestHeaders().getFirst("Accept")).contentType();
            answer(exchange, "/metrics", 200, type, meters.scrape(type));
        });
        server.createContext("/", exchange -> answer(exchange, "/", 404, TEXT, ELSEWHERE));
        server.start();
        return new WorkerHttp(server, threads);
    }

    private static void answer(HttpExchange exchange, String path, int status, String media, String body)
            throws IOException {
        if (exchange.getHttpContext().getServer().getAddress().getAddress().isLoopbackAddress()
                && !OwnHost.isIn(exchange.getRequestHeaders().getFirst("Host"))) {
            send(exchange, 403, TEXT, "the host must be localhost or an IP address\n");
        } else if (!path.equals("/") && !exchange.getRequestURI().getPath().equals(path)) {
            send(exchange, 404, TEXT, ELSEWHERE);
        } else {
            send(exchange, status, media, body);
        }
    }

    private static void send(HttpExchange exchange, int status, String media, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", media);
            if (bytes.length >= Gzip.WORTH_BYTES) {
                exchange.getResponseHeaders().set("Vary", "Accept-Encoding");
                if (takesGzip(exchange)) {
                    exchange.getResponseHeaders().set("Content-Encoding", Gzip.NAME);
                    bytes = Gzip.of(bytes);
                }
            }
            exchange.sendResponseHeaders(status, bytes.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        }
    }

    private static boolean takesGzip(HttpExchange exchange) {
        List<String> accepted = exchange.getRequestHeaders().get("Accept-Encoding");
        return accepted != null && Gzip.wanted(String.join(",", accepted));
    }

    /** Where it is served. */
    public URI uri() {
        InetSocketAddress bound = server.getAddress();
        String host = bound.getAddress().isAnyLocalAddress() ? "localhost" : bound.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort());
    }

    /** Stops serving, at once. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
