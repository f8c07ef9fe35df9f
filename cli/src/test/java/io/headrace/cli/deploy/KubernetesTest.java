package io.headrace.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.headrace.Durations;
import io.headrace.api.ApiSettings;
import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests for Kubernetes: each field is one that exists, and what they name is there. */
class KubernetesTest {
    /** What it takes to hand back what did not end in its grace. */
    private static final Duration HAND_BACK = Duration.ofSeconds(8);

    /** What holds the secrets, and the script beside the example that makes it. */
    private static final String MADE = "secret.env";
    private static final String MAKER = "make-secret";
    private static final Map<String, Setting<?>> SETTINGS = EffectiveSettings.BY_ROLE.values().stream()
            .flatMap(List::stream)
            .collect(Collectors.toMap(Setting::variable, Function.identity(), (one, same) -> one));

    static List<Path> manifests() {
        return KubernetesFiles.manifests();
    }

    static List<Path> kustomizations() {
        return KubernetesFiles.kustomizations();
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void everyFieldIsOneThatKubernetesKnows(Path file) {
        assertThat(KubernetesFiles.read(file)).isNotEmpty();
    }

    @Test
    void aMisspelledFieldIsFound() {
        for (String wrong : List.of("spec: {replica: 1}",
                "spec: {template: {spec: {containers: [{name: x, readynessProbe: {}}]}}}")) {
            assertThatThrownBy(() -> KubernetesFiles.read("apiVersion: apps/v1\nkind: Deployment\n" + wrong))
                    .isInstanceOf(UnrecognizedPropertyException.class);
        }
        assertThatThrownBy(() -> KubernetesFiles.read("apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\n"
                + "spec: {minReplicas: 1}")).isInstanceOf(UnrecognizedPropertyException.class);
    }

    @ParameterizedTest
    @MethodSource("kustomizations")
    void everyFileIsListedAndEveryListedFileIsThere(Path kustomization) throws IOException {
        Path folder = Objects.requireNonNull(kustomization.getParent());
        List<String> named = KubernetesFiles.kustomization(kustomization).named();
        assertThat(named).doesNotHaveDuplicates().allSatisfy(name -> {
            Path file = folder.resolve(name.equals(MADE) ? MAKER : name);
            assertThat(Files.isDirectory(file) ? file.resolve("kustomization.yaml") : file).isRegularFile();
        });
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(named).containsAll(files.filter(Files::isRegularFile).filter(file -> !file.equals(kustomization))
                    .map(file -> file.getFileName().toString()).filter(name -> !name.equals(MAKER)).toList());
        }
    }

    @Test
    void everySelectorMeetsThePodsItMeans() {
        Map<String, Deployment> deployments = KubernetesFiles.deployments();
        List<Map<String, String>> pods = new ArrayList<>();
        deployments.values().forEach(deployment -> {
            Map<String, String> labels = deployment.getSpec().getTemplate().getMetadata().getLabels();
            assertThat(labels).containsAllEntriesOf(deployment.getSpec().getSelector().getMatchLabels());
            deployment.getSpec().getTemplate().getSpec().getTopologySpreadConstraints().forEach(
                    spread -> assertThat(labels).containsAllEntriesOf(spread.getLabelSelector().getMatchLabels()));
            pods.add(labels);
        });
        List<Map<String, String>> selectors = new ArrayList<>();
        each(Service.class, it -> it.getSpec().getSelector(), selectors);
        each(PodDisruptionBudget.class, it -> it.getSpec().getSelector().getMatchLabels(), selectors);
        each(NetworkPolicy.class, it -> it.getSpec().getPodSelector().getMatchLabels(), selectors);
        each(PodMonitor.class, it -> it.getSpec().getSelector().getMatchLabels(), selectors);
        assertThat(selectors).hasSize(7).allSatisfy(selector -> assertThat(pods)
                .filteredOn(labels -> labels.entrySet().containsAll(selector.entrySet())).hasSize(1));
        for (ServiceMonitor monitor : KubernetesFiles.all(ServiceMonitor.class)) {
            assertThat(KubernetesFiles.all(Service.class)).anySatisfy(service -> assertThat(
                    service.getMetadata().getLabels())
                    .containsAllEntriesOf(monitor.getSpec().getSelector().getMatchLabels()));
        }
    }

