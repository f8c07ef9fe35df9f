package io.headrace.cli;

import io.headrace.InvalidInput;
import io.headrace.worker.Worker;
import io.headrace.worker.WorkerSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the jobs of each type are run. */
final class HandlerOptions {
    @Option(names = "--exec", paramLabel = "TYPE=COMMAND", description = {
        "Run jobs of a type by 'sh -c COMMAND': payload on stdin, result on stdout. Repeatable."})
    Map<String, String> exec = new LinkedHashMap<>();

    @Option(names = "--http", paramLabel = "TYPE=URL", description = "Run jobs of a type by POST to a URL. Repeatable.")
    Map<String, String> http = new LinkedHashMap<>();

    @Option(names = "--plugins", paramLabel = "DIR", description = "Run the types of the JobHandlers in the jars of a folder.")
    @Nullable
    String plugins;

    /** @return whether there was any handler */
    boolean addTo(Worker.Builder worker, Effective settings) {
        exec.forEach(worker::exec);
        http.forEach((type, url) -> worker.http(type, uri(url)));
        String folder = settings.flag("--plugins", WorkerSettings.PLUGINS, plugins).get(WorkerSettings.PLUGINS);
        if (!folder.isEmpty()) {
            worker.plugins(Path.of(folder));
        }
        return !exec.isEmpty() || !http.isEmpty() || !folder.isEmpty();
    }

    private static URI uri(String url) {
        try {
            return URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new InvalidInput("--http", "must be TYPE=URL, was '" + url + "'");
        }
    }
}
