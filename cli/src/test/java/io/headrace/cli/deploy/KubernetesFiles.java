package io.headrace.cli.deploy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The manifests for Kubernetes, read by models that know each field; a field that they do not know is an error. */
final class KubernetesFiles {
    static final Path FOLDER = Path.of("..", "deploy", "kubernetes");

    private static final YAMLMapper STRICT = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .annotationIntrospector(new NothingElse()).build();

    private static final Map<String, Class<?>> KINDS = Map.ofEntries(
            Map.entry("v1 Namespace", Namespace.class), Map.entry("v1 Secret", Secret.class),
            Map.entry("v1 Service", Service.class),
            Map.entry("apps/v1 Deployment", Deployment.class),
            Map.entry("autoscaling/v2 HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("policy/v1 PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class),
            Map.entry("monitoring.coreos.com/v1 ServiceMonitor", ServiceMonitor.class),
            Map.entry("monitoring.coreos.com/v1 PodMonitor", PodMonitor.class),
            Map.entry("keda.sh/v1alpha1 ScaledObject", Keda.ScaledObject.class),
            Map.entry("keda.sh/v1alpha1 TriggerAuthentication", Keda.TriggerAuthentication.class),
            Map.entry("kustomize.config.k8s.io/v1beta1 Kustomization", Kustomization.class),
            Map.entry("kustomize.config.k8s.io/v1alpha1 Component", Kustomization.class));

    private KubernetesFiles() {}

    /** The models keep fields that they do not know, for those to come; here none is to come. */
    private static final class NothingElse extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1L;

        @Override
        public Boolean hasAnySetter(Annotated annotated) {
            return false;
        }
    }

    /** What is used of {@code kustomization.yaml}. */
    record Kustomization(String apiVersion, String kind, @Nullable String namespace, @Nullable List<Labels> labels,
            @Nullable List<String> resources, @Nullable List<String> components, @Nullable List<Image> images,
            @Nullable List<Generator> secretGenerator, @Nullable List<Patch> patches,
            @Nullable List<String> configurations, @Nullable List<Replacement> replacements) {
        record Labels(Map<String, String> pairs) {}

        record Image(String name, String newName, String newTag) {}

        record Generator(String name, List<String> envs) {}

        record Patch(@Nullable String path, @Nullable Target target, @Nullable String patch) {}

        record Target(String kind, String name) {}

        record Replacement(Source source, List<Place> targets) {}

        record Source(String kind, String name, String fieldPath) {}

        record Place(Target select, List<String> fieldPaths, Options options) {}

        record Options(String delimiter, int index) {}

        /** Every file and folder that it names. */
        List<String> named() {
            List<String> named = new ArrayList<>();
            Stream.of(resources, components, configurations).forEach(list -> {
                if (list != null) {
                    named.addAll(list);
                }
            });
            if (secretGenerator != null) {
                secretGenerator.forEach(generator -> named.addAll(generator.envs()));
            }
            if (patches != null) {
                patches.stream().map(Patch::path).forEach(path -> {
                    if (path != null) {
                        named.add(path);
                    }
                });
            }
            return named;
        }
    }

    static List<Path> all() {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Files that hold objects of Kubernetes, patches of such included. */
    static List<Path> manifests() {
        Set<String> others = Set.of("kustomization.yaml", "name-references.yaml");
        return all().stream().filter(file -> file.toString().endsWith(".yaml"))
                .filter(file -> !others.contains(file.getFileName().toString())).toList();
    }

    static List<Path> kustomizations() {
        return all().stream().filter(file -> file.endsWith("kustomization.yaml")).toList();
    }

    static Kustomization kustomization(Path file) {
        return (Kustomization) read(file).get(0);
    }

    /** Every object of a file. */
    static List<Object> read(Path file) {
        try {
            return read(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    static List<Object> read(String yaml) throws IOException {
        List<Object> objects = new ArrayList<>();
        for (JsonNode document : trees(yaml)) {
            String kind = document.path("apiVersion").asText() + " " + document.path("kind").asText();
            Class<?> model = KINDS.get(kind);
            if (model == null) {
                throw new IOException("there is no model for " + kind);
            }
            objects.add(STRICT.treeToValue(document, model));
        }
        return objects;
    }

    /** The objects of a file as they stand there. */
    static List<JsonNode> trees(String yaml) throws IOException {
        try (MappingIterator<JsonNode> documents = STRICT.readerFor(JsonNode.class).readValues(yaml)) {
            return documents.readAll();
        }
    }

    /** Every object of a class under {@code deploy/kubernetes}. */
    static <T> List<T> all(Class<T> model) {
        return manifests().stream().flatMap(file -> read(file).stream()).filter(model::isInstance).map(model::cast)
                .toList();
    }

    /** Those of the base, by name. */
    static Map<String, Deployment> deployments() {
        return manifests().stream().filter(file -> file.toString().contains("base"))
                .flatMap(file -> read(file).stream()).filter(Deployment.class::isInstance)
                .map(Deployment.class::cast)
                .collect(Collectors.toMap(it -> it.getMetadata().getName(), Function.identity()));
    }

    static List<EnvVar> environment(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec().getContainers().get(0).getEnv();
    }

    static PodSpec pod(String deployment) {
        return Objects.requireNonNull(deployments().get(deployment)).getSpec().getTemplate().getSpec();
    }
}
