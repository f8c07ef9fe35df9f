package io.headrace.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.headrace.api.http.Problem;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The published document, and the check that an answer is one that it describes. Every answer of every test is checked.
 */
public final class OpenApi {
    public static final JsonNode DOCUMENT = load();
    private static final SchemaRegistry REGISTRY = SchemaRegistry
            .withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private static final Map<JsonNode, Schema> SCHEMAS = new ConcurrentHashMap<>();
    /** What has been answered in this process: {@code "GET /v1/queues 200"}. */
    static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

    private OpenApi() {}

    private static JsonNode load() {
        try (InputStream in = ApiServer.class.getResourceAsStream("/io/headrace/api/openapi.json")) {
            return JsonFormat.mapper().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every documented operation, as {@code "GET /v1/queues"}. */
    public static Set<String> operations() {
        Set<String> all = new TreeSet<>();
        DOCUMENT.path("paths").properties().forEach(path -> path.getValue().properties()
                .forEach(operation -> all.add(operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return all;
    }

    static void check(String method, String path, TestApi.Answer answer) {
        String media = answer.header("content-type").replaceFirst(";.*", "");
        Optional<String> template = template(path);
        JsonNode operation = template
                .map(t -> DOCUMENT.path("paths").path(t).path(method.toLowerCase(Locale.ROOT)))
                .orElse(DOCUMENT.path("nothing"));
        if (operation.isMissingNode()) {
            if (!method.equals("HEAD")) {
                assertThat(media).isEqualTo(Problem.MEDIA_TYPE);
                validate(DOCUMENT.path("components").path("schemas").path("Problem"), answer);
            }
            return;
        }
        String what = method + " " + template.orElse("") + " " + answer.status();
        SEEN.add(what);
        JsonNode response = resolved(operation.path("responses").path(Integer.toString(answer.status())));
        assertThat(response.isMissingNode()).as("documented: %s, answered %s", what, answer).isFalse();
        JsonNode content = response.path("content").path(media);
        assertThat(content.isMissingNode()).as("documented: %s as %s: %s", what, media, answer).isFalse();
        response.path("headers").properties().stream().filter(header -> header.getKey().equals("Retry-After"))
                .forEach(header -> assertThat(answer.header("Retry-After")).as(what).matches("[1-9][0-9]*"));
        if (media.endsWith("json")) {
            validate(content.path("schema"), answer);
            if (answer.status() >= 400) {
                assertThat(answer.json().path("status").asInt()).isEqualTo(answer.status());
            }
        }
    }

    private static Optional<String> template(String path) {
        Iterable<String> templates = DOCUMENT.path("paths")::fieldNames;
        for (String template : templates) {
            if (path.matches(template.replace(".", "\\.").replaceAll("\\{[a-z]+}", "[^/:]+"))) {
                return Optional.of(template);
            }
        }
        return Optional.empty();
    }

    private static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? DOCUMENT.at(node.path("$ref").asText().substring(1)) : node;
    }

    private static void validate(JsonNode schema, TestApi.Answer answer) {
        Schema compiled = SCHEMAS.computeIfAbsent(schema, OpenApi::compile);
        assertThat(compiled.validate(answer.body(), InputFormat.JSON)).as("%s", answer.body()).isEmpty();
    }

    /** Here, unlike for clients, a member that is not documented is a mistake. */
    private static Schema compile(JsonNode schema) {
        ObjectNode root = JsonFormat.mapper().createObjectNode();
        root.putArray("allOf").add(schema.deepCopy());
        root.set("components", DOCUMENT.path("components").deepCopy());
        closeObjects(root);
        return REGISTRY.getSchema(root.toString(), InputFormat.JSON);
    }

    private static void closeObjects(JsonNode node) {
        if (node instanceof ObjectNode object && object.has("properties") && !object.has("additionalProperties")
                && object.path("type").asText().equals("object")) {
            object.put("additionalProperties", false);
        }
        node.forEach(OpenApi::closeObjects);
    }
}
