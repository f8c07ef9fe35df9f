package io.headrace.cli.jobs;

import com.fasterxml.jackson.core.JsonGenerator;
import io.headrace.QueueName;
import io.headrace.cli.client.ApiAnswer;
import io.headrace.cli.client.ApiOptions;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.settings.GivenDuration;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Table;
import io.headrace.cli.terminal.Terminal;
import io.headrace.cli.terminal.WatchOptions;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headrace key …}: one method a verb. */
@Command(synopsisSubcommandLabel = "VERB", description = {
    "Make and revoke keys to the API. Those of HEADRACE_API_KEYS always work and are changed there; one of them, an"
            + " admin's, makes the first."}, footer = {"", "Example:",
                "  headrace key create ci --role producer --queue mail"})
public final class KeyCommand {
    private final Terminal terminal;

    public KeyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(description = "Make a key. Its secret is printed this once and stored nowhere.", footer = {"", "Example:",
        "  headrace key create ci --role producer --queue mail --expires-in 90d"})
    int create(@Mixin ApiOptions api,
            @Parameters(paramLabel = "NAME", description = "What the audit log calls its owner.") String name,
            @Option(names = "--role", paramLabel = "ROLE", required = true, description = {
                "viewer, producer, operator or admin."}) String role,
            @Option(names = {"-q", "--queue"}, paramLabel = "NAME", description = {
                "Limit it to this queue; can be given several times."}) @Nullable List<QueueName> queues,
            @Option(names = "--expires-in", paramLabel = "TIME", description = {
                "How long it is valid; without, until it is revoked."}) @Nullable GivenDuration expiresIn) {
        ApiAnswer answer = api.client(terminal).post("/v1/keys", body(name, role, queues, expiresIn), Map.of());
        if (api.json()) {
            answer.verbatim(terminal);
        } else {
            terminal.say("key '" + name + "' is valid on every replica within 5 seconds; keep its secret, nothing else"
                    + " does:");
            terminal.out().println(answer.tree().at("secret").text());
        }
        return ExitCode.DONE;
    }

    private static byte[] body(String name, String role, @Nullable List<QueueName> queues,
            @Nullable GivenDuration expiresIn) {
        StringWriter text = new StringWriter();
        try (JsonGenerator g = JsonTree.generator(text)) {
            g.writeStartObject();
            g.writeStringField("name", name);
            g.writeStringField("role", role);
            if (queues != null) {
                g.writeArrayFieldStart("queues");
                for (QueueName queue : queues) {
                    g.writeString(queue.value());
                }
                g.writeEndArray();
            }
            if (expiresIn != null) {
                g.writeStringField("expiresIn", expiresIn.text());
            }
            g.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Command(description = "List the keys. Secrets are stored nowhere, so they are not shown.", footer = {"",
        "Example:", "  headrace key list"})
    int list(@Mixin ApiOptions api, @Mixin WatchOptions watch) {
        return watch.run(terminal, "key list", to -> list(api, to));
    }

    private static int list(ApiOptions api, Terminal terminal) {
        ApiAnswer answer = api.client(terminal).get("/v1/keys");
        if (api.json()) {
            answer.verbatim(terminal);
            return ExitCode.DONE;
        }
        List<JsonTree> keys = answer.tree().at("keys").items();
        if (keys.isEmpty()) {
            terminal.say("no keys: everybody who can connect may do everything; see HEADRACE_API_KEYS");
            return ExitCode.DONE;
        }
        Instant now = Instant.now();
        Table table = new Table().name("NAME").whole("ROLE").cut("QUEUES").whole("FROM").number("AGE")
                .number("EXPIRES");
        for (JsonTree key : keys) {
            table.row(key.at("name").text(), key.at("role").text(), queues(key), key.at("from").text(),
                    key.at("createdAt").ago(now), key.at("expiresAt").until(now));
        }
        table.print(terminal);
        return ExitCode.DONE;
    }

    private static String queues(JsonTree key) {
        return key.at("queues").items().isEmpty() ? "all"
                : String.join(" ", key.at("queues").items().stream().map(JsonTree::text).toList());
    }

    @Command(description = "Revoke a key, and with it every session that it began.", footer = {"", "Example:",
        "  headrace key revoke ci"})
    int revoke(@Mixin ApiOptions api, @Parameters(paramLabel = "NAME", description = "The key.") String name) {
        ApiAnswer answer = api.client(terminal).delete("/v1/keys/" + URLEncoder.encode(name, StandardCharsets.UTF_8));
        if (api.json()) {
            answer.verbatim(terminal);
        } else {
            terminal.tell("key '" + name + "' opens nothing any more, on every replica within 5 seconds");
        }
        return ExitCode.DONE;
    }
}
