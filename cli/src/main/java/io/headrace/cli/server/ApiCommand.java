package io.headrace.cli.server;

import io.headrace.api.ApiServer;
import io.headrace.api.ApiSettings;
import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.cli.terminal.Terminal;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisSettings;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headrace api}: takes jobs over HTTP until it is told to stop. */
@Command(description = {"Serve the HTTP API and /metrics until told to stop.",
    "Keys and limits come from the environment; see docs/configuration.md. SIGTERM lets open calls end and exits with"
            + " 0."}, //
        footer = {"", "Examples:", "  headrace api --redis redis://127.0.0.1:6379",
            "  HEADRACE_API_KEYS=$(openssl rand -hex 16) headrace api --bind 0.0.0.0"})
public final class ApiCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ApiCommand.class);

    private final Terminal terminal;

    @Mixin
    RedisOptions redis = new RedisOptions();

    @Option(names = "--port", paramLabel = "PORT", description = {
        "Where to listen, 0 to 65535; default 8080, 0 is any free one."})
    @Nullable
    String port;

    @Option(names = "--bind", paramLabel = "ADDRESS", description = {
        "Where to listen; default 127.0.0.1. Others need HEADRACE_API_KEYS."})
    @Nullable
    String bind;

    @Option(names = "--durability", paramLabel = "MODE", description = {
        "What must have happened to a job before its 202: memory, fsync or replicated:N; default memory."})
    @Nullable
    String durability;

    public ApiCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        EffectiveSettings settings = redis.find(new EffectiveSettings(terminal.environment()), terminal)
                .flag("--port", ApiSettings.PORT, port)
                .flag("--bind", ApiSettings.BIND, bind)
                .flag("--durability", ApiSettings.DURABILITY, durability);
        try (ServerLifetime life = new ServerLifetime()) {
            PrometheusMeterRegistry meters = Assembly.meters();
            RedisBroker broker = life.keep("redis", Assembly.apiBroker(settings, meters));
            LOG.info("settings {}",
                    settings.describe(List.of(RedisSettings.ALL, EffectiveSettings.SHARED, ApiSettings.ALL)));
            ApiServer api = life.keep("api", Assembly.api(settings, broker, meters));
            terminal.out().println(api.uri());
            return life.awaitStop();
        }
    }
}
