package io.headrace.cli.server;

import io.headrace.QueueName;
import io.headrace.api.ApiSettings;
import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.cli.terminal.Terminal;
import io.headrace.redis.config.RedisSettings;
import io.headrace.worker.WorkerSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code dev} prints when it is ready: where things are, and a first job to paste. */
final class DevBanner {
    private final Terminal terminal;
    private final EffectiveSettings settings;
    private final HandlerOptions handlers;
    private final boolean handled;

    /** @param handled whether the user gave a handler of his own */
    DevBanner(Terminal terminal, EffectiveSettings settings, HandlerOptions handlers, boolean handled) {
        this.terminal = terminal;
        this.settings = settings;
        this.handlers = handlers;
        this.handled = handled;
    }

    /** @param data null when the Redis is not ours */
    void print(URI api, @Nullable Path data) {
        List<String> lines = new ArrayList<>();
        lines.add("Headrace is ready: " + api);
        lines.add("Open that address in a browser: it is the dashboard, and the API too.");
        if (data != null) {
            lines.add("Redis is at " + settings.get(RedisSettings.URL) + "; its data is kept in");
            lines.add(data.toAbsolutePath().normalize() + ".");
            lines.add("'headrace worker', 'api' and 'doctor' find it " + (data.equals(DevCommand.DATA)
                    ? "from here, and from elsewhere with"
                    : "with"));
            lines.add("--redis 'dev:" + data.toAbsolutePath().normalize() + "'.");
        }
        if (!handled) {
            lines.add("No handler was given, so jobs of type 'echo' answer with their payload; add your own with");
            lines.add("--exec 'wordcount=wc -w', --http 'type=URL' or --plugins DIR.");
        }
        lines.add("");
        lines.add("A first job:");
        lines.add("");
        lines.add("  " + curl(api));
        lines.add("");
        lines.add("Ctrl-C stops it.");
        lines.forEach(terminal.out()::println);
        terminal.out().flush();
    }

    private String curl(URI api) {
        QueueName queue = settings.get(WorkerSettings.QUEUES).keySet().iterator().next();
        String key = settings.get(ApiSettings.KEYS).isEmpty() ? "" : " -H \"Authorization: Bearer $HEADRACE_API_KEY\"";
        return "curl -s " + api + "/v1/queues/" + queue
                + "/jobs -H 'Content-Type: application/json' -H 'Prefer: wait=20'"
                + key + " -d '{\"type\":\"" + type() + "\",\"payload\":\"to be or not to be\"}'";
    }

    /** Plugins tell no types before they run; the placeholder is one that a person replaces. */
    private String type() {
        if (!handled) {
            return "echo";
        }
        return handlers.firstType().orElse("TYPE");
    }
}
