package io.headrace.cli.faults;

import io.headrace.cli.faults.handler.ExecutionNotes;
import io.headrace.cli.faults.handler.NotingHandler;
import io.headrace.cli.faults.handler.PluginJar;
import io.headrace.contract.process.FreePort;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.contract.process.HeadraceProcess.Launcher;
import io.headrace.contract.process.RedisConnection;
import io.headrace.contract.process.RedisServer;
import io.headrace.contract.process.TcpProxy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Redis, an api and workers, each a process of its own, in a folder of the test. Used by one thread.
 */
final class FaultStage implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(40);
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2)).build();

    private final Plan plan;
    private final RedisTopology topology;
    private final Launcher launcher;
    private final ExecutionNotes notes;
    private final Path plugins;
    private final @Nullable TcpProxy proxy;
    private final int apiPort = FreePort.find();
    /** Those that run, by their names. */
    private final Map<String, HeadraceProcess> workers = new LinkedHashMap<>();
    private final Map<String, Integer> metricsPorts = new HashMap<>();
    private HeadraceProcess api;
    private int workersStarted;
    private int apisStarted;

    /**
     * How a stage is set up.
     *
     * @param proxied whether a proxy stands between the processes and a standalone Redis
     */
    record Plan(DurabilityMode mode, int workers, int slots, Duration lease, boolean proxied, Clocks clocks) {
        static Plan of(DurabilityMode mode) {
            return new Plan(mode, 3, 40, Duration.ofSeconds(2), false, new Clocks("", ""));
        }

        Plan throughProxy() {
            return new Plan(mode, workers, slots, lease, true, clocks);
        }

        Plan withClocks(String ofApi, String ofWorkers) {
            return new Plan(mode, workers, slots, lease, proxied, new Clocks(ofApi, ofWorkers));
        }

        Plan withWorkers(int count, int slotsEach, Duration leaseOfEach) {
            return new Plan(mode, count, slotsEach, leaseOfEach, proxied, clocks);
        }
    }

    /**
     * Wall clocks that go wrong.
     *
     * @param api what libfaketime adds to that of the api, such as {@code -5h}; empty for nothing
     * @param worker the same for the workers
     */
    record Clocks(String api, String worker) {}

    /** Takes over the topology, and starts all that the plan names. */
    FaultStage(Path folder, Plan plan, RedisTopology topology) throws IOException, InterruptedException {
        this.plan = plan;
        this.topology = topology;
        this.launcher = Launcher.in(Files.createDirectories(folder));
        this.notes = new ExecutionNotes(Files.createDirectories(folder.resolve("notes")));
        this.plugins = PluginJar.folder(folder);
        this.proxy = plan.proxied() ? TcpProxy.to(topology.primary().port()) : null;
        this.api = launchApi();
        try {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < plan.workers(); i++) {
                names.add(launchWorker());
            }
            awaitApi();
            for (String name : names) {
                awaitWorker(name);
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    Plan plan() {
        return plan;
    }

    RedisTopology topology() {
        return topology;
    }

    ExecutionNotes notes() {
        return notes;
    }

    TcpProxy proxy() {
        if (proxy == null) {
            throw new IllegalStateException("the plan has no proxy");
        }
        return proxy;
    }

    HeadraceProcess api() {
        return api;
    }

    URI apiUri() {
        return URI.create("http://127.0.0.1:" + apiPort);
    }

    /** Those that run, in the order of their start. */
    List<String> workers() {
        return List.copyOf(workers.keySet());
    }

    HeadraceProcess worker(String name) {
        return Optional.ofNullable(workers.get(name)).orElseThrow();
    }

    private String redis() {
        return proxy == null ? topology.url() : "redis://127.0.0.1:" + proxy.port();
    }

    private HeadraceProcess launchApi() {
        return launcher.start("api" + ++apisStarted, clock(plan.clocks().api()), List.of("api", "--port", "" + apiPort,
                "--redis", redis(), "--durability", plan.mode().label()));
    }

    private void awaitApi() throws InterruptedException {
        api.awaitOut("http://127.0.0.1:[0-9]+$", START);
    }

    private String launchWorker() {
        String name = "worker" + ++workersStarted;
        int metrics = FreePort.find();
        Map<String, String> environment = new HashMap<>(clock(plan.clocks().worker()));
        environment.put(NotingHandler.NOTES, notes.file(name));
        metricsPorts.put(name, metrics);
        workers.put(name, launcher.start(name, environment, List.of("worker", "--redis", redis(), "--slots",
                "" + plan.slots(), "--lease", plan.lease().toMillis() + "ms", "--plugins", plugins.toString(),
                "--metrics-port", "" + metrics)));
        return name;
    }

    private void awaitWorker(String name) throws InterruptedException {
        String line = worker(name).awaitErr("worker started id=", START);
        notes.named(name, line.replaceFirst(".* id=(\\S+) .*", "$1"));
    }

    /** The environment that makes a JVM's wall clock wrong, and leaves alone the one that it measures times with. */
    private static Map<String, String> clock(String offset) {
        if (offset.isEmpty()) {
            return Map.of();
        }
        Path library = Path.of("/usr/lib/" + System.getProperty("os.arch").replace("amd64", "x86_64")
                + "-linux-gnu/faketime/libfaketimeMT.so.1");
        if (!Files.exists(library)) {
            throw new AssertionError(library + " is missing: apt-get install libfaketime");
        }
        return Map.of("LD_PRELOAD", library.toString(), "FAKETIME", offset, "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                "FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }

    /** Starts one more worker and waits until it works. */
    String startWorker() throws InterruptedException {
        String name = launchWorker();
        awaitWorker(name);
        return name;
    }

    /** Starts one more worker, of which {@link #adopt} must hear before the run is judged. */
    String startWorkerSoon() {
        return launchWorker();
    }

    /** Waits until workers that were started soon do work. */
    void adopt() throws InterruptedException {
        for (String name : workers()) {
            awaitWorker(name);
        }
    }

    /** Kills a worker as {@code kill -9} does. */
    void killWorker(String name) throws InterruptedException {
        awaitWorker(name);
        worker(name).kill9();
        workers.remove(name);
    }

    /** Starts a worker for each that has died by itself. */
    void replaceTheDead() throws InterruptedException {
        for (String name : workers()) {
            if (!worker(name).alive()) {
                awaitWorker(name);
                worker(name).close();
                workers.remove(name);
                launchWorker();
            }
        }
    }

    /** Kills the api and starts it again on its port. */
    void restartApi() throws InterruptedException {
        api.kill9();
        api = launchApi();
        awaitApi();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(apiUri().resolve(path)).timeout(Duration.ofSeconds(20)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send("POST", path, json);
    }

    HttpResponse<String> send(String method, String path, String json) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(apiUri().resolve(path)).timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(json)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The sum of a meter over the workers that run. */
    double meter(String name) throws IOException, InterruptedException {
        double sum = 0;
        for (String worker : workers()) {
            URI page = URI.create("http://127.0.0.1:" + metricsPorts.get(worker) + "/metrics");
            sum += HTTP.send(HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(5)).build(),
                    HttpResponse.BodyHandlers.ofString()).body().lines()
                    .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
        }
        return sum;
    }

    /** How many jobs are anywhere but at their end, as Redis has it; a sentence for each place. */
    List<String> unfinished() throws IOException {
        List<String> places = new ArrayList<>();
        RedisServer primary = topology.primary();
        try (RedisConnection redis = primary.connect()) {
            for (String level : List.of("h", "n", "l")) {
                place(places, redis, "XLEN", "ready:" + level);
                place(places, redis, "HLEN", "running:" + level);
            }
            for (String index : List.of("scheduled", "retrying", "parked")) {
                place(places, redis, "ZCARD", index);
            }
        }
        return places;
    }

    private static void place(List<String> places, RedisConnection redis, String count, String key)
            throws IOException {
        String size = redis.ask(count, RedisTopology.BASE + key);
        if (!size.equals("0")) {
            places.add(size + " in " + key);
        }
    }

    /** A hash of the queue whose values are numbers. */
    Map<String, Long> hash(String key) throws IOException {
        Map<String, Long> values = new HashMap<>();
        try (RedisConnection redis = topology.primary().connect()) {
            List<String> all = redis.list("HGETALL", RedisTopology.BASE + key);
            for (int i = 0; i < all.size(); i += 2) {
                values.put(all.get(i), Long.parseLong(all.get(i + 1)));
            }
        }
        return values;
    }

    /** How many dead jobs the queue has. */
    long dead() throws IOException {
        return Long.parseLong(topology.primary().ask("ZCARD", RedisTopology.BASE + "dead"));
    }

    @Override
    public void close() {
        workers.values().forEach(HeadraceProcess::close);
        api.close();
        if (proxy != null) {
            proxy.close();
        }
        topology.close();
    }
}
