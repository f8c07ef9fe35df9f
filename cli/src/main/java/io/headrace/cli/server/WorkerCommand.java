package io.headrace.cli.server;

import io.headrace.InvalidInput;
import io.headrace.broker.WorkerId;
import io.headrace.cli.client.ApiAnswer;
import io.headrace.cli.client.ApiOptions;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Table;
import io.headrace.cli.terminal.Terminal;
import io.headrace.cli.terminal.WatchOptions;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisSettings;
import io.headrace.worker.Worker;
import io.headrace.worker.WorkerBuilder;
import io.headrace.worker.WorkerHttp;
import io.headrace.worker.WorkerSettings;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headrace worker}: runs jobs until it is told to stop; {@code headrace worker list} shows who does. */
@Command(synopsisSubcommandLabel = "[VERB]", description = {"Run jobs until told to stop.",
    "SIGTERM: claim no more, let running jobs end for the grace, hand back the rest, exit with 0. A second one ends at"
            + " once. SIGTSTP: claim no more and go on with what runs.",
    "Each flag has an environment variable; see docs/configuration.md."}, //
        footer = {"", "Example:",
            "  headrace worker --redis redis://127.0.0.1:6379 --queue critical=6 \\",
            "      --queue default=3 --exec 'wordcount=wc -w'"})
public final class WorkerCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    RedisOptions redis = new RedisOptions();

    @Mixin
    WorkerOptions worker = new WorkerOptions();

    @Option(names = "--strict", description = "Serve the queues in order, each only while those before it are empty.")
    boolean strict;

    @Mixin
    HandlerOptions handlers = new HandlerOptions();

    @Option(names = "--metrics-port", paramLabel = "PORT", description = "Serve /livez and /metrics there, 1 to 65535.")
    @Nullable
    String metricsPort;

    @Option(names = "--metrics-bind", paramLabel = "ADDRESS", description = {
        "The address for it; default 127.0.0.1. Nothing asks for a key there."})
    @Nullable
    String metricsBind;

    public WorkerCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        EffectiveSettings settings = worker.over(redis.find(new EffectiveSettings(terminal.environment()), terminal))
                .flag("--strict", WorkerSettings.STRICT, strict ? "true" : null)
                .flag("--metrics-port", WorkerSettings.METRICS_PORT, metricsPort)
                .flag("--metrics-bind", WorkerSettings.METRICS_BIND, metricsBind);
        if (!handlers.given(settings)) {
            throw CommandFailed
                    .usage("what runs the jobs? Give at least one of --exec 'TYPE=COMMAND', --http 'TYPE=URL' and"
                            + " --plugins DIR");
        }
        return Running.run(settings, handlers);
    }

    /** Kept apart, so that {@code worker list} loads neither Redis nor a logger. */
    private static final class Running {
        private static final Logger LOG = LoggerFactory.getLogger(WorkerCommand.class);

        static int run(EffectiveSettings settings, HandlerOptions handlers) throws Exception {
            try (ServerLifetime life = new ServerLifetime()) {
                PrometheusMeterRegistry meters = Assembly.meters();
                RedisBroker broker = life.keep("redis", Assembly.broker(settings, meters));
                WorkerBuilder builder = WorkerOptions.builder(broker, settings).meters(meters);
                handlers.addTo(builder, settings);
                Worker worker = builder.build();
                LOG.info("settings {}",
                        settings.describe(List.of(RedisSettings.ALL, EffectiveSettings.SHARED, WorkerSettings.ALL)));
                life.keep("worker", worker).start();
                Signals.on("TSTP", worker::quiet);
                serveMetrics(life, worker, meters, settings);
                return life.awaitStop();
            }
        }

        private static void serveMetrics(ServerLifetime life, Worker worker, PrometheusMeterRegistry meters,
                EffectiveSettings settings) {
            String bind = settings.get(WorkerSettings.METRICS_BIND);
            int port = settings.get(WorkerSettings.METRICS_PORT);
            if (port == 0) {
                return;
            }
            InetSocketAddress address = new InetSocketAddress(bind, port);
            if (address.isUnresolved()) {
                throw settings.blame(new InvalidInput(WorkerSettings.METRICS_BIND.variable(),
                        "must be an address of this machine; '" + bind + "' is unknown"));
            }
            try {
                WorkerHttp http = life.keep("metrics", WorkerHttp.start(address, worker, meters));
                LOG.info("health and metrics address={}", http.uri());
            } catch (IOException e) {
                throw CommandFailed
                        .failed("--metrics-port: " + bind + ":" + port + " cannot be listened on: " + e.getMessage());
            }
        }
    }

    @Command(description = "List the live workers and what they are busy with.", footer = {"", "Example:",
        "  headrace worker list -o json"})
    int list(@Mixin ApiOptions api, @Mixin WatchOptions watch) {
        return watch.run(terminal, "worker list", to -> list(api, to));
    }

    @Command(description = "Let a worker claim nothing more; what it runs goes on.", footer = {"", "Example:",
        "  headrace worker quiet w-36d55346acbd8bb"})
    int quiet(@Mixin ApiOptions api, @Parameters(paramLabel = "ID", description = "The worker.") WorkerId id) {
        return steer(api, id, "quiet", "worker " + id + " claims no more");
    }

    @Command(description = "Let a worker that was told to be quiet claim again.", footer = {"", "Example:",
        "  headrace worker resume w-36d55346acbd8bb"})
    int resume(@Mixin ApiOptions api, @Parameters(paramLabel = "ID", description = "The worker.") WorkerId id) {
        return steer(api, id, "resume", "worker " + id + " claims again");
    }

    private int steer(ApiOptions api, WorkerId id, String verb, String words) {
        ApiAnswer answer = api.client(terminal)
                .post("/v1/workers/" + id + "/" + verb);
        if (api.json()) {
            answer.verbatim(terminal);
        } else {
            terminal.tell(words);
        }
        return ExitCode.DONE;
    }

    private static int list(ApiOptions api, Terminal terminal) {
        ApiAnswer answer = api.client(terminal).get("/v1/workers");
        if (api.json()) {
            answer.verbatim(terminal);
            return ExitCode.DONE;
        }
        List<JsonTree> workers = answer.tree().at("workers").items();
        if (workers.isEmpty()) {
            terminal.say("no live workers; start one with 'headrace worker'");
            return ExitCode.DONE;
        }
        Instant now = Clock.systemUTC().instant();
        Table table = new Table().name("WORKER").whole("STATE").number("BUSY").number("UP").cut("HOST").cut("QUEUES");
        for (JsonTree worker : workers) {
            table.row(worker.at("id").text(), worker.at("state").text(),
                    worker.at("busy").text() + "/" + worker.at("slots").text(), worker.at("startedAt").ago(now),
                    worker.at("host").text() + ":" + worker.at("pid").text(),
                    String.join(",", worker.at("queues").items().stream().map(JsonTree::text).toList()));
        }
        table.print(terminal);
        return ExitCode.DONE;
    }
}
