package io.headrace.cli;

import io.headrace.redis.RedisSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which Redis, for the commands that talk to it themselves. */
final class RedisOptions {
    @Option(names = "--redis", paramLabel = "URL", description = {"redis://[user:password@]host[:port][/db],",
        "rediss://… for TLS, redis-sentinel://hosts/master", "or redis-cluster://hosts; default is HEADRACE_REDIS,",
        "else redis://127.0.0.1:6379 (dev and bench: a new", "one of their own)."})
    @Nullable
    String url;

    @Option(names = "--redis-prefix", paramLabel = "PREFIX", description = {
        "What every key starts with; default is HEADRACE_REDIS_PREFIX, else hr:."})
    @Nullable
    String prefix;

    Effective over(Effective settings) {
        return settings.flag("--redis", RedisSettings.URL, url).flag("--redis-prefix", RedisSettings.PREFIX, prefix);
    }
}
