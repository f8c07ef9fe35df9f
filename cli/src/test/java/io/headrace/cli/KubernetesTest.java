package io.headrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.headrace.Durations;
import io.headrace.JsonFormat;
import io.headrace.QueueName;
import io.headrace.Setting;
import io.headrace.api.ApiServer;
import io.headrace.api.ApiSettings;
import io.headrace.cli.KubernetesFiles.Kustomization;
import io.headrace.worker.WorkerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests for Kubernetes: each field is one that exists, and what they name is there. */
class KubernetesTest {
    /** What it takes to hand back what did not end in its grace. */
    private static final Duration HAND_BACK = Duration.ofSeconds(8);
    private static final Path EXAMPLE = KubernetesFiles.FOLDER.resolve("overlays/example");
    /** What holds the secrets, and the script beside the example that makes it. */
    private static final String MADE = "secret.env";
    private static final String MAKER = "make-secret";
    private static final String SCALING = "/v1/scaling/";
    private static final String REDIS = "redis://:p@redis.redis.svc:6379";
    private static final Map<String, Setting<?>> SETTINGS = Effective.BY_ROLE.values().stream().flatMap(List::stream)
            .collect(Collectors.toMap(Setting::variable, Function.identity(), (one, same) -> one));

    @TempDir
    private Path scratch;

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
        Map<String, Deployment> deployments = deployments();
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
        assertThat(deployments().keySet()).isEqualTo(targets);
    }

    @Test
    void theSecretsAndTheirKeysAreMadeByTheExample() throws Exception {
        Kustomization.Generator made = Objects.requireNonNull(KubernetesFiles.kustomization(EXAMPLE.resolve(
                "kustomization.yaml")).secretGenerator()).get(0);
        Set<String> keys = new TreeSet<>();
        assertThat(made.envs()).containsExactly(MADE);
        secrets().keySet().forEach(key -> keys.add(made.name() + "/" + key));
        Set<String> used = new TreeSet<>();
        deployments().values().forEach(deployment -> environment(deployment).stream()
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

    /** Half of the limit is heap, and the JVM takes up to 250 MB beside it. */
    @Test
    void aFullHeapFitsIntoTheMemoryThatAContainerMayUse() {
        deployments().values().forEach(deployment -> {
            Map<String, Quantity> limits = deployment.getSpec().getTemplate().getSpec().getContainers().get(0)
                    .getResources().getLimits();
            MemoryLimit limit = new MemoryLimit(Quantity.getAmountInBytes(limits.get("memory")).longValueExact());
            assertThat(limit.holdsAFullHeap()).as(deployment.getMetadata().getName()).isTrue();
        });
    }

    @Test
    void whatTellsOfQueuesIsNotOpenToEveryPodOfTheCluster() {
        assertThat(KubernetesFiles.all(Deployment.class)).allSatisfy(deployment -> assertThat(environment(deployment))
                .extracting(EnvVar::getName).doesNotContain(ApiSettings.OPEN_METRICS.variable()));
        assertThat(KubernetesFiles.all(NetworkPolicy.class)).filteredOn(it -> it.getMetadata().getName()
                .equals("headrace-worker")).singleElement().satisfies(it -> assertThat(it.getSpec().getIngress())
                        .allSatisfy(rule -> assertThat(rule.getFrom()).isNotEmpty()));
    }

    /** Kustomize puts a digest behind the Secret's name and changes it where it knows, or is told, that a Secret is named. */
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

    @Test
    void everyVariableIsASettingAndHasAValueThatItAccepts() {
        for (Deployment deployment : KubernetesFiles.all(Deployment.class)) {
            for (EnvVar variable : environment(deployment)) {
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
    void probesAskForWhatEachRoleServes() throws IOException {
        JsonNode calls = calls();
        PodSpec api = pod("headrace-api");
        assertThat(asked(api)).containsExactlyInAnyOrder("/livez", "/readyz").allMatch(calls::has);
        assertThat(asked(pod("headrace-worker"))).containsExactly("/livez");
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
        String queues = environment((Deployment) KubernetesFiles.read(worker).get(0)).stream()
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

    @Test
    void nothingKillsAWorkerBeforeItsGraceIsOver() {
        List<Deployment> workers = KubernetesFiles.all(Deployment.class).stream()
                .filter(it -> it.getMetadata().getName().equals("headrace-worker")).toList();
        assertThat(workers).hasSize(2).allSatisfy(worker -> {
            String grace = environment(worker).stream().filter(it -> it.getName().equals("HEADRACE_WORKER_GRACE"))
                    .map(EnvVar::getValue).findFirst().orElseThrow();
            assertThat(Duration.ofSeconds(worker.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds()))
                    .isGreaterThan(Durations.parse("grace", grace).plus(HAND_BACK));
        });
    }

    @Test
    void containersMayDoNoMoreThanTheyNeed() {
        for (Deployment deployment : deployments().values()) {
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
        assertThat(deployments().keySet()).containsExactlyInAnyOrder("headrace-api", "headrace-worker");
    }

    /** Those of the base, by name. */
    private static Map<String, Deployment> deployments() {
        return KubernetesFiles.manifests().stream().filter(file -> file.toString().contains("base"))
                .flatMap(file -> KubernetesFiles.read(file).stream()).filter(Deployment.class::isInstance)
                .map(Deployment.class::cast)
                .collect(Collectors.toMap(it -> it.getMetadata().getName(), Function.identity()));
    }

    private static PodSpec pod(String deployment) {
        return Objects.requireNonNull(deployments().get(deployment)).getSpec().getTemplate().getSpec();
    }

    private static List<EnvVar> environment(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec().getContainers().get(0).getEnv();
    }

    private static Set<String> asked(PodSpec pod) {
        Container container = pod.getContainers().get(0);
        List<HTTPGetAction> gets = Stream.of(container.getStartupProbe(), container.getLivenessProbe(),
                container.getReadinessProbe()).map(Probe::getHttpGet).toList();
        assertThat(gets).allSatisfy(get -> assertThat(get.getPort().getStrVal())
                .isEqualTo(container.getPorts().get(0).getName()));
        return gets.stream().map(HTTPGetAction::getPath).collect(Collectors.toCollection(TreeSet::new));
    }
}
