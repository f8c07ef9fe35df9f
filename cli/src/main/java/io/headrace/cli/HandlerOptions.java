package io.headrace.cli;

import io.headrace.InvalidInput;
import io.headrace.worker.WorkerBuilder;
import io.headrace.worker.WorkerSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the jobs of each type are run. */
final class HandlerOptions {
    @Option(names = "--exec", paramLabel = "TYPE=COMMAND", description = {
        "Run jobs of a type by 'sh -c COMMAND': payload on stdin, result on stdout. Repeatable."})
    List<String> exec = new ArrayList<>();

    @Option(names = "--http", paramLabel = "TYPE=URL", description = "Run jobs of a type by POST to a URL. Repeatable.")
    List<String> http = new ArrayList<>();

    @Option(names = "--plugins", paramLabel = "DIR", description = "Run the types of the JobHandlers in the jars of a folder.")
    @Nullable
    String plugins;

    /** @return whether there was any handler */
    boolean addTo(WorkerBuilder worker, Effective settings) {
        exec.forEach(text -> {
            String[] pair = pair("--exec", "TYPE=COMMAND", text);
            worker.exec(pair[0], pair[1]);
        });
        http.forEach(text -> {
            String[] pair = pair("--http", "TYPE=URL", text);
            worker.http(pair[0], uri(pair[1]));
        });
        String folder = settings.flag("--plugins", WorkerSettings.PLUGINS, plugins).get(WorkerSettings.PLUGINS);
        if (!folder.isEmpty()) {
            worker.plugins(Path.of(folder));
        }
        return !exec.isEmpty() || !http.isEmpty() || !folder.isEmpty();
    }

    /** A type and what runs it. Not left to the parser's maps: they would let the second of one type replace the first. */
    private static String[] pair(String option, String form, String text) {
        String[] pair = text.split("=", 2);
        if (pair.length < 2 || pair[0].isEmpty() || pair[1].isBlank()) {
            throw new InvalidInput(option, "must be " + form + ", was '" + text + "'");
        }
        return pair;
    }

    /** The first type that is run by an option, for the line to try. */
    Optional<String> firstType() {
        return Stream.concat(exec.stream(), http.stream()).map(text -> text.split("=", 2)[0]).findFirst();
    }

    private static URI uri(String url) {
        try {
            return URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new InvalidInput("--http", "must be TYPE=URL, was '" + url + "'");
        }
    }
}
