package io.headrace.cli.faults;

import io.headrace.contract.process.RedisServer;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/** Starts Redis in each of its forms, from the program in the jar. */
final class RedisForms {
    private RedisForms() {}

    /** One server. It ignores the signal of a file that may not grow, so that this looks to it like a full disk. */
    static RedisServer server(Path folder, DurabilityMode mode, Map<String, String> settings) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put("appendfsync", mode.appendfsync());
        return RedisServer.start(List.of("sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\"",
                EmbeddedRedis.unpack().toString()), folder, all);
    }

    static RedisTopology standalone(Path folder, DurabilityMode mode) throws IOException {
        return new RedisTopology.Standalone(server(folder.resolve("redis"), mode, Map.of()), true);
    }

    /** One server that will not keep what it was told. */
    static RedisTopology forgetful(Path folder, DurabilityMode mode) throws IOException {
        return new RedisTopology.Standalone(server(folder.resolve("redis"), mode, Map.of()), false);
    }

    /** A section of what a server says about itself; empty when it says nothing. */
    static String info(RedisServer server, String section) {
        return silentIfAway(server, "INFO", section);
    }

    /** The same about its cluster. */
    static String cluster(RedisServer server) {
        return silentIfAway(server, "CLUSTER", "INFO");
    }

    private static String silentIfAway(RedisServer server, String... words) {
        try {
            return server.ask(words);
        } catch (IOException e) {
            return "";
        }
    }

    static void await(String what, BooleanSupplier condition) {
        Awaitility.await(what).atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(20))
                .until(condition::getAsBoolean);
    }
}
