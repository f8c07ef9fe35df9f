package io.headrace.cli.server;

import io.headrace.InvalidInput;
import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.format.NearestName;
import io.headrace.worker.WorkerBuilder;
import io.headrace.worker.WorkerSettings;
import io.headrace.worker.handlers.http.HttpTarget;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say how the jobs of each type are run. */
final class HandlerOptions {
    @Option(names = "--exec", paramLabel = "TYPE=COMMAND", description = {
        "Run jobs of a type by 'sh -c COMMAND': payload on stdin, result on stdout. Repeatable."})
    List<String> exec = new ArrayList<>();

    @Option(names = "--http", paramLabel = "TYPE=URL", description = "Run jobs of a type by POST to a URL. Repeatable.")
    List<String> http = new ArrayList<>();

    @Option(names = "--http-header", paramLabel = "TYPE=NAME:VALUE", description = {
        "Send a header to the target of a type; {file:/path} and {env:NAME} in the value are replaced. Repeatable."})
    List<String> httpHeaders = new ArrayList<>();

    @Option(names = "--http-secret", paramLabel = "TYPE=PLACE", description = {
        "Sign what is sent to the target of a type as Standard Webhooks says, with the secret (whsec_…) at {file:/path}"
                + " or {env:NAME}. Repeatable."})
    List<String> httpSecrets = new ArrayList<>();

    @Option(names = "--plugins", paramLabel = "DIR", description = {
        "Run the types of the JobHandlers in the jars of a folder."})
    @Nullable
    String plugins;

    /** Whether there is any. */
    boolean given(EffectiveSettings settings) {
        String folder = settings.flag("--plugins", WorkerSettings.PLUGINS, plugins).get(WorkerSettings.PLUGINS);
        return !exec.isEmpty() || !http.isEmpty() || !folder.isEmpty();
    }

    /** @return whether there was any handler */
    boolean addTo(WorkerBuilder worker, EffectiveSettings settings) {
        exec.forEach(text -> {
            String[] pair = pair("--exec", "TYPE=COMMAND", text);
            worker.exec(pair[0], pair[1]);
        });
        targets().forEach((type, targets) -> targets.forEach(target -> worker.http(type, target)));
        String folder = settings.flag("--plugins", WorkerSettings.PLUGINS, plugins).get(WorkerSettings.PLUGINS);
        if (!folder.isEmpty()) {
            worker.plugins(Path.of(folder));
        }
        return !exec.isEmpty() || !http.isEmpty() || !folder.isEmpty();
    }

    /** The targets by type. Two of one type are left for the worker to refuse. */
    private Map<String, List<HttpTarget>> targets() {
        Map<String, List<HttpTarget>> targets = new LinkedHashMap<>();
        http.forEach(text -> {
            String[] pair = pair("--http", "TYPE=URL", text);
            targets.computeIfAbsent(pair[0], type -> new ArrayList<>()).add(HttpTarget.at(pair[1]));
        });
        httpHeaders.forEach(text -> {
            String[] pair = pair("--http-header", "TYPE=NAME:VALUE", text);
            String[] header = pair[1].split(":", 2);
            if (header.length < 2) {
                throw new InvalidInput("--http-header", "must be TYPE=NAME:VALUE, has no colon behind the name");
            }
            of(targets, "--http-header", pair[0])
                    .replaceAll(target -> target.header(header[0].strip(), header[1].strip()));
        });
        httpSecrets.forEach(text -> {
            String[] pair = pair("--http-secret", "TYPE={file:/path} or TYPE={env:NAME}", text);
            of(targets, "--http-secret", pair[0]).replaceAll(target -> target.signedWith(pair[1]));
        });
        return targets;
    }

    private static List<HttpTarget> of(Map<String, List<HttpTarget>> targets, String option, String type) {
        List<HttpTarget> found = targets.get(type);
        if (found == null) {
            throw new InvalidInput(option, "must be for a type that --http names" + (targets.isEmpty() ? ""
                    : "; " + NearestName.hint(type, targets.keySet())));
        }
        return found;
    }

    /**
     * A type and what runs it. Not left to the parser's maps: they would let the second of one type replace the first.
     * What was given is not repeated: an address or a header can hold a password.
     */
    private static String[] pair(String option, String form, String text) {
        String[] pair = text.split("=", 2);
        boolean typed = pair.length == 2 && !pair[0].isEmpty() && !pair[0].contains("://");
        if (!typed || pair[1].isBlank()) {
            throw new InvalidInput(option, "must be " + form + (!typed ? "; no type stands before a '='"
                    : "; nothing stands behind '" + pair[0] + "='"));
        }
        return pair;
    }

    /** The first type that is run by an option, for the line to try. */
    Optional<String> firstType() {
        return Stream.concat(exec.stream(), http.stream()).map(text -> text.split("=", 2)[0]).findFirst();
    }
}