    private static <T> void each(Class<T> kind, Function<T, Map<String, String>> selector,
            List<Map<String, String>> into) {
        KubernetesFiles.all(kind).forEach(object -> into.add(selector.apply(object)));
    }

    /** Half of the limit is heap, and the JVM takes up to 250 MB beside it. */
    @Test
    void aFullHeapFitsIntoTheMemoryThatAContainerMayUse() {
        KubernetesFiles.deployments().values().forEach(deployment -> {
            Map<String, Quantity> limits = deployment.getSpec().getTemplate().getSpec().getContainers().get(0)
                    .getResources().getLimits();
            MemoryLimit limit = new MemoryLimit(Quantity.getAmountInBytes(limits.get("memory")).longValueExact());
            assertThat(limit.holdsAFullHeap()).as(deployment.getMetadata().getName()).isTrue();
        });
    }

    @Test
    void whatTellsOfQueuesIsNotOpenToEveryPodOfTheCluster() {
        assertThat(KubernetesFiles.all(Deployment.class))
                .allSatisfy(deployment -> assertThat(KubernetesFiles.environment(deployment))
                        .extracting(EnvVar::getName).doesNotContain(ApiSettings.OPEN_METRICS.variable()));
        assertThat(KubernetesFiles.all(NetworkPolicy.class)).filteredOn(it -> it.getMetadata().getName()
                .equals("headrace-worker")).singleElement().satisfies(it -> assertThat(it.getSpec().getIngress())
                        .allSatisfy(rule -> assertThat(rule.getFrom()).isNotEmpty()));
    }

    @Test
    void everyVariableIsASettingAndHasAValueThatItAccepts() {
        for (Deployment deployment : KubernetesFiles.all(Deployment.class)) {
            for (EnvVar variable : KubernetesFiles.environment(deployment)) {
                Setting<?> setting = SETTINGS.get(variable.getName());
                assertThat(setting).as(variable.getName()).isNotNull();
                if (variable.getValue() != null) {
                    Object accepted = Objects.requireNonNull(setting).parser().apply(variable.getValue());
                    assertThat(accepted).isNotNull();
                }
            }
        }
    }

    @Test
    void nothingKillsAWorkerBeforeItsGraceIsOver() {
        List<Deployment> workers = KubernetesFiles.all(Deployment.class).stream()
                .filter(it -> it.getMetadata().getName().equals("headrace-worker")).toList();
        assertThat(workers).hasSize(2).allSatisfy(worker -> {
            String grace = KubernetesFiles.environment(worker).stream()
                    .filter(it -> it.getName().equals("HEADRACE_WORKER_GRACE"))
                    .map(EnvVar::getValue).findFirst().orElseThrow();
            assertThat(Duration.ofSeconds(worker.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds()))
                    .isGreaterThan(Durations.parse("grace", grace).plus(HAND_BACK));
        });
    }

    @Test
    void containersMayDoNoMoreThanTheyNeed() {
        for (Deployment deployment : KubernetesFiles.deployments().values()) {
            PodSpec pod = deployment.getSpec().getTemplate().getSpec();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getEnableServiceLinks()).isFalse();
            Container container = pod.getContainers().get(0);
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
            assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
            assertThat(container.getVolumeMounts()).extracting("mountPath").containsExactly("/tmp");
            assertThat(pod.getVolumes()).singleElement().satisfies(it -> assertThat(it.getEmptyDir()).isNotNull());
            assertThat(container.getResources().getLimits()).containsOnlyKeys("memory");
            assertThat(container.getResources().getRequests()).containsOnlyKeys("cpu", "memory");
        }
    }

    @Test
    void prometheusFindsBothRolesUnderTheNamesThatTheRulesExpect() {
        assertThat(KubernetesFiles.all(ServiceMonitor.class)).singleElement().satisfies(it -> {
            assertThat(it.getSpec().getJobLabel()).isEqualTo("app.kubernetes.io/name");
            assertThat(it.getSpec().getEndpoints().get(0).getPort()).isEqualTo("http");
        });
        assertThat(KubernetesFiles.all(PodMonitor.class)).singleElement().satisfies(it -> {
            assertThat(it.getSpec().getJobLabel()).isEqualTo("app.kubernetes.io/name");
            assertThat(it.getSpec().getPodMetricsEndpoints().get(0).getPort()).isEqualTo("http");
        });
        assertThat(KubernetesFiles.deployments().keySet()).containsExactlyInAnyOrder("headrace-api", "headrace-worker");
    }
}
