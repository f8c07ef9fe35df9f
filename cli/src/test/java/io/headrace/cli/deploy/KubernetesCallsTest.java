package io.headrace.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.headrace.QueueName;
import io.headrace.api.ApiServer;
import io.headrace.cli.deploy.KubernetesFiles.Kustomization;
import io.headrace.format.JsonFormat;
import io.headrace.worker.WorkerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the manifests for Kubernetes ask the api and the workers: probes, and the autoscaler. */
final class KubernetesCallsTest {
    private static final Path EXAMPLE = KubernetesFiles.FOLDER.resolve("overlays/example");
    private static final String SCALING = "/v1/scaling/";

    @Test
    void autoscalersScaleDeploymentsThatAreThere() {
        Set<String> targets = new TreeSet<>();
        KubernetesFiles.all(HorizontalPodAutoscaler.class)
                .forEach(it -> targets.add(it.getSpec().getScaleTargetRef().getName()));
        KubernetesFiles.all(Keda.ScaledObject.class).forEach(it -> {
            assertThat(it.metadata().name()).isEqualTo("headrace-worker");
            if (it.spec().scaleTargetRef() != null) {
                targets.add(it.spec().scaleTargetRef().name());
            }
        });
        assertThat(KubernetesFiles.deployments().keySet()).isEqualTo(targets);
    }

    @Test
    void probesAskForWhatEachRoleServes() throws IOException {
        JsonNode calls = calls();
        PodSpec api = KubernetesFiles.pod("headrace-api");
        assertThat(asked(api)).containsExactlyInAnyOrder("/livez", "/readyz").allMatch(calls::has);
        assertThat(asked(KubernetesFiles.pod("headrace-worker"))).containsExactly("/livez");
    }

    private static Set<String> asked(PodSpec pod) {
        Container container = pod.getContainers().get(0);
        List<HTTPGetAction> gets = Stream.of(container.getStartupProbe(), container.getLivenessProbe(),
                container.getReadinessProbe()).map(Probe::getHttpGet).toList();
        assertThat(gets).allSatisfy(get -> assertThat(get.getPort().getStrVal())
                .isEqualTo(container.getPorts().get(0).getName()));
        return gets.stream().map(HTTPGetAction::getPath).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theAutoscalerAsksACallThatIsThereForANumberThatItAnswers() throws IOException {
        List<Keda.ScaledObject.Trigger> triggers = KubernetesFiles.all(Keda.ScaledObject.class).stream()
                .flatMap(it -> it.spec().triggers().stream()).filter(it -> it.type().equals("metrics-api")).toList();
        assertThat(triggers).hasSize(3);
        for (Keda.ScaledObject.Trigger trigger : triggers) {
            URI url = URI.create(Objects.requireNonNull(trigger.metadata().get("url")));
            assertThat(url.getPath()).startsWith(SCALING);
            assertThat(KubernetesFiles.all(Service.class))
                    .extracting(it -> it.getMetadata().getName() + ".NAMESPACE.svc").containsExactly(url.getHost());
            JsonNode call = calls().at("/~1v1~1scaling~1{queue}/get");
            assertThat(call.get("parameters").findValuesAsText("name")).containsAll(
                    Stream.of(url.getQuery().split("&", -1)).map(it -> it.substring(0, it.indexOf('='))).toList());
            assertThat(document().toString()).contains('"' + trigger.metadata().get("valueLocation") + '"');
        }
    }

    /** KEDA asks from a namespace of its own; what is put in is the second word between dots. */
    @Test
    void theAddressThatTheAutoscalerAsksGetsTheNamespaceOfTheApi() {
        Kustomization.Replacement replacement = Objects.requireNonNull(KubernetesFiles.kustomization(EXAMPLE.resolve(
                "kustomization.yaml")).replacements()).get(0);
        assertThat(replacement.source()).isEqualTo(
                new Kustomization.Source("Deployment", "headrace-api", "metadata.namespace"));
        assertThat(replacement.targets()).singleElement().satisfies(target -> {
            assertThat(target.select()).isEqualTo(new Kustomization.Target("ScaledObject", "headrace-worker"));
            assertThat(target.fieldPaths()).containsExactly("spec.triggers.*.metadata.url");
            assertThat(target.options()).isEqualTo(new Kustomization.Options(".", 1));
        });
        assertThat("http://headrace-api.NAMESPACE.svc/v1".split("\\.", -1)[1]).isEqualTo("NAMESPACE");
    }

    /** A backlog in a queue that no trigger asks for would bring no worker. */
    @Test
    void everyQueueThatTheWorkersServeHasATrigger() {
        assertThat(asked(EXAMPLE.resolve("scaling.yaml"))).isEqualTo(served(EXAMPLE.resolve("worker.yaml")));
        Path base = KubernetesFiles.FOLDER.resolve("base/worker-deployment.yaml");
        assertThat(asked(KubernetesFiles.FOLDER.resolve("components/keda-api/scaledobject.yaml")))
                .isEqualTo(served(base));
    }

    private static Set<String> served(Path worker) {
        String queues = KubernetesFiles.environment((Deployment) KubernetesFiles.read(worker).get(0)).stream()
                .filter(it -> it.getName().equals("HEADRACE_WORKER_QUEUES")).findFirst().orElseThrow().getValue();
        return WorkerSettings.QUEUES.parser().apply(queues).keySet().stream().map(QueueName::value)
                .collect(Collectors.toSet());
    }

    private static Set<String> asked(Path scaledObject) {
        return ((Keda.ScaledObject) KubernetesFiles.read(scaledObject).get(0)).spec().triggers().stream()
                .map(it -> URI.create(Objects.requireNonNull(it.metadata().get("url"))).getPath())
                .map(path -> path.substring(SCALING.length())).collect(Collectors.toSet());
    }

    private static JsonNode calls() throws IOException {
        return document().get("paths");
    }

    private static JsonNode document() throws IOException {
        try (InputStream document = ApiServer.class.getResourceAsStream("openapi.json")) {
            return JsonFormat.mapper().readTree(document);
        }
    }
}
