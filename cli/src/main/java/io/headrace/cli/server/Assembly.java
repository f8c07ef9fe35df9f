package io.headrace.cli.server;

import io.headrace.InvalidInput;
import io.headrace.api.ApiConfig;
import io.headrace.api.ApiServer;
import io.headrace.api.ApiSettings;
import io.headrace.broker.BrokerObserver;
import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.config.RedisSettings;
import io.headrace.worker.Worker;
import io.headrace.worker.WorkerHttp;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** How the parts of a server process are put together. */
final class Assembly {
    private Assembly() {}

    static PrometheusMeterRegistry meters() {
        return WorkerHttp.registry();
    }

    /** A broker for a worker. It times its round trips; of outages the worker tells. */
    static RedisBroker broker(EffectiveSettings settings, PrometheusMeterRegistry meters) {
        return broker(settings, Worker.observer(meters));
    }

    /** A broker for an api alone. */
    static RedisBroker apiBroker(EffectiveSettings settings, PrometheusMeterRegistry meters) {
        return broker(settings, new OutageLog(Worker.observer(meters)));
    }

    private static RedisBroker broker(EffectiveSettings settings, BrokerObserver observer) {
        RedisConfig config = settings.get(RedisSettings.URL).withPrefix(settings.get(RedisSettings.PREFIX));
        return RedisBroker.connect(config, observer);
    }

    static ApiServer api(EffectiveSettings settings, RedisBroker broker, PrometheusMeterRegistry meters) {
        ApiConfig config = ApiConfig.from(settings.environment());
        try {
            return ApiServer.start(config, broker, meters);
        } catch (InvalidInput e) {
            if (!e.field().equals(ApiSettings.PORT.variable())) {
                throw settings.blame(e);
            }
            throw CommandFailed.failed("port " + config.port() + " of " + config.bind()
                    + " is taken; stop who listens there, or choose another with --port");
        }
    }
}
