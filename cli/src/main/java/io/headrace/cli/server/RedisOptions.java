package io.headrace.cli.server;

import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.cli.terminal.Terminal;
import io.headrace.redis.config.RedisSettings;
import io.headrace.redis.embedded.EmbeddedRedis;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say which Redis, for the commands that talk to it themselves. */
final class RedisOptions {
    @Option(names = "--redis", paramLabel = "URL", description = {"redis://[user:password@]host[:port][/db],",
        "rediss://… for TLS, redis-sentinel://hosts/master,", "redis-cluster://hosts, or dev:FOLDER for that of a",
        "running dev; default is HEADRACE_REDIS, else that", "of the dev on ./headrace-data, else",
        "redis://127.0.0.1:6379 (dev and bench: a new one", "of their own)."})
    @Nullable
    String url;

    @Option(names = "--redis-prefix", paramLabel = "PREFIX", description = {
        "What every key starts with; default is HEADRACE_REDIS_PREFIX, else hr:."})
    @Nullable
    String prefix;

    /**
     * For a command that starts no Redis: one that was not told which takes that of a {@code dev} in this folder, and
     * says so.
     */
    EffectiveSettings find(EffectiveSettings settings, Terminal terminal) {
        EffectiveSettings told = over(settings);
        if (!told.isSet(RedisSettings.URL) && EmbeddedRedis.runsOn(DevCommand.DATA)) {
            told.flag("--redis", RedisSettings.URL, "dev:" + DevCommand.DATA);
            terminal.say("Redis is that of the dev which runs on ./" + DevCommand.DATA + ": "
                    + told.get(RedisSettings.URL));
        }
        return told;
    }

    EffectiveSettings over(EffectiveSettings settings) {
        return settings.flag("--redis", RedisSettings.URL, url).flag("--redis-prefix", RedisSettings.PREFIX, prefix);
    }
}
