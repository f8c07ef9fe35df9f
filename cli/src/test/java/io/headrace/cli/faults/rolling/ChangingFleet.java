package io.headrace.cli.faults.rolling;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.cli.faults.handler.ExecutionNotes;
import io.headrace.cli.faults.handler.NotingHandler;
import io.headrace.cli.faults.handler.PluginJar;
import io.headrace.contract.process.FreePort;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.contract.process.HeadraceProcess.Launcher;
import io.headrace.contract.process.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * Apis and workers of two builds on one Redis; the name of each says of which build it is. One thread starts and stops
 * them, and any thread sends requests.
 */
final class ChangingFleet implements AutoCloseable {
    /** Claimed from by workers with few slots alone; the one that is paused now and then. */
    static final String NARROW = "narrow";
    /** Claimed from by all. */
    static final String SHARED = "shared";
    /** Claimed from by workers with many slots alone. */
    static final String WIDE = "wide";
    static final List<String> QUEUES = List.of(NARROW, SHARED, WIDE);

    private static final Duration SOON = Duration.ofSeconds(60);
    /** A worker that lives must not lose a lease, however busy the machine is. */
    private static final String LEASE = "10s";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5)).build();

    private final Path folder;
    private final RedisServer redis;
    private final Map<Age, Launcher> launchers;
    private final Path plugins;
    private final ExecutionNotes notes;
    /** Those that take requests. */
    private final List<Api> rotation = new CopyOnWriteArrayList<>();
    private final List<Working> workers = new ArrayList<>();
    /** Names, also of those that are gone. */
    private final List<String> everyWorker = new ArrayList<>();
    private final Set<String> killed = new HashSet<>();
    private final List<HeadraceProcess> started = new ArrayList<>();

    /** Which build. */
    enum Age {
        OLD, NEW;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What a worker takes. */
    enum Size {
        SMALL(10, List.of(NARROW, SHARED)), LARGE(100, List.of(SHARED, WIDE));

        private final int slots;
        private final List<String> queues;

        Size(int slots, List<String> queues) {
            this.slots = slots;
            this.queues = queues;
        }
    }

    /**
     * One api.
     *
     * @param gate read by who sends a request, written by who takes it out of the rotation
     */
    private record Api(Age age, String name, URI uri, HeadraceProcess process, ReadWriteLock gate) {}

    /** One worker that runs. */
    private record Working(Age age, Size size, String name, HeadraceProcess process) {}

    /** What an api said. */
    record Answer(String api, HttpResponse<String> http) {
        @Override
        public String toString() {
            return api + " answered " + http.statusCode() + ": " + http.body();
        }
    }

    ChangingFleet(Path folder, RedisServer redis, Path previousJar) throws IOException {
        this.folder = folder;
        this.redis = redis;
        Launcher present = Launcher.in(folder);
        this.launchers = Map.of(Age.NEW, present, Age.OLD, new Launcher(present.java(), previousJar, folder));
        this.plugins = PluginJar.folder(folder);
        this.notes = new ExecutionNotes(Files.createDirectories(folder.resolve("notes")));
    }

    Path folder() {
        return folder;
    }

    RedisServer redis() {
        return redis;
    }

    ExecutionNotes notes() {
        return notes;
    }

    /** All that ever ran, in the order of their start. */
    List<String> everyWorker() {
        return List.copyOf(everyWorker);
    }

    /** Names of workers. */
    Set<String> killed() {
        return Set.copyOf(killed);
    }

    /** The workers that run, by their build. */
    Set<Age> ages() {
        return workers.stream().map(Working::age).collect(Collectors.toSet());
    }

    /** The build of a process, by its name. */
    static Age age(String process) {
        return process.startsWith(Age.OLD.label()) ? Age.OLD : Age.NEW;
    }

    /** Puts an api into the rotation. */
    void startApi(Age age) throws InterruptedException {
        int port = FreePort.find();
        String name = name(age, "api");
        HeadraceProcess process = launch(age, name, Map.of(), List.of("api", "--port", "" + port, "--redis", url()));
        process.awaitOut("http://127.0.0.1:[0-9]+$", SOON);
        rotation.add(new Api(age, name, URI.create("http://127.0.0.1:" + port), process,
                new ReentrantReadWriteLock()));
    }

    /** Takes an api out of the rotation, and has it end when it has answered what is under way. */
    void stopApi(Age age) throws InterruptedException {
        Api api = api(age);
        rotation.remove(api);
        api.gate().writeLock().lock(); // nobody sends to it any more
        end(api.name(), api.process());
    }

    private Api api(Age age) {
        return rotation.stream().filter(each -> each.age() == age).findFirst().orElseThrow();
    }

    void startWorker(Age age, Size size) throws InterruptedException {
        String name = name(age, size.name().toLowerCase(Locale.ROOT));
        List<String> arguments = new ArrayList<>(List.of("worker", "--redis", url(), "--slots", "" + size.slots,
                "--lease", LEASE, "--plugins", plugins.toString()));
        size.queues.forEach(queue -> arguments.addAll(List.of("--queue", queue)));
        HeadraceProcess process = launch(age, name, Map.of(NotingHandler.NOTES, notes.file(name)), arguments);
        notes.named(name, process.awaitErr("worker started id=", SOON).replaceFirst(".* id=(\\S+) .*", "$1"));
        workers.add(new Working(age, size, name, process));
        everyWorker.add(name);
    }

    /** Has a worker end in good order. */
    void stopWorker(Age age, Size size) throws InterruptedException {
        Working worker = leaving(age, size);
        end(worker.name(), worker.process());
    }

    /** Kills a worker as {@code kill -9} does, while it runs a job. */
    void killWorker(Age age, Size size, JobId job) {
        Working worker = leaving(age, size);
        Awaitility.await(worker.name() + " runs " + job).atMost(SOON).pollInterval(Duration.ofMillis(10))
                .until(() -> notes.started(worker.name()).stream().anyMatch(note -> note.run().job().equals(job)));
        worker.process().kill9();
        killed.add(worker.name());
    }

    private Working leaving(Age age, Size size) {
        Working worker = workers.stream().filter(each -> each.age() == age && each.size() == size).findFirst()
                .orElseThrow();
        workers.remove(worker);
        return worker;
    }

    private static void end(String name, HeadraceProcess process) throws InterruptedException {
        process.terminate();
        assertThat(process.awaitExit(SOON)).as("exit code of " + name).isZero();
    }

    /** What {@code headrace doctor} of a build finds, as JSON. */
    String doctor(Age age) throws InterruptedException {
        HeadraceProcess doctor = launch(age, name(age, "doctor"), Map.of(), List.of("doctor", "--redis",
                url(), "-o", "json"));
        doctor.awaitExit(SOON);
        return String.join("\n", doctor.out());
    }

    private String name(Age age, String what) {
        return age.label() + '-' + what + '-' + (started.size() + 1);
    }

    private String url() {
        return "redis://127.0.0.1:" + redis.port();
    }

    private HeadraceProcess launch(Age age, String name, Map<String, String> environment, List<String> arguments) {
        HeadraceProcess process = Optional.ofNullable(launchers.get(age)).orElseThrow().start(name, environment,
                arguments);
        started.add(process);
        return process;
    }

    /** Asks an api of this build. */
    Answer ask(Age age, String method, String path) throws IOException, InterruptedException {
        return send(api(age), method, path, "");
    }

    /**
     * Asks one of the apis in the rotation.
     *
     * @param choice any number: the next one means another api, where there are two
     * @param headers names and values in turn
     */
    Answer ask(int choice, String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        while (true) {
            List<Api> all = List.copyOf(rotation);
            Api api = all.get(Math.floorMod(choice, all.size()));
            api.gate().readLock().lock();
            try {
                if (rotation.contains(api)) {
                    return send(api, method, path, body, headers);
                }
            } finally {
                api.gate().readLock().unlock();
            }
        }
    }

    private static Answer send(Api api, String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(api.uri().resolve(path)).timeout(SOON)
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return new Answer(api.name(), HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    }

    @Override
    public void close() {
        started.forEach(HeadraceProcess::close);
    }
}
