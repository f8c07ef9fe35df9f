package io.headrace.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.headrace.api.ApiSettings;
import io.headrace.cli.deploy.KubernetesFiles.Kustomization;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The secrets of the manifests for Kubernetes: who makes them, and who names them. */
class KubernetesSecretsTest {
    private static final Path EXAMPLE = KubernetesFiles.FOLDER.resolve("overlays/example");

    /** What holds the secrets, and the script beside the example that makes it. */
    private static final String MADE = "secret.env";
    private static final String MAKER = "make-secret";
    private static final String REDIS = "redis://:p@redis.redis.svc:6379";

    @TempDir
    private Path scratch;

    static List<Path> manifests() {
        return KubernetesFiles.manifests();
    }

    @Test
    void theSecretsAndTheirKeysAreMadeByTheExample() throws Exception {
        Kustomization.Generator made = Objects.requireNonNull(KubernetesFiles.kustomization(EXAMPLE.resolve(
                "kustomization.yaml")).secretGenerator()).get(0);
        Set<String> keys = new TreeSet<>();
        assertThat(made.envs()).containsExactly(MADE);
        secrets().keySet().forEach(key -> keys.add(made.name() + "/" + key));
        Set<String> used = new TreeSet<>();
        KubernetesFiles.deployments().values().forEach(deployment -> KubernetesFiles.environment(deployment).stream()
                .filter(variable -> variable.getValueFrom() != null)
                .forEach(variable -> used.add(variable.getValueFrom().getSecretKeyRef().getName() + "/"
                        + variable.getValueFrom().getSecretKeyRef().getKey())));
        KubernetesFiles.all(Keda.TriggerAuthentication.class).forEach(
                it -> it.spec().secretTargetRef().forEach(secret -> used.add(secret.name() + "/" + secret.key())));
        KubernetesFiles.all(ServiceMonitor.class).forEach(it -> it.getSpec().getEndpoints().forEach(endpoint -> {
            SecretKeySelector shown = endpoint.getAuthorization().getCredentials();
            used.add(shown.getName() + "/" + shown.getKey());
        }));
        assertThat(used).isEqualTo(keys);
        assertThat(KubernetesFiles.all(Keda.ScaledObject.class).stream().flatMap(it -> it.spec().triggers().stream())
                .map(Keda.ScaledObject.Trigger::authenticationRef).filter(Objects::nonNull)
                .map(Keda.ScaledObject.Reference::name).distinct()).isEqualTo(KubernetesFiles
                        .all(Keda.TriggerAuthentication.class).stream().map(it -> it.metadata().name()).toList());
    }

    @Test
    void everyKeyThatTheExampleHandsOutIsOneThatTheApiKnowsAsAViewers() throws Exception {
        Map<String, String> secrets = secrets();
        String known = Objects.requireNonNull(secrets.get("api-keys"));
        assertThat(ApiSettings.KEYS.parser().apply(known)).isNotNull();
        assertThat(known.split(",", -1)).contains("metrics=viewer:" + secrets.get("metrics-key"),
                "scaling=viewer@critical+default:" + secrets.get("scaling-key"));
    }

    /** Those that the script beside the example makes, for a Redis at {@link #REDIS}. */
    private Map<String, String> secrets() throws IOException, InterruptedException {
        Path script = Files.copy(EXAMPLE.resolve(MAKER), scratch.resolve(MAKER), StandardCopyOption.COPY_ATTRIBUTES);
        Process made = new ProcessBuilder(script.toString(), REDIS).inheritIO().start();
        assertThat(made.waitFor()).isZero();
        assertThat(Files.getPosixFilePermissions(scratch.resolve(MADE)))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        return Files.readAllLines(scratch.resolve(MADE)).stream().map(line -> line.split("=", 2))
                .collect(Collectors.toMap(entry -> entry[0], entry -> entry[1]));
    }

    @Test
    void theSecretsOfTheExampleAreNobodyElses() throws Exception {
        List<String> first = keys(secrets());
        Files.delete(scratch.resolve(MAKER));
        Files.delete(scratch.resolve(MADE));

        assertThat(first).hasSize(3).doesNotHaveDuplicates().allMatch(key -> key.matches("[0-9a-f]{48}"))
                .doesNotContainAnyElementsOf(keys(secrets()));
    }

    private static List<String> keys(Map<String, String> secrets) {
        return Stream.of(Objects.requireNonNull(secrets.get("api-keys")).split(",", -1))
                .map(entry -> entry.substring(entry.indexOf(':') + 1)).toList();
    }

    @Test
    void theApiMayReachRedisAtThePortThatTheExampleNames() throws Exception {
        int port = URI.create(Objects.requireNonNull(secrets().get("redis"))).getPort();
        assertThat(KubernetesFiles.all(NetworkPolicy.class)).filteredOn(it -> it.getSpec().getEgress() != null
                && !it.getSpec().getEgress().isEmpty()).hasSize(2)
                .allSatisfy(policy -> assertThat(policy.getSpec().getEgress().stream()
                        .flatMap(rule -> rule.getPorts().stream()).map(it -> it.getPort().getIntVal()))
                        .contains(53, port));
    }

    /**
     * Kustomize puts a digest behind the Secret's name and changes it where it knows, or is told, that a Secret is
     * named.
     */
    @ParameterizedTest
    @MethodSource("manifests")
    void kustomizeKnowsEveryFieldThatNamesTheSecret(Path file) throws IOException {
        Path told = file.resolveSibling("name-references.yaml");
        Set<String> known = new TreeSet<>(
                Set.of("Deployment spec/template/spec/containers/env/valueFrom/secretKeyRef/name"));
        if (Files.exists(told)) {
            KubernetesFiles.trees(Files.readString(told)).get(0).at("/nameReference/0/fieldSpecs").forEach(
                    field -> known.add(field.get("kind").asText() + " " + field.get("path").asText()));
        }
        for (JsonNode object : KubernetesFiles.trees(Files.readString(file))) {
            Set<String> named = new TreeSet<>();
            namesOf("headrace", object, object.get("kind").asText() + " ", named);
            assertThat(known).containsAll(named);
        }
    }

    /** Adds each path at which a field {@code name}, but that of the object itself, has the value. */
    private static void namesOf(String value, JsonNode node, String path, Set<String> into) {
        node.forEach(element -> {
            if (node.isArray()) {
                namesOf(value, element, path, into);
            }
        });
        node.properties().forEach(field -> {
            String here = path + field.getKey();
            if (field.getKey().equals("name") && field.getValue().asText().equals(value)
                    && !here.endsWith(" metadata/name")) {
                into.add(here);
            }
            namesOf(value, field.getValue(), here + "/", into);
        });
    }
}
