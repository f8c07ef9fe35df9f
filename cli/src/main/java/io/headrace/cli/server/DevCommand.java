package io.headrace.cli.server;

import io.headrace.Durability;
import io.headrace.JobHandler;
import io.headrace.Json;
import io.headrace.api.ApiServer;
import io.headrace.api.ApiSettings;
import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.Terminal;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisSettings;
import io.headrace.redis.embedded.DataRepair;
import io.headrace.redis.embedded.DataUnreadable;
import io.headrace.redis.embedded.EmbeddedRedis;
import io.headrace.worker.Worker;
import io.headrace.worker.WorkerBuilder;
import io.headrace.worker.WorkerSettings;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headrace dev}: everything in one process, for a developer's machine. */
@Command(description = {"Run Redis, API and worker in one process, for development.",
    "The data stays in a folder: kill it, start it again, and every job still runs. Ctrl-C stops it in good order."}, //
        footer = {"", "Example:", "  headrace dev --exec 'wordcount=wc -w'"})
public final class DevCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(DevCommand.class);

    /** Where it keeps its data unless told otherwise, and where other commands look for it. */
    static final Path DATA = Path.of("headrace-data");

    private final Terminal terminal;

    @Option(names = "--port", paramLabel = "PORT", description = {
        "Where the API listens, 0 to 65535; default 8080, 0 is any free one."})
    @Nullable
    String port;

    @Option(names = "--data", paramLabel = "DIR", description = "Where Redis keeps its data; default ./headrace-data.")
    Path data = DATA;

    @Option(names = "--repair-data", description = {
        "Cut a damaged data file off where the damage begins; a copy is kept. Later jobs are lost."})
    boolean repairData;

    @Mixin
    RedisOptions redis = new RedisOptions();

    @Option(names = "--durability", paramLabel = "MODE", description = {
        "What must have happened to a job before its 202: memory, fsync or replicated:N; default memory."})
    @Nullable
    String durability;

    @Option(names = "--redis-server", paramLabel = "PROGRAM", description = {
        "Start this redis-server or valkey-server, not the Redis 7.0 that comes along."})
    @Nullable
    String redisServer;

    @Mixin
    WorkerOptions worker = new WorkerOptions();

    @Mixin
    HandlerOptions handlers = new HandlerOptions();

    public DevCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        EffectiveSettings settings = worker.over(redis.over(new EffectiveSettings(terminal.environment())))
                .flag("--port", ApiSettings.PORT, port)
                .flag("--durability", ApiSettings.DURABILITY, durability);
        boolean ownRedis = !settings.isSet(RedisSettings.URL);
        if (!ownRedis && redisServer != null) {
            throw CommandFailed.usage("--redis-server starts a Redis, and --redis names one that runs: choose one");
        }
        if (!ownRedis && repairData) {
            throw CommandFailed.usage("--repair-data is for a data folder, and --redis names a server: choose one");
        }
        try (ServerLifetime life = new ServerLifetime()) {
            if (ownRedis) {
                settings.flag("--redis", RedisSettings.URL,
                        startRedis(life, settings.get(ApiSettings.DURABILITY)).url());
            }
            PrometheusMeterRegistry meters = Assembly.meters();
            RedisBroker broker = life.keep("broker", Assembly.broker(settings, meters));
            WorkerBuilder builder = WorkerOptions.builder(broker, settings).meters(meters);
            if (ownRedis) {
                // Whoever held leases here before was this command, and it is gone.
                builder.reclaimGrace(Duration.ZERO);
            }
            boolean handled = handlers.addTo(builder, settings);
            if (!handled) {
                builder.handler(JobHandler.of("echo", Json.class, (payload, context) -> payload));
            }
            Worker runner = builder.build();
            LOG.info("settings {}", settings
                    .describe(
                            List.of(RedisSettings.ALL, EffectiveSettings.SHARED, ApiSettings.ALL, WorkerSettings.ALL)));
            ApiServer api = life.keep("api", Assembly.api(settings, broker, meters));
            life.keep("worker", runner).start();
            Signals.on("TSTP", runner::quiet);
            new DevBanner(terminal, settings, handlers, handled).print(api.uri(), ownRedis ? data : null);
            return life.awaitStop();
        }
    }

    private EmbeddedRedis startRedis(ServerLifetime life, Durability durability) {
        Path program = redisServer == null ? null : Path.of(redisServer);
        try {
            if (repairData) {
                repair(program);
            }
            EmbeddedRedis started = EmbeddedRedis.startPrivate(data, program,
                    durability.equals(Durability.FSYNC) ? Map.of("appendfsync", "always") : Map.of());
            CompletableFuture<Void> unused = started.process().onExit()
                    .thenRun(() -> life.fail("redis-server has ended; its data is in " + data));
            life.keep("redis", started);
            ignoreInGit();
            return started;
        } catch (DataUnreadable e) {
            throw CommandFailed
                    .failed("cannot start Redis: " + e.getMessage() + "\n  'headrace dev --repair-data' keeps a copy"
                            + " of it and starts with what stands before the damage.");
        } catch (IOException e) {
            throw CommandFailed.failed("cannot start Redis: " + e.getMessage());
        }
    }

    private void repair(@Nullable Path program) throws IOException {
        Optional<DataRepair.Repaired> repaired = DataRepair.of(data, program);
        terminal.say(repaired.map(done -> "cut off the damage: " + done.told() + "; as it was, the data is in "
                + done.copy()).orElse("the data in " + data + " is not damaged"));
    }

    /** The folder lies in somebody's project, and is nobody's source. */
    private void ignoreInGit() throws IOException {
        Path file = data.resolve(".gitignore");
        if (!Files.exists(file)) {
            Files.writeString(file, "*\n");
        }
    }
}
