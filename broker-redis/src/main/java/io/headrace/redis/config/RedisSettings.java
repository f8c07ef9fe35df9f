package io.headrace.redis.config;

import io.headrace.InvalidInput;
import io.headrace.config.Setting;
import java.util.List;

/** What can be configured about the connection to Redis. */
public final class RedisSettings {
    /** Where Redis is. */
    public static final Setting<RedisConfig> URL = new Setting<>("redis", "redis://127.0.0.1:6379",
            "redis://, rediss://, redis-sentinel:// or redis-cluster:// with hosts, or dev:FOLDER",
            "Where Redis is: redis://user:password@host:port/database, rediss:// for TLS,"
                    + " redis-sentinel://hosts/master, redis-cluster://hosts, dev:FOLDER for the one of a running dev."
                    + " Without it, api, worker and doctor use that of a dev which runs on ./headrace-data.",
            RedisConfig::parse);

    /** What every key starts with. */
    public static final Setting<String> PREFIX = new Setting<>("redis.prefix", RedisConfig.DEFAULT_PREFIX,
            "1 to 32 characters of a-z A-Z 0-9 : _ -",
            "What every key starts with; several installations can share one Redis under different prefixes.", text -> {
                if (!text.matches("[A-Za-z0-9:_-]{1,32}")) {
                    throw new InvalidInput("redis.prefix", "must be 1 to 32 characters of a-z A-Z 0-9 : _ -");
                }
                return text;
            });

    /** All of them, in the order of the documentation. */
    public static final List<Setting<?>> ALL = List.of(URL, PREFIX);

    private RedisSettings() {}
}
